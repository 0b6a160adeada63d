"""What every app leans on: the journal, jobs, stored files."""

from django.db import models


class JournalEntry(models.Model):
    """One act, chained to the one before by its hash; never changed, never deleted (the database refuses)."""

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField()
    act = models.CharField(max_length=60)
    # A number, not a key: core knows no app, and an entry outlives the account that it names.
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200, blank=True)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=60)
    object_label = models.CharField(max_length=200, blank=True)
    establishment = models.CharField(max_length=9, blank=True, db_index=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("id",)


class StoredFile(models.Model):
    """A file kept once by the hash of its content, outside any address that a browser can reach."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    stored_at = models.DateTimeField(auto_now_add=True)


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
    asked_by_id = models.BigIntegerField(null=True)
    establishment = models.CharField(max_length=9, blank=True)
    stage = models.CharField(max_length=200, blank=True)
    done_units = models.BigIntegerField(default=0)
    total_units = models.BigIntegerField(null=True)
    message = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    is_cancel_asked = models.BooleanField(default=False)
    asked_at = models.DateTimeField(auto_now_add=True)
    not_before_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
