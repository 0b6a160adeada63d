"""What pages show of the vault."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from rempart.web.apps.establishments.access import allows
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence import subjects
from rempart.web.apps.evidence.models import Document, Proof
from rempart.web.apps.evidence.subjects import Said
from rempart.web.core.facts import Fact
from rempart.web.core.scope import Act, Scope

SOON: Final = timedelta(days=90)
STATES: Final = {
    "": "Tous ceux en place",
    "expire": "Expirés, ou dans les 90 jours",
    "sans-usage": "Qui ne prouvent rien",
    "retires": "Retirés ou remplacés",
}
FACTS: Final = {
    Document.Kind.RESTORE_TEST: "restore.age_days",
    Document.Kind.EXERCISE_REPORT: "exercise.age_days",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list."""

    document: Document
    proofs: int
    end_words: str
    end_tone: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Something that a document proves, and what its day makes of it."""

    subject: str
    said: Said
    window: str
    is_in_window: bool


def of_subjects(finess: str, wanted: Collection[str]) -> dict[str, list[Document]]:
    """Present documents of an establishment by the subject that they prove; one query."""
    found: dict[str, list[Document]] = {subject: [] for subject in wanted}
    rows = (
        Proof.objects.filter(document__establishment=finess, subject__in=list(wanted))
        .present()
        .select_related("document")
        .order_by("subject", "-document__dated_on", "-document_id")
    )
    for proof in rows:
        found[proof.subject].append(proof.document)
    return found


def documents(establishment: Establishment, state: str, today: date) -> QuerySet[Document]:
    """The documents of an establishment in a state of `STATES`, those that end first before the others."""
    rows = Document.objects.filter(establishment=establishment)
    chosen = {
        "": rows.present(),
        "expire": rows.present().filter(valid_until__lte=today + SOON),
        "sans-usage": rows.present().filter(proofs__isnull=True),
        "retires": rows.filter(Q(withdrawn_at__isnull=False) | Q(replaced_by__isnull=False)),
    }
    found = chosen.get(state, chosen[""]).annotate(proofs_count=Count("proofs"))
    return (
        found.order_by("valid_until", "title", "pk") if state == "expire" else found.order_by("-pk")
    )


def rows(page: Iterable[Any], today: date) -> list[Row]:
    """The documents of a page, with what is said of their end."""
    return [Row(found, found.proofs_count, *end_of(found, today)) for found in page]


def end_of(document: Document, today: date) -> tuple[str, str]:
    """What is said of the end of validity, and its tone."""
    if document.withdrawn_at:
        return "retiré", "none"
    if document.replaced_by_id:
        return "remplacé", "none"
    if document.valid_until is None:
        return "", ""
    left = (document.valid_until - today).days
    if left < 0:
        return "n’est plus valable", "warn"
    if left <= SOON.days:
        return f"encore {left} j", "warn"
    return "valable", "ok"


def document_or_404(scope: Scope, pk: int, act: Act = Act.SEE_FINDINGS) -> Document:
    """A document, if the scope allows `act` on its establishment; otherwise it does not exist."""
    rows = Document.objects.visible_to(scope, act).select_related(
        "establishment", "deposited_by", "replaced_by", "file"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("Ce document n’existe pas, ou n’est pas de votre périmètre.")
    return found


def proven(document: Document, today: date) -> Sequence[Proven]:
    """What a document proves."""
    names = list(document.proofs.order_by("subject").values_list("subject", flat=True))
    said = subjects.said(document.establishment_id, names)
    dates = subjects.named_dates(document.establishment_id, today)
    found = []
    for subject in names:
        words, is_right = subjects.window_words(subject, document.dated_on, dates)
        found.append(Proven(subject, said[subject], words, is_right))
    return found


def facts_of(finess: str, today: date) -> Iterable[Fact]:
    """The age of the last restore test and of the last exercise that a document states."""
    rows = Document.objects.filter(
        establishment=finess, kind__in=FACTS, dated_on__isnull=False, dated_on__lte=today
    ).present()
    for document in rows.order_by("dated_on", "pk"):
        if document.dated_on is not None:
            yield Fact(
                FACTS[Document.Kind(document.kind)],
                float((today - document.dated_on).days),
                document.dated_on,
                f"D’après le document « {document.title} »",
                reverse("evidence_document", args=[document.pk]),
                is_document=True,
            )


def panel(finess: str, scope: Scope) -> dict[str, Any]:
    """How many documents, and how many end soon."""
    today = timezone.localdate()
    mine = Document.objects.filter(establishment=finess).present()
    counts = mine.aggregate(
        all=Count("pk"), ending=Count("pk", filter=Q(valid_until__lte=today + SOON))
    )
    ending = counts["ending"]
    return {
        "finess": finess,
        "may_deposit": allows(scope, finess, Act.ANSWER),
        "brief": f"{ending} à renouveler" if ending else "",
        **counts,
    }
