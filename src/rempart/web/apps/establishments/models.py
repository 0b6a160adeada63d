"""The registry: operators (EJ), establishments (ET), their categories, and how they are grouped."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from rempart.web.core.scope import Act, Level, Scope


class Category(models.Model):
    """A category of establishment of the FINESS nomenclature, valid for a period."""

    code = models.CharField(max_length=4, primary_key=True)
    label = models.CharField(max_length=200)
    short_label = models.CharField(max_length=80, blank=True)
    sector = models.CharField(max_length=3, blank=True)
    aggregate = models.CharField(max_length=4, blank=True)
    valid_from_on = models.DateField(null=True)
    valid_until_on = models.DateField(null=True)


class LegalStatus(models.Model):
    """A legal status of the FINESS nomenclature."""

    code = models.CharField(max_length=4, primary_key=True)
    label = models.CharField(max_length=200)
    valid_from_on = models.DateField(null=True)
    valid_until_on = models.DateField(null=True)


class Registered(models.Model):
    """What an operator and an establishment share: a FINESS number, names, a place, a life."""

    finess = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=120)
    long_name = models.CharField(max_length=200, blank=True)
    search = models.TextField(blank=True)
    department = models.CharField(max_length=3, blank=True)
    region = models.CharField(max_length=2, blank=True, db_index=True)
    municipality = models.CharField(max_length=80, blank=True)
    municipality_code = models.CharField(max_length=5, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    closed_on = models.DateField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.long_name or self.name


class Operator(Registered):
    """A legal entity (EJ); `is_only_cited` when no EJ file has it and an establishment names it."""

    legal_status = models.CharField(max_length=4, blank=True)
    siren = models.CharField(max_length=9, blank=True)
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
        members: Any = GroupingMember.objects.filter(grouping__code__in=sorted(codes))
        found |= Q(**{f"{prefix}operator_id__in": members.values("operator_id")})
        found |= Q(**{f"{prefix}finess__in": members.values("establishment_id")})
    if scope.is_national(act):
        found |= Q(**{f"{prefix}finess__isnull": False})
    return found


class Establishment(Registered):
    """A site (ET): where care is given, and what every audit, finding and action belongs to."""

    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="establishments", null=True
    )
    category = models.CharField(max_length=4, blank=True, db_index=True)
    siret = models.CharField(max_length=14, blank=True)
    opened_on = models.DateField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    objects = EstablishmentQuerySet.as_manager()


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
    name = models.CharField(max_length=200)
    region = models.CharField(max_length=2, blank=True)

    def __str__(self) -> str:
        return self.name


class GroupingMember(models.Model):
    """An operator (all its sites) or one establishment that belongs to a grouping."""

    grouping = models.ForeignKey(Grouping, on_delete=models.CASCADE, related_name="members")
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, null=True)
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grouping_member_is_one_thing",
                condition=Q(operator__isnull=False, establishment__isnull=True)
                | Q(operator__isnull=True, establishment__isnull=False),
            ),
        ]
