"""What an establishment exposes on the internet: what it declares, who consents, and what sweeps found."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from rempart.content.severity import severity_choices
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.owned import OwnedQuerySet
from rempart.web.apps.evidence.models import Document
from rempart.web.core.models import Job, StoredFile


class Touch(models.TextChoices):
    """What a sweep may touch; the words are those of the perimeter file."""

    DNS = "dns", "noms de domaine (DNS)"
    MAIL = "mail", "messagerie"
    TLS = "tls", "chiffrement (TLS)"
    HTTP = "http", "sites web"
    SERVICES = "services", "services et ports ouverts"
    MEDICAL = "medical", "protocoles médicaux (DICOM, HL7)"
    INDUSTRIAL = "industrial", "protocoles du bâtiment (BACnet, Modbus)"
    AMPLIFICATION = "amplification", "services qui amplifient des attaques (UDP)"


USUAL_TOUCH = (Touch.DNS, Touch.MAIL, Touch.TLS, Touch.HTTP, Touch.SERVICES)


def usual_touch() -> list[str]:
    """What is touched unless somebody says otherwise: nothing that a fragile device would notice."""
    return [str(touch) for touch in USUAL_TOUCH]


class PerimeterQuerySet(OwnedQuerySet["Perimeter"]):
    """Ways to select perimeters."""

    def consented(self, today: date) -> Self:
        """Those that somebody consents to today, and that nobody has stopped."""
        return self.filter(consent_on__lte=today, consent_until__gte=today, stopped_at__isnull=True)


class Perimeter(models.Model):
    """What may be probed of an establishment: nothing is, without it and without a consent that stands."""

    class Rhythm(models.TextChoices):
        """How often the server sweeps by itself."""

        NONE = "none", "à la demande seulement"
        DAILY = "daily", "chaque nuit"
        WEEKLY = "weekly", "une fois par semaine"

    establishment = models.OneToOneField(
        Establishment, on_delete=models.PROTECT, primary_key=True, related_name="perimeter"
    )
    consent_by = models.CharField(max_length=120, blank=True)
    consent_function = models.CharField(max_length=120, blank=True)
    consent_on = models.DateField(null=True)
    consent_until = models.DateField(null=True)
    consent_document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    touch = models.JSONField(default=usual_touch)
    connections_at_once = models.PositiveSmallIntegerField(default=4)
    connections_per_second = models.PositiveSmallIntegerField(default=5)
    # « lun-ven 08:00-18:00 », one a line, in the time of Paris.
    blackouts = models.TextField(blank=True)
    rhythm = models.CharField(max_length=8, choices=Rhythm, default=Rhythm.NONE)
    # Whether a national CERT may ask who exposes a product, and find this establishment.
    is_searchable = models.BooleanField(default=False)
    # The kill switch: while it is set no sweep begins, and those that run stop.
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The day of the reminder that this consent ends.
    reminded_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = PerimeterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="perimeter_consent_is_whole",
                condition=Q(consent_on__isnull=True, consent_until__isnull=True, consent_by="")
                | (
                    Q(consent_on__isnull=False, consent_until__gte=F("consent_on"))
                    & ~Q(consent_by="")
                    & ~Q(consent_function="")
                ),
            ),
            models.CheckConstraint(
                name="perimeter_limits_are_gentle",
                condition=Q(
                    connections_at_once__range=(1, 32), connections_per_second__range=(1, 50)
                ),
            ),
        ]
        indexes = [models.Index(name="perimeter_consent", fields=["consent_until"])]

    def __str__(self) -> str:
        return f"Périmètre exposé de {self.establishment}"

    def is_consented(self, today: date) -> bool:
        """Whether somebody consents on this day, the kill switch apart."""
        if self.consent_on is None or self.consent_until is None:
            return False
        return self.consent_on <= today <= self.consent_until


class AssetQuerySet(OwnedQuerySet["Asset"]):
    """Ways to select assets."""

    path = "perimeter__establishment__"

    def accepted(self) -> Self:
        """Those that belong to the perimeter."""
        return self.filter(state=Asset.State.ACCEPTED)

    def proposed(self) -> Self:
        """Those that a person has yet to accept or refuse."""
        return self.filter(state=Asset.State.PROPOSED)


class Asset(models.Model):
    """A name, an address or a range; what was discovered waits for a person and is not touched meanwhile."""

    class Kind(models.TextChoices):
        """What it is."""

        DOMAIN = "domain", "domaine"
        HOST = "host", "nom de machine"
        ADDRESS = "address", "adresse"
        RANGE = "range", "plage d’adresses"

    class State(models.TextChoices):
        """Whether it belongs to the perimeter."""

        PROPOSED = "proposed", "à décider"
        ACCEPTED = "accepted", "dans le périmètre"
        REFUSED = "refused", "refusé"

    perimeter = models.ForeignKey(Perimeter, on_delete=models.CASCADE, related_name="assets")
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.CharField(max_length=253)
    # What its value is sorted by: 10.0.0.2 before 10.0.0.10.
    place = models.CharField(max_length=200, blank=True)
    with_subdomains = models.BooleanField(default=False)
    # Whether the addresses that a name leads to may be touched, whoever they belong to.
    follows_addresses = models.BooleanField(default=False)
    # Never touched, even inside a domain or a range that is.
    is_excluded = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.ACCEPTED)
    why = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="asset_once", fields=["perimeter", "kind", "value"]),
            models.CheckConstraint(
                name="asset_is_decided_by_somebody",
                condition=Q(state="proposed") | Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.value


class ExposureAuditQuerySet(OwnedQuerySet["ExposureAudit"]):
    """Ways to select audits."""

    def done(self) -> Self:
        """Those that were read whole and still count."""
        return self.filter(state=ExposureAudit.State.DONE)

    def in_order(self) -> Self:
        """The oldest sweep first."""
        return self.order_by("swept_at", "pk")


class ExposureAudit(models.Model):
    """One audit of what is exposed: a sweep of this server, a report or a snapshot made elsewhere, or a sweep judged again
    with what another tool says.

    A figure that was not measured is null, never zero.
    """

    class Form(models.TextChoices):
        """Where it comes from."""

        SWEEP = "sweep", "balayage fait ici"
        REPORT = "report", "rapport déposé"
        SNAPSHOT = "snapshot", "relevé déposé, jugé ici"
        IMPORT = "import", "balayage joint à un autre outil"

    class State(models.TextChoices):
        """Where it is, and whether it counts."""

        WAITING = "waiting", "en cours"
        DONE = "done", "fait"
        REFUSED = "refused", "sans résultat"
        SAME = "same", "déjà connu"
        WITHDRAWN = "withdrawn", "retiré"

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="exposure_audits"
    )
    form = models.CharField(max_length=8, choices=Form, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # What it is made from: the file that was given; of a sweep, its snapshot, while nothing newer replaces it.
    source = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    source_name = models.CharField(max_length=200, blank=True)
    # Nobody: the server swept by itself.
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    refusal = models.JSONField(default=dict)
    same_as = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    # Of a file of another tool: the sweep that it was joined to, and how a table that no tool defined is read.
    joined_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="joined"
    )
    table = models.JSONField(default=dict)

    report = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    swept_at = models.DateTimeField(null=True)
    swept_on = models.DateField(null=True)
    score = models.FloatField(null=True)
    score_low = models.FloatField(null=True)
    grade = models.CharField(max_length=2, blank=True)
    grade_low = models.CharField(max_length=2, blank=True)
    findings_count = models.PositiveIntegerField(null=True)
    critical_open = models.PositiveIntegerField(null=True)
    gaps_count = models.PositiveIntegerField(null=True)
    endpoints_count = models.PositiveIntegerField(null=True)
    # Stopped before its end: its grade is that of what was looked at.
    is_partial = models.BooleanField(default=False)
    data_as_of = models.CharField(max_length=10, blank=True)
    tool_version = models.CharField(max_length=40, blank=True)
    catalogue_version = models.CharField(max_length=20, blank=True)
    # What the page shows: the report with bounded lists, and what changed since the one before.
    page = models.BinaryField(null=True)
    changes = models.BinaryField(null=True)
    compared_with = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    is_latest = models.BooleanField(default=False)
    # Whether it reaches the level that must be held (passed, failed, not_measured), and why not.
    level_outcome = models.CharField(max_length=16, blank=True)
    level_on = models.DateField(null=True)
    level_reasons = models.JSONField(default=list)
    # The day when people were told that the window of the proof that it begins closes.
    window_told_on = models.DateField(null=True)

    objects = ExposureAuditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="exposure_latest_once",
                fields=["establishment"],
                condition=Q(is_latest=True),
            ),
            models.CheckConstraint(
                name="exposure_done_has_its_figures",
                condition=~Q(state="done")
                | Q(
                    swept_at__isnull=False,
                    swept_on__isnull=False,
                    score__range=(0, 100),
                    score_low__lte=F("score"),
                    report__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="exposure_latest_is_done", condition=Q(state="done") | Q(is_latest=False)
            ),
        ]
        indexes = [
            models.Index(name="exposure_history", fields=["establishment", "swept_at"]),
            models.Index(name="exposure_waiting", fields=["job"], condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        day = f" du {self.swept_on:%d/%m/%Y}" if self.swept_on else ""
        return f"Audit d’exposition{day}"

    @property
    def is_waiting(self) -> bool:
        """Whether its job has yet to end it."""
        return self.state == self.State.WAITING


class ExposedFindingQuerySet(OwnedQuerySet["ExposedFinding"]):
    """Ways to select lines."""

    path = "audit__establishment__"


class ExposedFinding(models.Model):
    """One finding of the latest audit of an establishment: what the page filters, and what a search looks into."""

    audit = models.ForeignKey(
        ExposureAudit, on_delete=models.CASCADE, related_name="exposed_findings"
    )
    key = models.CharField(max_length=400)
    check_id = models.CharField(max_length=100, db_index=True)
    theme = models.CharField(max_length=20)
    target = models.CharField(max_length=280)
    # What its target is sorted by.
    place = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=10, choices=severity_choices)
    rank = models.PositiveSmallIntegerField()
    confidence = models.CharField(max_length=12)
    product = models.CharField(max_length=100, blank=True)
    is_exploited = models.BooleanField(default=False)
    # Who saw it, separated by commas: « rempart,nmap ».
    sources = models.CharField(max_length=200, blank=True)
    cves = models.JSONField(default=list)
    # Its place in the report, which has its evidence and its fix.
    position = models.PositiveIntegerField()
    retest = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    retested_at = models.DateTimeField(null=True)
    # Of the last retest: mended, still or unmeasured; "" before.
    retest_outcome = models.CharField(max_length=16, blank=True)
    retest_words = models.CharField(max_length=300, blank=True)
    # Check, product, known holes and title, folded, for searches.
    search = models.TextField()

    objects = ExposedFindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="exposed_finding_once", fields=["audit", "position"])
        ]
        indexes = [models.Index(name="exposed_finding_order", fields=["audit", "rank", "place"])]


class ExposedServiceQuerySet(OwnedQuerySet["ExposedService"]):
    """Ways to select what answers."""

    path = "audit__establishment__"


class ExposedService(models.Model):
    """Something that answers, in the latest audit of an establishment."""

    audit = models.ForeignKey(
        ExposureAudit, on_delete=models.CASCADE, related_name="exposed_services"
    )
    target = models.CharField(max_length=280)
    place = models.CharField(max_length=200, blank=True)
    service = models.CharField(max_length=60, blank=True)
    product = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=100, blank=True)
    tls = models.CharField(max_length=100, blank=True)
    expires_on = models.CharField(max_length=10, blank=True)
    search = models.TextField()

    objects = ExposedServiceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="exposed_service_order", fields=["audit", "place"])]
