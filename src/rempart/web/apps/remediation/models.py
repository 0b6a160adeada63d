"""Findings, whatever saw them, the measures that saw them or not, and the actions that mend them."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from rempart.content.severity import severity_choices
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.owned import OwnedQuerySet
from rempart.web.apps.remediation.planning import SharedAction
from rempart.web.apps.remediation.states import OPEN, State
from rempart.web.core.models import StoredFile
from rempart.web.core.text import folded


class MeasureQuerySet(OwnedQuerySet["Measure"]):
    """Ways to select measures."""


class Measure(models.Model):
    """One pass of a source over a subject (a directory…): what it looked at and did not see, what it could not judge.

    What it saw is in its sightings. With these rows the state of a finding is computed again in the order of the
    days of measure, whatever the order in which the sources were deposited.
    """

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="measures"
    )
    source_kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=120, blank=True)
    source_id = models.CharField(max_length=40)
    source_label = models.CharField(max_length=200)
    measured_on = models.DateField()
    absent = models.JSONField(default=list)
    not_measured = models.JSONField(default=list)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="measure_once", fields=["establishment", "source_kind", "source_id"]
            ),
        ]
        indexes = [
            models.Index(
                name="measure_of_subject", fields=["establishment", "source_kind", "subject"]
            )
        ]


class FindingQuerySet(OwnedQuerySet["Finding"]):
    """Ways to select findings."""

    def open(self) -> Self:
        """Those that the last measure of them still saw."""
        return self.filter(mended_on__isnull=True)

    def mended(self) -> Self:
        """Those that a later measure looked for and did not see."""
        return self.filter(mended_on__isnull=False)


class Finding(models.Model):
    """Something wrong that a measure saw: one row for an establishment, a kind of source, a subject and a key, for ever."""

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="findings"
    )
    source_kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=10, choices=severity_choices)
    rank = models.PositiveSmallIntegerField(default=5)
    detail = models.TextField(blank=True)
    # What it weighs of its severity: less than 1 for a gap that is half-way to its target.
    weight = models.FloatField(default=1.0)
    objects_count = models.PositiveIntegerField(default=0)
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()
    mended_on = models.DateField(null=True)
    # The last day that confirmed it is mended.
    absent_on = models.DateField(null=True)
    # The day of a measure, later than the last that judged it, that could not look at it.
    not_remeasured_on = models.DateField(null=True)
    last_source_id = models.CharField(max_length=40)
    last_source_label = models.CharField(max_length=200)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="finding_once", fields=["establishment", "source_kind", "subject", "key"]
            ),
            models.CheckConstraint(
                name="finding_seen_in_order",
                condition=Q(first_seen_on__lte=models.F("last_seen_on")),
            ),
        ]
        indexes = [
            models.Index(
                name="finding_open", fields=["establishment"], condition=Q(mended_on__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_mended(self) -> bool:
        """Whether a later measure looked for it and did not see it."""
        return self.mended_on is not None


class SightingQuerySet(OwnedQuerySet["Sighting"]):
    """Ways to select sightings."""

    path = "finding__establishment__"


class Sighting(models.Model):
    """A measure that saw a finding, and on how many objects."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="sightings")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="sightings")
    objects_count = models.PositiveIntegerField(default=0)
    # Identifiers of the objects concerned; none when there are too many to follow one by one.
    concerned = models.JSONField(default=list)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=10, choices=severity_choices)
    weight = models.FloatField(default=1.0)
    detail = models.TextField(blank=True)

    objects = SightingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="sighting_once", fields=["finding", "measure"]),
        ]


