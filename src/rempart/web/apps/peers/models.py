"""Sizes that establishments state, and the frozen figures of groups of peers."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.owned import OwnedQuerySet


class SizeQuerySet(OwnedQuerySet["Size"]):
    """Ways to select sizes."""


class Size(models.Model):
    """How many beds and places an establishment states: FINESS files of sites do not give it."""

    establishment = models.OneToOneField(
        Establishment, on_delete=models.PROTECT, primary_key=True, related_name="stated_size"
    )
    places = models.PositiveIntegerField()
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    stated_on = models.DateField()

    objects = SizeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="size_is_plausible", condition=Q(places__range=(1, 20_000)))
        ]


class PeerGroupQuerySet(models.QuerySet["PeerGroup"]):
    """Ways to select groups."""

    def shown(self, today: date) -> PeerGroupQuerySet:
        """Those whose day has come."""
        return self.filter(shown_from__lte=today)


class PeerGroup(models.Model):
    """A group of a quarter, and its figures. `contributions` never leaves the database: it tells, at the next quarter,
    how many changed."""

    framework_id = models.CharField(max_length=60)
    quarter = models.CharField(max_length=8)
    key = models.CharField(max_length=300)
    criteria = models.JSONField(default=dict)
    is_rest = models.BooleanField(default=False)
    # The quarter whose answers the figures come from: an older one when too few changed since.
    computed_for = models.CharField(max_length=8)
    # Measure → [count, low quartile, median, high quartile], or the reason why it is hidden.
    figures = models.JSONField(default=dict)
    contributions = models.JSONField(default=dict)
    shown_from = models.DateField()

    objects = PeerGroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="peer_group_once", fields=["framework_id", "quarter", "key"]
            ),
        ]


class PeerMemberQuerySet(OwnedQuerySet["PeerMember"]):
    """Ways to select members."""


class PeerMember(models.Model):
    """An establishment, in the one group where a quarter put it."""

    group = models.ForeignKey(PeerGroup, on_delete=models.CASCADE, related_name="members")
    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="peer_groups"
    )

    objects = PeerMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="peer_member_once", fields=["group", "establishment"]),
        ]
