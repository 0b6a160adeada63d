"""Audits: what an establishment deposits, and the figures that it shows."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.owned import OwnedQuerySet
from rempart.web.core.models import Job, StoredFile


class AuditQuerySet(OwnedQuerySet["Audit"]):
    """Ways to select audits."""

    def done(self) -> Self:
        """Those that were read whole."""
        return self.filter(state=Audit.State.DONE)

    def of_subject(self, audit: Audit) -> Self:
        """Those of the same thing as this one, the oldest measure first."""
        return (
            self.done()
            .filter(establishment_id=audit.establishment_id, kind=audit.kind, subject=audit.subject)
            .order_by("measured_on", "pk")
        )


class Audit(models.Model):
    """One audit of one thing of an establishment, from its deposit to its figures.

    The full report is a stored file; what the page shows of it is in `AuditPage`. A figure that was not measured is
    null, never zero.
    """

    class Kind(models.TextChoices):
        """What is audited."""

        DIRECTORY = "directory", "annuaire"

    class Form(models.TextChoices):
        """What was deposited."""

        REPORT = "report", "rapport fait sur place"
        COLLECTION = "collection", "collecte analysée ici"

    class State(models.TextChoices):
        """Where its analysis is, and whether it counts."""

        WAITING = "waiting", "analyse à faire"
        DONE = "done", "analysé"
        REFUSED = "refused", "illisible"
        SAME = "same", "déjà connu"
        WITHDRAWN = "withdrawn", "retiré"

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="audits"
    )
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.DIRECTORY)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    form = models.CharField(max_length=12, choices=Form, blank=True)
    is_kept = models.BooleanField(default=True)
    source_name = models.CharField(max_length=200)
    source_sha256 = models.CharField(max_length=64)
    # The folder of files that are not kept, under the data folder; empty once they are deleted.
    transient = models.CharField(max_length=60, blank=True)
    deposited_at = models.DateTimeField(auto_now_add=True)
    deposited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    refusal = models.JSONField(default=dict)
    same_as = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    report = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    subject = models.CharField(max_length=120, blank=True)
    domains = models.JSONField(default=list)
    domain_ids = models.JSONField(default=list)
    measured_on = models.DateField(null=True)
    level = models.PositiveSmallIntegerField(null=True)
    at_most = models.BooleanField(default=False)
    points_not_measured = models.PositiveIntegerField(null=True)
    controls_failed = models.PositiveIntegerField(null=True)
    low_privileged = models.PositiveIntegerField(null=True)
    exposed = models.PositiveIntegerField(null=True)
    plan_actions = models.PositiveIntegerField(null=True)
    plan_cost = models.PositiveIntegerField(null=True)
    plan_bound = models.FloatField(null=True)
    is_plan_minimal = models.BooleanField(default=False)
    catalogue_version = models.CharField(max_length=20, blank=True)
    tool_version = models.CharField(max_length=40, blank=True)
    # The last measure of its subject; and, among those, the one by which the establishment is judged.
    is_newest = models.BooleanField(default=False)
    is_latest = models.BooleanField(default=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="audit_latest_once",
                fields=["establishment", "kind"],
                condition=Q(is_latest=True),
            ),
            models.UniqueConstraint(
                name="audit_newest_once",
                fields=["establishment", "kind", "subject"],
                condition=Q(is_newest=True),
            ),
            models.UniqueConstraint(
                name="audit_source_once", fields=["establishment", "source_sha256"]
            ),
            models.CheckConstraint(
                name="audit_done_has_its_figures",
                condition=~Q(state="done")
                | Q(
                    measured_on__isnull=False,
                    level__range=(1, 5),
                    points_not_measured__isnull=False,
                    report__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="audit_standing_is_done",
                condition=Q(state="done") | Q(is_newest=False, is_latest=False),
            ),
        ]
        indexes = [
            models.Index(name="audit_history", fields=["establishment", "kind", "measured_on"]),
            models.Index(name="audit_waiting", fields=["job"], condition=Q(state="waiting")),
            models.Index(name="audit_latest", fields=["level"], condition=Q(is_latest=True)),
        ]

    def __str__(self) -> str:
        return f"Audit {self.get_kind_display()} : {', '.join(self.domains) or self.source_name}"

    @property
    def is_waiting(self) -> bool:
        """Whether its job has yet to end it."""
        return self.state == self.State.WAITING


class AuditSourceQuerySet(OwnedQuerySet["AuditSource"]):
    """Ways to select sources."""

    path = "audit__establishment__"


class AuditSource(models.Model):
    """A file that was deposited: its name, size and hash; its content when it is kept."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = AuditSourceQuerySet.as_manager()


class AuditPageQuerySet(OwnedQuerySet["AuditPage"]):
    """Ways to select pages."""

    path = "audit__establishment__"


class AuditPage(models.Model):
    """What the page of an audit shows: its report with bounded lists, and the difference from the one before."""

    audit = models.OneToOneField(
        Audit, on_delete=models.CASCADE, primary_key=True, related_name="page"
    )
    report = models.BinaryField()
    comparison = models.BinaryField(null=True)
    compared_with = models.ForeignKey(
        Audit, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    objects = AuditPageQuerySet.as_manager()
