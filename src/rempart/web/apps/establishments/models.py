"""The registry: operators (EJ), establishments (ET), their categories, and how they are grouped."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from rempart.web.core.scope import Act, Level, Scope


class Category(models.Model):
    """A category of establishment of the FINESS nomenclature, valid for a period."""

    code = models.CharField(max_length=4, primary_key=True)
    label = models.CharField()
    short_label = models.CharField(blank=True)
    sector = models.CharField(max_length=3, blank=True)
    aggregate = models.CharField(max_length=4, blank=True)
    valid_from_on = models.DateField(null=True)
    valid_until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="category_period",
                condition=Q(valid_until_on__isnull=True)
                | Q(valid_from_on__isnull=True)
                | Q(valid_until_on__gte=models.F("valid_from_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class LegalStatus(models.Model):
    """A legal status of the FINESS nomenclature, valid for a period."""

    code = models.CharField(max_length=4, primary_key=True)
    label = models.CharField()
    short_label = models.CharField(blank=True)
    valid_from_on = models.DateField(null=True)
    valid_until_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.label


class Registered(models.Model):
    """What an operator and an establishment share: a FINESS number, names, a place, a life.

    What comes from the file has no length: a value longer than the published schema must not stop a national import.
    """

    finess = models.CharField(max_length=9, primary_key=True)
    name = models.CharField()
    long_name = models.CharField(blank=True)
    search = models.TextField(blank=True)
    department = models.CharField(max_length=3, blank=True)
    region = models.CharField(max_length=2, blank=True)
    municipality = models.CharField(blank=True)
    municipality_code = models.CharField(blank=True)
    postal_code = models.CharField(blank=True)
    address = models.CharField(blank=True)
    phone = models.CharField(blank=True)
    closed_on = models.DateField(null=True)
    # Of the line of the stock file that it came from: what tells, at the next import, that nothing has changed.
    row_hash = models.BigIntegerField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.long_name or self.name


class Operator(Registered):
    """A legal entity (EJ); `is_only_cited` when no EJ file has it and an establishment names it."""

    legal_status = models.CharField(blank=True)
    siren = models.CharField(blank=True)
    created_on = models.DateField(null=True)
    is_only_cited = models.BooleanField(default=False)


class EstablishmentQuerySet(models.QuerySet["Establishment"]):
    """Ways to select establishments."""

    def visible_to(self, scope: Scope, act: Act = Act.SEE_ESTABLISHMENT) -> EstablishmentQuerySet:
        """Those on which the scope allows `act`: one predicate in SQL, never a list of numbers."""
        if scope.is_national(act):
            return self
        return self.filter(covered(scope, act))

    def open(self) -> EstablishmentQuerySet:
        """Those that are not closed."""
        return self.filter(closed_on__isnull=True)


def covered(scope: Scope, act: Act, prefix: str = "") -> Q:
    """The predicate of `visible_to`, for a model that reaches its establishment through `prefix`."""
    found = Q(pk__in=())
    fields = {
        Level.REGION: "region",
        Level.OPERATOR: "operator_id",
        Level.ESTABLISHMENT: "finess",
    }
    for level, field in fields.items():
        if codes := scope.codes(act, level):
            found |= Q(**{f"{prefix}{field}__in": sorted(codes)})
    if codes := scope.codes(act, Level.GROUPING):
        members = GroupingMember.objects.present().filter(grouping__code__in=sorted(codes))
        found |= Q(**{f"{prefix}finess__in": sites_of(members)})
    if scope.is_national(act):
        found |= Q(**{f"{prefix}finess__isnull": False})
    return found


def sites_of(members: GroupingMemberQuerySet) -> Any:
    """The numbers of the sites of these members, as a subquery: two look-ups in an index, where an OR would read all."""
    operators = members.filter(operator__isnull=False).values("operator_id")
    theirs = Establishment.objects.filter(operator_id__in=operators).values("finess")
    return theirs.union(
        members.filter(establishment__isnull=False).values("establishment_id"), all=True
    )


class Establishment(Registered):
    """A site (ET): where care is given, and what every audit, finding and action belongs to."""

    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="establishments", null=True
    )
    category = models.CharField(blank=True)
    siret = models.CharField(blank=True)
    opened_on = models.DateField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    position_hash = models.BigIntegerField(null=True)

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="establishment_region", fields=["region"])]


class Grouping(models.Model):
    """A group of operators or establishments: a GHT, a convention, a network."""

    class Kind(models.TextChoices):
        """What sort of group."""

        GHT = "ght", "GHT"
        REGION = "region", "Région"
        OPERATOR = "operator", "Gestionnaire"
        CONVENTION = "convention", "Convention"
        OTHER = "other", "Autre"

    code = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField()
    region = models.CharField(max_length=2, blank=True)

    def __str__(self) -> str:
        return self.name


class GroupingMemberQuerySet(models.QuerySet["GroupingMember"]):
    """Ways to select members."""

    def present(self) -> GroupingMemberQuerySet:
        """Those that have not left."""
        return self.filter(left_on__isnull=True)


class GroupingMember(models.Model):
    """An operator (all its sites) or one establishment that belongs, or belonged, to a grouping."""

    grouping = models.ForeignKey(Grouping, on_delete=models.CASCADE, related_name="members")
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, null=True, related_name="memberships"
    )
    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, null=True, related_name="memberships"
    )
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)

    objects = GroupingMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grouping_member_is_one_thing",
                condition=Q(operator__isnull=False, establishment__isnull=True)
                | Q(operator__isnull=True, establishment__isnull=False),
            ),
            models.UniqueConstraint(
                name="operator_once_in_a_grouping",
                fields=["grouping", "operator"],
                condition=Q(left_on__isnull=True, operator__isnull=False),
            ),
            models.UniqueConstraint(
                name="establishment_once_in_a_grouping",
                fields=["grouping", "establishment"],
                condition=Q(left_on__isnull=True, establishment__isnull=False),
            ),
        ]


class RegistryImport(models.Model):
    """One or several files given together: compared with the registry, then written at once, or not at all."""

    class State(models.TextChoices):
        """Where an import is."""

        READING = "reading", "comparaison en cours"
        READY = "ready", "à valider"
        APPLYING = "applying", "écriture en cours"
        APPLIED = "applied", "écrit"
        UNREADABLE = "unreadable", "illisible"
        STALE = "stale", "à comparer de nouveau"
        ABANDONED = "abandoned", "abandonné"

    state = models.CharField(max_length=10, choices=State, default=State.READING)
    # The version of the registry that it was compared with, and the one that it made. That a version is made once only
    # is what refuses the second of two imports compared with the same registry.
    compared_with = models.PositiveIntegerField(null=True)
    version = models.PositiveIntegerField(null=True, unique=True)
    closures_accepted = models.BooleanField(default=False)
    asked_by_id = models.BigIntegerField(null=True)
    asked_by_label = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)
    job_id = models.BigIntegerField(null=True)
    message = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)


class RegistryUpload(models.Model):
    """A file given to an import, kept by its hash."""

    registry_import = models.ForeignKey(
        RegistryImport, on_delete=models.CASCADE, related_name="uploads"
    )
    stored = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField()

    class Meta:
        ordering = ("pk",)


class RegistryPart(models.Model):
    """What one file, or one member of a zip, would change: the figures, and the first lines of each sort."""

    registry_import = models.ForeignKey(
        RegistryImport, on_delete=models.CASCADE, related_name="parts"
    )
    kind = models.CharField(max_length=20)
    name = models.CharField()
    encoding = models.CharField(max_length=10)
    dated_on = models.DateField(null=True)
    # {"added": 12, "changed": 3, …} and {"added": [[finess, name, …], …], …}: shown, never queried.
    counts = models.JSONField(default=dict)
    samples = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)


class RegistryChange(models.Model):
    """What an import changed of one operator or establishment: its history, kept for ever."""

    class What(models.TextChoices):
        """What changed."""

        RENAMED = "renamed", "nom"
        CLOSED = "closed", "fermeture"
        REOPENED = "reopened", "réouverture"
        RECATEGORISED = "recategorised", "catégorie"
        MOVED = "moved", "adresse"
        OPERATOR = "operator", "entité juridique"
        STATUS = "status", "statut juridique"
        DESCRIBED = "described", "description"

    # Operators and establishments share one numbering: no number is both.
    finess = models.CharField(max_length=9, db_index=True)
    what = models.CharField(max_length=15, choices=What)
    before = models.CharField(blank=True)
    after = models.CharField(blank=True)
    changed_on = models.DateField()
    registry_import = models.ForeignKey(
        RegistryImport, on_delete=models.PROTECT, related_name="changes"
    )

    class Meta:
        ordering = ("-changed_on", "-pk")
