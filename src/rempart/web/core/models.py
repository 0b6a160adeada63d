"""What every app leans on: the journal, jobs, mail, stored files."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string

from rempart.web.core import reach
from rempart.web.core.scope import Act, Scope


class JournalQuerySet(models.QuerySet["JournalEntry"]):
    """Ways to select entries."""

    def visible_to(self, scope: Scope, act: Act = Act.SEE_JOURNAL) -> JournalQuerySet:
        """All of them for the nation; elsewhere, those of the establishments where `act` is allowed."""
        if scope.is_national(act):
            return self
        return self.filter(reach.within(scope, act))


class JournalEntry(models.Model):
    """One act, chained to the one before by its hash; never changed, never deleted (the database refuses)."""

    # Given under the lock of the head, so that numbers follow each other and a missing one shows.
    id = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    act = models.CharField(max_length=60)
    # A number, not a key: core knows no app, and an entry outlives the account that it names.
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200, blank=True)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=60)
    object_label = models.CharField(max_length=200, blank=True)
    establishment = models.CharField(max_length=9, blank=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(name="journal_of_establishment", fields=["establishment", "-id"])]


class JournalHead(models.Model):
    """The last link of the chain: one row, locked by whoever writes the next."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    last_id = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="journal_has_one_head", condition=Q(id=1))]


class StoredFile(models.Model):
    """A file kept once by the hash of its content, outside any address that a browser can reach."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    stored_at = models.DateTimeField(auto_now_add=True)


class JobQuerySet(models.QuerySet["Job"]):
    """Ways to select jobs."""

    def visible_to(self, scope: Scope, act: Act = Act.DEPOSIT_AUDIT) -> JobQuerySet:
        """Those that the person asked for, and those of establishments where they may work."""
        if scope.user_id is None:
            return self.none()
        return self.filter(Q(asked_by_id=scope.user_id) | reach.within(scope, act))

    def asked_by_people(self) -> JobQuerySet:
        """Without what the platform does for itself."""
        return self.filter(Q(asked_by_id__isnull=False) | ~Q(establishment=""))

    def unfinished(self) -> JobQuerySet:
        """Those that have yet to end."""
        return self.filter(state__in=(Job.State.WAITING, Job.State.RUNNING))


class Job(models.Model):
    """A piece of background work as people see it: what, for whom, how far."""

    class State(models.TextChoices):
        """Where a job is."""

        WAITING = "waiting", "en attente"
        RUNNING = "running", "en cours"
        DONE = "done", "terminé"
        FAILED = "failed", "échoué"
        CANCELLED = "cancelled", "annulé"

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by_id = models.BigIntegerField(null=True, db_index=True)
    establishment = models.CharField(max_length=9, blank=True)
    stage = models.CharField(max_length=200, blank=True)
    done_units = models.BigIntegerField(default=0)
    total_units = models.BigIntegerField(null=True)
    # What is worth knowing of a run that goes on; why it ended badly is in `error`.
    message = models.TextField(blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    is_cancel_asked = models.BooleanField(default=False)
    # Who asked, for the journal: the job writes there once it has stopped.
    cancelled_by_id = models.BigIntegerField(null=True)
    cancelled_by = models.CharField(max_length=200, blank=True)
    # The row of the queue that will wake a worker for this job.
    delivery = models.UUIDField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    not_before_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(name="job_of_establishment", fields=["establishment", "-id"]),
            models.Index(
                name="job_unfinished",
                fields=["state"],
                condition=Q(state__in=["waiting", "running"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_ends_when_it_has_ended",
                condition=Q(ended_at__isnull=True) ^ Q(state__in=["done", "failed", "cancelled"]),
            ),
        ]

    @property
    def is_finished(self) -> bool:
        """Whether it will not move any more."""
        return self.ended_at is not None


class Periodic(models.Model):
    """When a periodic job is next due; its row is the lock that several workers share."""

    kind = models.CharField(max_length=60, primary_key=True)
    due_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)


class Mail(models.Model):
    """A message to one person, sealed while it waits; forgotten once it is sent, and its row a month later."""

    recipient = models.EmailField()
    sealed_subject = models.TextField(blank=True)
    sealed_text = models.TextField(blank=True)
    # Waits for the daily digest instead of going at once.
    is_for_digest = models.BooleanField(default=False)
    written_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                name="mail_unsent", fields=["recipient"], condition=Q(sent_at__isnull=True)
            )
        ]


class MailPreference(models.Model):
    """Who wants each message at once: the others have one digest a day for what can wait."""

    recipient = models.EmailField(primary_key=True)


class Session(AbstractBaseSession):
    """An open session: whose, and what that person recognises it by (see core/sessions.py)."""

    user_id = models.BigIntegerField(null=True, db_index=True)
    browser = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()

    objects: ClassVar[BaseSessionManager[Any]] = BaseSessionManager()

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """The store that reads these rows."""
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store


class Shared(models.Model):
    """A value that all the processes share for a time (see core/cache.py)."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires_at = models.DateTimeField(db_index=True)
