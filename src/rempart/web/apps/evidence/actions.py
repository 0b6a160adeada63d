"""What changes the vault: each act is one transaction, with its entry in the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from rempart.kernel.period import after_months
from rempart.render.french import counted
from rempart.web.apps.accounts import notices
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence.models import Document, Proof
from rempart.web.apps.evidence.subjects import asked
from rempart.web.core import journal, projections
from rempart.web.core.errors import Refused
from rempart.web.core.models import StoredFile

REMINDERS: Final = (90, 30, 7)
"""Days before the end of validity."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a person says of a document."""

    title: str
    kind: str = Document.Kind.OTHER
    author_words: str = ""
    dated_on: date | None = None
    valid_until: date | None = None


@transaction.atomic
def deposit(
    *,
    establishment: Establishment,
    file: StoredFile,
    file_name: str,
    values: Values,
    subjects: Iterable[str] = (),
    scan: str = Document.Scan.NOT_SCANNED,
    by: User,
) -> Document:
    """Keep a document, and what it proves; the same content given again with the same title is the same document."""
    if values.dated_on and values.valid_until and values.valid_until < values.dated_on:
        raise Refused(
            "La fin de validité vient avant la date du document : corrigez l’une des deux."
        )
    known = (
        Document.objects.filter(establishment=establishment, file=file, title=values.title)
        .present()
        .first()
    )
    subjects = list(subjects)
    document = known or Document.objects.create(
        establishment=establishment,
        file=file,
        file_name=file_name[:200],
        title=values.title[:200],
        kind=values.kind,
        author_words=values.author_words[:200],
        dated_on=values.dated_on,
        valid_until=values.valid_until or _usual_end(values.dated_on, subjects),
        scan=scan,
        deposited_by=by,
    )
    _link(document, subjects, by)
    projections.refresh([establishment.pk])
    _record("deposit_document", document, by, sha256=file.sha256)
    return document


@transaction.atomic
def attach(*, document: Document, subjects: Iterable[str], by: User) -> None:
    """Say that a document proves more."""
    _refuse_gone(document)
    added = _link(document, subjects, by)
    projections.refresh([document.establishment_id])
    _record("attach_document", document, by, subjects=added)


@transaction.atomic
def detach(*, document: Document, subject: str, by: User) -> None:
    """Say that a document does not prove this after all."""
    gone, _ = Proof.objects.filter(document=document, subject=subject).delete()
    if not gone:
        raise Refused("Ce document ne prouvait pas cela : rien n’a changé.")
    projections.refresh([document.establishment_id])
    _record("detach_document", document, by, subject=subject)


@transaction.atomic
def withdraw(*, document: Document, reason: str, by: User) -> None:
    """Take back a document given by mistake: it proves nothing any more, and stays in the history."""
    _refuse_gone(document)
    if not reason.strip():
        raise Refused("Dites en quelques mots pourquoi ce document est retiré.")
    document.withdrawn_at, document.withdrawn_reason = timezone.now(), reason.strip()[:300]
    document.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    projections.refresh([document.establishment_id])
    _record("withdraw_document", document, by, reason=document.withdrawn_reason)


@transaction.atomic
def replace(*, document: Document, newer: Document, by: User) -> None:
    """Put a newer version in the place of a document: it proves all that the former proved."""
    _refuse_gone(document)
    if newer.pk == document.pk or newer.establishment_id != document.establishment_id:
        raise Refused("La nouvelle version doit être un autre document du même établissement.")
    _link(newer, document.proofs.values_list("subject", flat=True), by)
    document.replaced_by = newer
    document.save(update_fields=["replaced_by"])
    projections.refresh([document.establishment_id])
    _record("replace_document", document, by, newer=newer.pk)


def _usual_end(dated_on: date | None, subjects: Iterable[str]) -> date | None:
    """The end of validity that the shortest-lived of the pieces gives."""
    if dated_on is None:
        return None
    months = [piece.valid_months for s in subjects if (piece := asked(s)[1]) and piece.valid_months]
    return after_months(dated_on, min(months)) if months else None


@transaction.atomic
def remind(today: date) -> int:
    """Tell the people of each establishment of the documents that end in 90, 30 or 7 days; gives how many.

    Each reminder is written once, even when the server slept on its day.
    """
    rows = Document.objects.expiring(today, today + timedelta(days=REMINDERS[0]))
    told = 0
    for document in rows.select_for_update(skip_locked=True, of=("self",)).select_related(
        "establishment"
    ):
        left = (document.valid_until - today).days if document.valid_until else 0
        due = min(days for days in REMINDERS if left <= days)
        if document.reminded_for and document.reminded_for <= due:
            continue
        document.reminded_for = due
        document.save(update_fields=["reminded_for"])
        told += bool(
            notices.tell(
                document.establishment_id,
                subject="Un document arrive au bout de sa validité",
                words=f"Un document de {document.establishment} n’est plus valable dans {counted(left, 'jour')}.",
            )
        )
    return told


def _link(document: Document, subjects: Iterable[str], by: User) -> list[str]:
    wanted = sorted(set(subjects) - set(document.proofs.values_list("subject", flat=True)))
    Proof.objects.bulk_create(
        Proof(document=document, subject=subject[:160], said_by=by) for subject in wanted
    )
    return wanted


def _refuse_gone(document: Document) -> None:
    if document.withdrawn_at or document.replaced_by_id:
        raise Refused("Ce document a été retiré ou remplacé : choisissez sa version en place.")


def _record(act: str, document: Document, by: User, **details: Any) -> None:
    journal.record(
        act,
        by=by,
        object_kind="document",
        object_id=document.pk,
        object_label=document.title,
        establishment=document.establishment_id,
        details=details,
    )


@transaction.atomic
def note_download(*, document: Document, by: User) -> None:
    """Write down who took the content of a document."""
    _record("download_document", document, by)
