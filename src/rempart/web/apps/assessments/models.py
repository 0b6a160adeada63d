"""Assessments, what was answered, and who is asked."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from rempart.engines.maturity.answers import Kind as AnswerKind
from rempart.web.apps.accounts.models import LEVELS, User
from rempart.web.apps.assessments.states import OPEN, State
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.owned import OwnedQuerySet
from rempart.web.core.scope import Act, Level, Scope


class Versioned(models.Model):
    """What names a version of a framework; the digest reads it from memory without a query."""

    framework_id = models.CharField(max_length=60)
    version = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)

    class Meta:
        abstract = True


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Ways to select campaigns."""

    def visible_to(self, scope: Scope, act: Act = Act.RUN_CAMPAIGN) -> CampaignQuerySet:
        """Those of the places where the scope allows `act`; all of them for the nation."""
        if scope.is_national(act):
            return self
        found = Q(pk__in=())
        for level in (Level.REGION, Level.GROUPING, Level.OPERATOR):
            found |= Q(level=level, code__in=sorted(scope.codes(act, level)))
        return self.filter(found)


class Campaign(Versioned):
    """A region, a grouping or an operator asks its establishments to assess themselves."""

    title = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    level = models.CharField(max_length=15, choices=LEVELS)
    code = models.CharField(max_length=40, blank=True)
    launched_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    launched_at = models.DateTimeField(auto_now_add=True)
    opens_on = models.DateField()
    due_on = models.DateField(null=True)
    reminded_at = models.DateTimeField(null=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ("-opens_on", "-pk")
        constraints = [
            models.CheckConstraint(
                name="campaign_is_due_after_it_opens",
                condition=Q(due_on__isnull=True) | Q(due_on__gte=models.F("opens_on")),
            ),
        ]
        indexes = [models.Index(name="campaign_place", fields=["level", "code"])]

    def __str__(self) -> str:
        return self.title


class AssessmentQuerySet(OwnedQuerySet["Assessment"]):
    """Ways to select assessments."""

    def open(self) -> Self:
        """Those that take answers."""
        return self.filter(state__in=OPEN)

    def known(self) -> Self:
        """Those that were submitted once at least."""
        return self.filter(submitted_at__isnull=False)

    def shared_with(self, scope: Scope) -> Self:
        """Those whose result the scope reads: its own, and those that establishments share with who follows them."""
        mine = self.visible_to(scope)
        follows = self.visible_to(scope, Act.SEE_PORTFOLIO).filter(shared_with_region=True)
        return mine | follows


class Assessment(Versioned):
    """An establishment answers a version of a framework.

    `given` repeats the answers, so that saving one, a score or a campaign read a single row: item id →
    [level, or "u" (unknown), or "n" (not applicable), version of the answer]. It is written with each answer.
    """

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="assessments"
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, related_name="assessments"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    groups = models.JSONField(default=list)
    given = models.JSONField(default=dict)
    answered = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    not_applicable = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # In hundredths of a per cent; null when nothing applies.
    low = models.PositiveIntegerField(null=True)
    high = models.PositiveIntegerField(null=True)
    themes = models.JSONField(default=dict)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    last_answer_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # How many times it was finished: each is a measure of its own, so that what it mended is remembered.
    submissions = models.PositiveSmallIntegerField(default=0)
    shared_with_region = models.BooleanField(default=False)
    shared_with_grouping = models.BooleanField(default=False)
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="next", db_index=False
    )
    carried_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="carried_to", db_index=False
    )

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="assessment_open_once",
                fields=["establishment", "framework_id"],
                condition=Q(state__in=["draft", "reopened"]),
            ),
            models.CheckConstraint(
                name="assessment_submitted_has_a_day",
                condition=~Q(state__in=["submitted", "reopened"]) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_range_is_a_range",
                condition=Q(low__isnull=True, high__isnull=True)
                | Q(low__lte=models.F("high"), high__lte=10_000),
            ),
        ]
        indexes = [
            models.Index(
                name="assessment_of", fields=["establishment", "framework_id", "-opened_on"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.framework_id} {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether it takes answers; a closed establishment takes none."""
        return self.state in OPEN

    @property
    def done(self) -> int:
        """How many items were answered, « je ne sais pas » and « sans objet » included."""
        return self.answered + self.unknown + self.not_applicable


class CampaignMemberQuerySet(OwnedQuerySet["CampaignMember"]):
    """Ways to select who is asked."""


class CampaignMember(models.Model):
    """An establishment that a campaign asks; two campaigns may be answered by one assessment."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="members")
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="asked_by")

    objects = CampaignMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="campaign_asks_once", fields=["campaign", "establishment"]
            ),
        ]