class ActionQuerySet(OwnedQuerySet["Action"]):
    """Ways to select actions."""

    def open(self) -> Self:
        """Those that somebody still has to do."""
        return self.filter(state__in=OPEN)

    def overdue(self, today: date) -> Self:
        """Open ones whose day is past."""
        return self.open().filter(due_on__lt=today)

    def in_order(self) -> Self:
        """What comes first: the nearest due date, then the worst finding, then the order of the plan."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), "rank", "position", "pk")


class Action(models.Model):
    """What somebody does to mend one or several findings."""

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="actions"
    )
    title = models.CharField(max_length=300)
    how = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    # Nobody: the platform itself changed the state, after a measure.
    state_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    state_on = models.DateField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="actions")
    owner_function = models.CharField(max_length=120, blank=True)
    due_on = models.DateField(null=True)
    # Costs: what the content foresees, between two figures, and what the establishment says, which is what counts.
    days_low = models.FloatField(null=True)
    days_high = models.FloatField(null=True)
    euros_low = models.PositiveIntegerField(null=True)
    euros_high = models.PositiveIntegerField(null=True)
    yearly_low = models.PositiveIntegerField(null=True)
    yearly_high = models.PositiveIntegerField(null=True)
    half_days = models.PositiveSmallIntegerField(null=True)
    cost_euros = models.PositiveIntegerField(null=True)
    yearly_euros = models.PositiveIntegerField(null=True)
    # Its due date is imposed: the calendar keeps it whatever it costs.
    is_mandatory = models.BooleanField(default=False)
    # The measure of the content that it follows, if any.
    content_measure = models.CharField(max_length=60, blank=True)
    shared = models.ForeignKey(
        SharedAction, on_delete=models.PROTECT, null=True, related_name="parts"
    )
    share_percent = models.FloatField(null=True)
    accepted_until_on = models.DateField(null=True)
    accepted_by_function = models.CharField(max_length=120, blank=True)
    accepted_reason = models.TextField(blank=True)
    # The day of the last reminder of its due date, or of the end of its acceptance.
    reminded_on = models.DateField(null=True)
    # What proposed it, so that the same proposal is the same row; empty for one that a person wrote.
    origin = models.CharField(max_length=200, blank=True)
    rank = models.PositiveSmallIntegerField(default=5)
    position = models.PositiveSmallIntegerField(default=0)
    done_on = models.DateField(null=True)
    proof_note = models.TextField(blank=True)
    proof_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    proof_name = models.CharField(max_length=200, blank=True)
    verified_on = models.DateField(null=True)
    verified_by_label = models.CharField(max_length=200, blank=True)
    findings: models.ManyToManyField[Finding, Any] = models.ManyToManyField(
        Finding, related_name="actions", through="ActionFinding"
    )
    requires: models.ManyToManyField[Action, Any] = models.ManyToManyField(
        "self", symmetrical=False, related_name="allows", through="Prerequisite"
    )
    # Title, function and way, as they are searched: without accents or case.
    search = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="action_proposed_once",
                fields=["establishment", "origin"],
                condition=~Q(origin=""),
            ),
            models.CheckConstraint(
                name="action_closed_has_a_day_and_a_proof",
                condition=~Q(state__in=("closed", "verified"))
                | (Q(done_on__isnull=False) & ~Q(proof_note="")),
            ),
            models.CheckConstraint(
                name="action_verified_has_a_day",
                condition=Q(state="verified", verified_on__isnull=False)
                | (~Q(state="verified") & Q(verified_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="action_accepted_until_a_day_by_somebody",
                condition=~Q(state="accepted")
                | (Q(accepted_until_on__isnull=False) & ~Q(accepted_by_function="")),
            ),
            models.UniqueConstraint(
                name="action_one_part_of_a_shared_one",
                fields=["establishment", "shared"],
                condition=Q(shared__isnull=False),
            ),
        ]
        indexes = [models.Index(name="action_due", fields=["establishment", "state", "due_on"])]

    def __str__(self) -> str:
        return self.title

    def searched(self) -> str:
        """What `search` must hold; whoever writes the row writes it too."""
        return folded(f"{self.title} {self.owner_function} {self.how}")

    @property
    def owner_words(self) -> str:
        """Who does it: a person, or a function."""
        return str(self.owner) if self.owner else self.owner_function


class ActionFindingQuerySet(OwnedQuerySet["ActionFinding"]):
    """Ways to select the links."""

    path = "action__establishment__"


class ActionFinding(models.Model):
    """A finding that an action mends: whole, in part (`share`), or for some of its objects only (`concerned`)."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="links")
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="links")
    concerned = models.JSONField(default=list)
    share = models.FloatField(default=1.0)

    objects = ActionFindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="action_finding_once", fields=["action", "finding"]),
        ]


class PrerequisiteQuerySet(OwnedQuerySet["Prerequisite"]):
    """Ways to select prerequisites."""

    path = "action__establishment__"


class Prerequisite(models.Model):
    """An action that must be done before another; never in a circle, which `ordering.refuse_circle` holds."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="needs")
    required = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="needed_by")

    objects = PrerequisiteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="prerequisite_once", fields=["action", "required"]),
            models.CheckConstraint(
                name="prerequisite_of_another", condition=~Q(action=models.F("required"))
            ),
        ]


class CommentQuerySet(OwnedQuerySet["Comment"]):
    """Ways to select comments."""

    path = "action__establishment__"


class Comment(models.Model):
    """What somebody says of an action."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    said_at = models.DateTimeField(auto_now_add=True)

    objects = CommentQuerySet.as_manager()
