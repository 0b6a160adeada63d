"""Documents, and what each of them proves."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.owned import OwnedQuerySet
from rempart.web.core.models import StoredFile


class DocumentQuerySet(OwnedQuerySet["Document"]):
    """Ways to select documents."""

    def present(self) -> Self:
        """Those that nobody withdrew or replaced."""
        return self.filter(withdrawn_at__isnull=True, replaced_by__isnull=True)

    def expiring(self, since: date, until: date) -> Self:
        """Present ones whose validity ends between two days, both included."""
        return self.present().filter(valid_until__range=(since, until))


class Document(models.Model):
    """A document of an establishment. The same content given twice is one file on disk."""

    class Kind(models.TextChoices):
        """What it is, when something is read from it."""

        POLICY = "policy", "politique, charte ou procédure"
        PLAN = "plan", "plan (continuité, reprise, crise)"
        RECORD = "record", "compte rendu ou procès-verbal"
        RESTORE_TEST = "restore_test", "essai de restauration"
        EXERCISE_REPORT = "exercise_report", "retour d’expérience d’un exercice"
        AUDIT_REPORT = "audit_report", "rapport d’audit"
        CONTRACT = "contract", "contrat ou clause"
        INVOICE = "invoice", "facture"
        OTHER = "other", "autre document"

    class Scan(models.TextChoices):
        """What the anti-malware said."""

        NOT_SCANNED = "not_scanned", "non analysé"
        CLEAN = "clean", "analysé, rien trouvé"

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="documents"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    file_name = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OTHER)
    author_words = models.CharField(max_length=200, blank=True)
    dated_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    scan = models.CharField(max_length=12, choices=Scan, default=Scan.NOT_SCANNED)
    deposited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    deposited_at = models.DateTimeField(auto_now_add=True)
    # The nearest of the reminders (90, 30, 7 days before the end of validity) that was sent; 0: none.
    reminded_for = models.PositiveSmallIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replaces", db_index=False
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="document_valid_after_its_day",
                condition=Q(dated_on__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=models.F("dated_on")),
            ),
            models.CheckConstraint(
                name="document_withdrawn_for_a_reason",
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""),
            ),
        ]
        indexes = [
            models.Index(name="document_expires", fields=["valid_until"]),
            models.Index(name="document_of", fields=["establishment", "-deposited_at"]),
        ]

    def __str__(self) -> str:
        return self.title


class ProofQuerySet(OwnedQuerySet["Proof"]):
    """Ways to select what documents prove."""

    path = "document__establishment__"

    def present(self) -> Self:
        """Those of documents that nobody withdrew or replaced."""
        return self.filter(document__withdrawn_at__isnull=True, document__replaced_by__isnull=True)


class Proof(models.Model):
    """A document proves a subject: `item:<id>`, `piece:<item id>/<piece id>`, `action:<pk>`, `expense:<pk>`."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="proofs")
    subject = models.CharField(max_length=160, db_index=True)
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    said_at = models.DateTimeField(auto_now_add=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="proof_once", fields=["document", "subject"]),
        ]