class Origin(models.TextChoices):
    """How an answer came."""

    DECLARED = "declared", "déclarée"
    DELEGATED = "delegated", "répondue par un tiers, sur lien"
    PAPER = "paper", "recopiée d’un questionnaire papier"
    CONFIRMED = "confirmed", "proposée, puis confirmée"
    CARRIED = "carried", "reprise d’un établissement fermé"
    TABLE = "table", "reprise d’un tableur"


class Said(models.Model):
    """What somebody answered to an item."""

    item = models.CharField(max_length=80)
    kind = models.CharField(max_length=15, choices=[(k.value, k.value) for k in AnswerKind])
    value = models.PositiveSmallIntegerField(null=True)
    note = models.TextField(blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.DECLARED)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    by_label = models.CharField(max_length=200)
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


def has_a_level() -> Q:
    """A level is a value, and nothing else has one."""
    return Q(kind="level", value__isnull=False) | (~Q(kind="level") & Q(value__isnull=True))


class AnswerQuerySet(OwnedQuerySet["Answer"]):
    """Ways to select answers."""

    path = "assessment__establishment__"


class Answer(Said):
    """The answer to an item: one row, changed in place; what it said before is in the changes."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="answer_once", fields=["assessment", "item"]),
            models.CheckConstraint(name="answer_level_has_a_value", condition=has_a_level()),
        ]


class AnswerChangeQuerySet(OwnedQuerySet["AnswerChange"]):
    """Ways to select what was answered."""

    path = "assessment__establishment__"


class AnswerChange(Said):
    """An answer as it was given, for ever: nothing that somebody answered is lost, and the database holds it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="changes")

    objects = AnswerChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="answer_change_once", fields=["assessment", "item", "version"]
            ),
        ]


class ItemCommentQuerySet(OwnedQuerySet["ItemComment"]):
    """Ways to select comments."""

    path = "assessment__establishment__"


class ItemComment(models.Model):
    """What somebody says of an item, without answering it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="comments")
    item = models.CharField(max_length=80)
    # Nobody: somebody without an account, by a link; `by_label` says who.
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    by_label = models.CharField(max_length=200)
    text = models.TextField()
    said_at = models.DateTimeField(auto_now_add=True)

    objects = ItemCommentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="comment_of_item", fields=["assessment", "item"])]


class DelegatedQuestionQuerySet(OwnedQuerySet["DelegatedQuestion"]):
    """Ways to select delegated questions."""

    path = "assessment__establishment__"


class DelegatedQuestion(models.Model):
    """Questions that somebody without an account answers by a link; what the link holds is kept hashed."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="delegated")
    items = models.JSONField()
    token_hash = models.CharField(max_length=64, unique=True)
    recipient = models.EmailField()
    recipient_name = models.CharField(max_length=120, blank=True)
    message = models.TextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = DelegatedQuestionQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = [
            models.CheckConstraint(
                name="delegated_question_revoked_by_somebody",
                condition=Q(revoked_at__isnull=True) | Q(revoked_by__isnull=False),
            ),
        ]

    @property
    def who(self) -> str:
        """Who was asked."""
        return self.recipient_name or self.recipient


class CompletionQuerySet(OwnedQuerySet["Completion"]):
    """Ways to select completions."""

    path = "assessment__establishment__"


class Completion(models.Model):
    """That an assessment was finished: what anybody who holds its code may verify, and never an answer."""

    code = models.CharField(max_length=14, unique=True)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="completions")
    # Which of the times that it was finished: `Assessment.submissions` then.
    rank = models.PositiveSmallIntegerField()
    establishment_name = models.CharField(max_length=300)
    framework_title = models.CharField(max_length=300)
    done_on = models.DateField()
    questions = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()

    objects = CompletionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="completion_once", fields=["assessment", "rank"]),
        ]

    def __str__(self) -> str:
        return self.code
