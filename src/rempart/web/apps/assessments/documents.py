"""An assessment as documents and files: the report, the paper twin, the certificate, what other tools read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from rempart.engines.maturity.score import Score, score
from rempart.render.assessment.completion import Completion as Certificate, completion_pdf
from rempart.render.assessment.paper import PaperHead, paper
from rempart.render.assessment.sheet import Decided, Line, Sheet
from rempart.render.french import day
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments import completing, sheets
from rempart.web.apps.assessments.models import Assessment, Origin
from rempart.web.apps.assessments.results import ItemLine, Result, result
from rempart.web.apps.assessments.rules import answers_of
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.remediation import plain
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.states import DECIDED
from rempart.web.core import journal
from rempart.web.core.downloads import CSV, XLSX
from rempart.web.core.errors import Refused

PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JSON: Final = "application/json"
RENDER: Final = "rempart.render.assessment"
MOST_NAMES: Final = 4
MOST_DECIDED: Final = 10


@dataclass(frozen=True, slots=True)
class Form:
    """One form of an assessment: its words, its type, who makes it from a sheet (loaded when it is asked for)."""

    words: str
    content_type: str
    maker: str = ""


FORMS: Final[Mapping[str, Form]] = {
    "rapport.pdf": Form("Rapport (PDF)", PDF, f"{RENDER}.report.report_pdf"),
    "rapport.docx": Form("Rapport à modifier (DOCX)", DOCX, f"{RENDER}.docx.report_docx"),
    "attestation.pdf": Form("Attestation (PDF)", PDF),
    "questionnaire.pdf": Form("Questionnaire à remplir au stylo (PDF)", PDF),
    "reponses.xlsx": Form("Réponses (XLSX)", XLSX, f"{RENDER}.tables.as_xlsx"),
    "reponses.csv": Form("Réponses (CSV)", CSV, f"{RENDER}.tables.as_csv"),
    "reponses.json": Form("Réponses (JSON)", JSON, f"{RENDER}.tables.as_json"),
    "oscal.json": Form("OSCAL, assessment-results (JSON)", JSON, f"{RENDER}.oscal.oscal"),
    "ciso-assistant.xlsx": Form("CISO Assistant (XLSX)", XLSX, f"{RENDER}.tables.as_ciso_xlsx"),
}


def made(assessment: Assessment, form: str, *, today: date, by: User) -> bytes:
    """The document; the journal says who took it. Raises Refused for a certificate of what is not finished."""
    data = _made(assessment, form, today)
    with transaction.atomic():
        journal.record(
            "export_assessment",
            by=by,
            object_kind="assessment",
            object_id=assessment.pk,
            object_label=str(assessment),
            establishment=assessment.establishment_id,
            details={"form": form},
        )
    return data


def _made(assessment: Assessment, form: str, today: date) -> bytes:
    if form == "questionnaire.pdf":
        return _paper(assessment, today)
    if form == "attestation.pdf":
        return _certificate(assessment)
    make: Callable[[Sheet], bytes] = import_string(FORMS[form].maker)
    return make(sheet(assessment, today))


def sheet(assessment: Assessment, today: date) -> Sheet:
    """What a report or an export is made of; a fixed number of queries."""
    found = result(assessment, today)
    completion = completing.of_assessment(assessment)
    before = found.before
    finished = before.submitted_at if before else None
    decided = Action.objects.filter(
        establishment=assessment.establishment_id, state__in=DECIDED
    ).in_order()
    named = list(decided.select_related("owner")[:MOST_DECIDED])
    plains = plain.of(named)
    return Sheet(
        framework=found.framework,
        establishment=str(found.establishment),
        finess=found.establishment.pk,
        made_on=_day_of(assessment, today).isoformat(),
        answered_by=_answered_by(found),
        score=found.score,
        lines={line.item.id: _line(line) for line in found.lines},
        first=found.first,
        before=_score_of(before) if before else None,
        before_on=timezone.localdate(finished).isoformat() if finished else "",
        code=completion.code if completion else "",
        moved=found.moved,
        decided=[_decided(action, plains[action.pk].title) for action in named],
        others_decided=decided.count() - len(named) if len(named) == MOST_DECIDED else 0,
    )


def _decided(action: Action, title: str) -> Decided:
    due = action.due_on.isoformat() if action.due_on else ""
    return Decided(title, action.owner_words, due)


def _score_of(assessment: Assessment) -> Score:
    framework = catalogue.of_digest(assessment.digest)
    return score(framework, answers_of(assessment.given), assessment.groups)


def _day_of(assessment: Assessment, today: date) -> date:
    if assessment.is_open or assessment.submitted_at is None:
        return today
    return timezone.localdate(assessment.submitted_at)


def _answered_by(found: Result) -> str:
    names = list(dict.fromkeys(line.answer.by_label for line in found.lines if line.answer))
    said = "Résultat provisoire : elle n’est pas terminée. " if found.assessment.is_open else ""
    if not names:
        return said.strip()
    others = len(names) - MOST_NAMES
    more = f" et {others} autres" if others > 1 else f" et {names[-1]}" if others == 1 else ""
    return f"{said}Réponses : {', '.join(names[:MOST_NAMES])}{more}."


def _line(line: ItemLine) -> Line:
    shown, answer = line.shown, line.answer
    measured, documents = "", [_document(found) for found in line.documents]
    if shown is not None and shown.is_document:
        documents += (
            [] if line.documents else [f"{shown.label} ({day(shown.measured_on.isoformat())})"]
        )
    elif shown is not None:
        measured = f"niveau {shown.level.value} : {shown.words}, {shown.label} ({day(shown.measured_on.isoformat())})"
    return Line(
        item=line.item,
        given=line.given,
        how=Origin(answer.origin).label if answer else "",
        measured=measured,
        is_contradicted=line.is_contradicted and bool(measured),
        note=answer.note if answer else "",
        documents=documents,
    )


def _document(found: Any) -> str:
    if found.dated_on is None:
        return str(found.title)
    return f"{found.title} ({day(found.dated_on.isoformat())})"


def _paper(assessment: Assessment, today: date) -> bytes:
    head = PaperHead(
        establishment=str(assessment.establishment),
        finess=assessment.establishment_id,
        code=sheets.code_of(assessment.pk),
        printed_on=today.isoformat(),
    )
    framework = catalogue.of_digest(assessment.digest)
    return paper(framework, head, assessment.groups)


def _certificate(assessment: Assessment) -> bytes:
    found = completing.of_assessment(assessment)
    if found is None:
        raise Refused(
            "Cette auto-évaluation n’est pas terminée : il n’y a rien à attester.",
            todo="Terminez-la d’abord.",
        )
    said = Certificate(
        establishment=found.establishment_name,
        finess=assessment.establishment_id,
        framework=catalogue.of_digest(assessment.digest).title,
        version=assessment.version,
        done_on=found.done_on.isoformat(),
        questions=found.questions,
        answered=found.answered,
        code=found.code,
        address=settings.PUBLIC_URL + reverse("verification"),
    )
    return completion_pdf(said)
