"""What a plan is made with: the means of an establishment, and the actions that a grouping does once for several."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment, Grouping
from rempart.web.apps.establishments.owned import OwnedQuerySet
from rempart.web.core.scope import Act, Level, Scope


class Estimate(models.TextChoices):
    """The point of a range of costs that is counted."""

    LOW = "low", "le bas des fourchettes"
    MID = "mid", "le milieu des fourchettes"
    HIGH = "high", "le haut des fourchettes"


class BudgetQuerySet(OwnedQuerySet["Budget"]):
    """Ways to select budgets."""


class Budget(models.Model):
    """What an establishment can give to its plan: euros and days, one figure a quarter from `starts_on`."""

    establishment = models.OneToOneField(
        Establishment, on_delete=models.PROTECT, primary_key=True, related_name="budget"
    )
    starts_on = models.DateField()
    euros = models.JSONField(default=list)
    days = models.JSONField(default=list)
    is_carried = models.BooleanField(default=True)
    estimate = models.CharField(max_length=4, choices=Estimate, default=Estimate.MID)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = BudgetQuerySet.as_manager()


class SharedActionQuerySet(models.QuerySet["SharedAction"]):
    """Ways to select shared actions."""

    def visible_to(self, scope: Scope, act: Act = Act.SEE_FINDINGS) -> Self:
        """Those of the groupings on which the scope allows `act`: a member sees its own part, an action of its plan."""
        if scope.is_national(act):
            return self
        return self.filter(grouping_id__in=sorted(scope.codes(act, Level.GROUPING)))


class SharedAction(models.Model):
    """An action that a grouping does once for several of its members: each has its part of it in its own plan."""

    grouping = models.ForeignKey(Grouping, on_delete=models.PROTECT, related_name="shared_actions")
    title = models.CharField(max_length=300)
    how = models.TextField(blank=True)
    # The measure of the content that it follows, if any.
    content_measure = models.CharField(max_length=60, blank=True)
    owner_function = models.CharField(max_length=120, blank=True)
    due_on = models.DateField(null=True)
    days = models.FloatField(null=True)
    euros = models.PositiveIntegerField(null=True)
    euros_per_year = models.PositiveIntegerField(null=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_on = models.DateField()

    objects = SharedActionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)
