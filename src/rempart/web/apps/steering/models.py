"""Figures kept ready for the portfolio, and the views of it that people save."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import models
from django.db.models import Case, F, Q, Value, When

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import (
    Grouping,
    GroupingMember,
    Operator,
    covered,
    sites_of,
)
from rempart.web.apps.steering.search import SearchedField
from rempart.web.core.scope import Act, Level, Scope
from rempart.web.core.text import folded

NEVER: Final = date(1, 1, 1)
"""The last sign of life of an establishment that gave none: before any other, in every database."""
NO_DUE: Final = date(9999, 12, 31)
"""The next due date where nothing is due: after any other."""
UNKNOWN_LEVEL: Final = 0
LAST_RANK: Final = 9


class Progress(models.IntegerChoices):
    """How far an establishment is with self-assessments."""

    NONE = 0, "jamais"
    BEGUN = 1, "en cours"
    FINISHED = 2, "terminée"


class SituationQuerySet(models.QuerySet["Situation"]):
    """Ways to select situations."""

    def visible_to(self, scope: Scope, act: Act = Act.SEE_PORTFOLIO) -> SituationQuerySet:
        """Those on which the scope allows `act`: one predicate on this table's own columns."""
        return self if scope.is_national(act) else self.filter(covered(scope, act))

    def matching(self, text: str) -> SituationQuerySet:
        """Those whose names, place, number or category hold words that begin so, in any order, accents or not."""
        return self.filter(search__words=text) if folded(text) else self

    def run_by(self, text: str) -> SituationQuerySet:
        """Those whose operator has this number, or a name that holds every word."""
        named = Q()
        for word in folded(text).split():
            named &= Q(search__contains=word)
        found = Operator.objects.filter(Q(pk=text.strip()) | named if named else Q(pk=text.strip()))
        return self.filter(operator__in=found.values("pk"))

    def grouped_in(self, code: str) -> SituationQuerySet:
        """Those that belong to a grouping, by their operator or by themselves."""
        members = GroupingMember.objects.present().filter(grouping=code)
        return self.filter(finess__in=sites_of(members))

    def silent_since(self, day: date) -> SituationQuerySet:
        """Those of which nothing came since that day, or ever."""
        return self.filter(last_sign_on__lt=day)

    def overdue(self, today: date) -> SituationQuerySet:
        """Those that have an open action whose due date is past."""
        return self.filter(next_due_on__lt=today)


class Situation(models.Model):
    """Where an open establishment stands, in one row: a projection of the registry, the audits and the plan.

    It is never edited: `actions.rebuild_situations` writes it, from those who own the facts.
    """

    finess = models.CharField(max_length=9, unique=True)
    name = models.TextField()
    sort_name = models.CharField(max_length=80)
    search = SearchedField()
    municipality = models.TextField(blank=True)
    department = models.CharField(max_length=3, blank=True)
    region = models.CharField(max_length=2, blank=True)
    category = models.TextField(blank=True)
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    ght = models.ForeignKey(
        Grouping, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    directory_level = models.PositiveSmallIntegerField(default=UNKNOWN_LEVEL)
    directory_at_most = models.BooleanField(default=False)
    directory_on = models.DateField(null=True)
    directory_not_measured = models.PositiveIntegerField(null=True)
    directory_exposed = models.PositiveIntegerField(null=True)
    # What sorts from the lowest level up, those without data last.
    directory_rank = models.GeneratedField(
        expression=Case(
            When(directory_level=UNKNOWN_LEVEL, then=Value(LAST_RANK)),
            default=F("directory_level"),
            output_field=models.PositiveSmallIntegerField(),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    findings_open = models.PositiveIntegerField(default=0)
    actions_open = models.PositiveIntegerField(default=0)
    next_due_on = models.DateField(default=NO_DUE)
    last_sign_on = models.DateField(default=NEVER)
    assessment_progress = models.PositiveSmallIntegerField(
        choices=Progress.choices, default=Progress.NONE
    )
    # The last that was finished; its result is copied here only while the establishment shares it.
    assessed_on = models.DateField(null=True)
    assessed_framework = models.CharField(max_length=60, blank=True)
    assessed_low = models.PositiveIntegerField(null=True)
    assessed_high = models.PositiveIntegerField(null=True)

    objects = SituationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="situation_level", condition=Q(directory_level__range=(UNKNOWN_LEVEL, 5))
            ),
            models.CheckConstraint(
                name="situation_level_has_a_day",
                condition=Q(directory_level=UNKNOWN_LEVEL) | Q(directory_on__isnull=False),
            ),
            models.CheckConstraint(
                name="situation_finished_has_a_day",
                condition=~Q(assessment_progress=Progress.FINISHED) | Q(assessed_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="situation_name", fields=["sort_name", "finess"]),
            models.Index(
                name="situation_counts",
                fields=[
                    *("region", "department", "directory_level"),
                    *("category", "last_sign_on", "next_due_on", "assessment_progress"),
                ],
            ),
            models.Index(name="situation_region", fields=["region", "sort_name", "finess"]),
            models.Index(name="situation_department", fields=["department", "sort_name", "finess"]),
            models.Index(name="situation_category", fields=["category", "sort_name", "finess"]),
            models.Index(name="situation_operator", fields=["operator", "sort_name"]),
            models.Index(name="situation_worst", fields=["directory_rank", "sort_name", "finess"]),
            models.Index(name="situation_best", fields=["-directory_level", "sort_name", "finess"]),
            models.Index(name="situation_silent", fields=["last_sign_on", "sort_name", "finess"]),
            models.Index(name="situation_due", fields=["next_due_on", "sort_name", "finess"]),
            models.Index(
                name="situation_assessed", fields=["assessment_progress", "sort_name", "finess"]
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Ways to select saved views."""

    def visible_to(self, scope: Scope, act: Act = Act.SEE_PORTFOLIO) -> SavedViewQuerySet:
        """One's own, and those that are shared on a level that one holds."""
        found = Q(owner_id=scope.user_id)
        for level in Level:
            if level is not Level.NATIONAL and (codes := scope.codes(act, level)):
                found |= Q(shared_level=level, shared_code__in=sorted(codes))
        if scope.is_national(act):
            found |= Q(shared_level=Level.NATIONAL)
        return self.filter(found)


class SavedView(models.Model):
    """The filters, sort and columns of the portfolio under a name; shared, or not, with those of one's level."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=600)
    shared_level = models.CharField(max_length=15, blank=True)
    shared_code = models.CharField(max_length=40, blank=True)
    saved_at = models.DateTimeField(auto_now=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="saved_view_once", fields=["owner", "name"]),
        ]
        indexes = [
            models.Index(
                name="saved_view_shared",
                fields=["shared_level", "shared_code"],
                condition=~Q(shared_level=""),
            )
        ]

    def __str__(self) -> str:
        return self.name
