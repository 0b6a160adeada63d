"""Where a file is: each objective from its evidence, the activity covered, the expenses, the dates that come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from rempart.content.frameworks import Framework, Item, Level, Programme
from rempart.content.knowledge import programmes
from rempart.engines.eligibility.ledger import Balance, Expense as Counted, balance
from rempart.engines.eligibility.members import Member, covered, together
from rempart.engines.eligibility.objectives import (
    Given,
    Held,
    Holdings,
    Measured,
    ObjectiveState,
    evaluate,
)
from rempart.engines.eligibility.share import Entity, Share, share_of
from rempart.engines.maturity.measured import measured
from rempart.kernel.outcome import Outcome
from rempart.kernel.period import Place, bound
from rempart.render import french
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.evidence.queries import of_subjects
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.funding.members import MemberLine, given_of, lines as said, members_of
from rempart.web.apps.funding.models import CareEntity, CareFile, Expense
from rempart.web.apps.funding.rules import Due, dues, named, named_so_far, shared_items
from rempart.web.apps.funding.states import State
from rempart.web.core import facts
from rempart.web.core.facts import Fact

OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.PASSED: ("atteint", "ok"),
    Outcome.FAILED: ("pas atteint", "bad"),
    Outcome.NOT_MEASURED: ("non évalué", "none"),
    Outcome.NOT_APPLICABLE: ("sans objet", "none"),
}
"""Outcome → its words and its tone."""

VERIFIED, DOCUMENTED, DECLARED = (
    ("vérifié par une mesure", "seen"),
    ("déclaré, avec document", "said"),
    ("déclaré, sans document", "said"),
)
"""On what a state rests, in words and tone."""


@dataclass(frozen=True, slots=True)
class PieceLine:
    """A piece that is asked: its document, what its day makes of it, and until when it is expected."""

    subject: str
    title: str
    is_optional: bool
    document: Document | None
    is_right: bool
    words: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective; what is declared, what a document says and what is measured stay apart.

    `fact` and `shown_level` are of a document or of a measure: `measured_level` and `documented_level` tell them apart.
    """

    item: Item
    outcome: Outcome
    words: str
    tone: str
    declared: str
    declared_level: Level | None
    fact: Fact | None
    shown_level: Level | None
    pieces: Sequence[PieceLine]
    share: Share | None
    why: Sequence[str]
    members: Sequence[MemberLine] = ()

    @property
    def measured_level(self) -> Level | None:
        """The level that a measure shows: nothing that a document says."""
        return self.shown_level if self.fact and not self.fact.is_document else None

    @property
    def documented_level(self) -> Level | None:
        """The level that a document says."""
        return self.shown_level if self.fact and self.fact.is_document else None

    @property
    def basis(self) -> tuple[str, str]:
        """On what its state rests, the strongest first, and the tone of it; empty when nothing was said."""
        if self.measured_level is not None:
            return VERIFIED
        if self.documented_level is not None or any(piece.document for piece in self.pieces):
            return DOCUMENTED
        return DECLARED if self.declared_level is not None else ("", "")

    @property
    def is_declared_more(self) -> bool:
        """Whether what is declared is higher than what a measure or a document shows."""
        if self.declared_level is None or self.shown_level is None:
            return False
        return self.declared_level.value > self.shown_level.value


@dataclass(frozen=True, slots=True)
class Standing:
    """A whole file on a day."""

    file: CareFile
    programme: Programme
    framework: Framework
    assessment: Assessment | None
    objectives: Sequence[Objective]
    dues: Sequence[Due]
    counts: Mapping[Outcome, int]

    @property
    def asked_count(self) -> int:
        """How many objectives concern the file."""
        return len(self.objectives) - self.counts[Outcome.NOT_APPLICABLE]

    @property
    def of_asked(self) -> str:
        """« sur 12 »."""
        return f"sur {self.asked_count}"

    @property
    def missing(self) -> Sequence[tuple[Objective, PieceLine]]:
        """Each piece that is still to be given, those expected first before the others."""
        found = [
            (objective, piece)
            for objective in self.objectives
            for piece in objective.pieces
            if not piece.is_optional and not piece.is_right
            if objective.outcome is not Outcome.NOT_APPLICABLE
        ]
        return sorted(found, key=lambda pair: pair[1].due_on or date.max)

    @property
    def next_due(self) -> Due | None:
        """The next date that comes."""
        return next((due for due in self.dues if due.days_left >= 0), None)


def named_dates(file: CareFile, today: date) -> dict[str, date | None]:
    """Every date that the windows of a file name, as they bind on a day; None for one that nobody stated."""
    programme, is_preparing = programmes()[file.programme], file.state == State.PREPARING
    return named_so_far(programme, file.dates, is_preparing=is_preparing, today=today)


def standing(file: CareFile, today: date) -> Standing:
    """A file on a day; a fixed number of queries."""
    programme = programmes()[file.programme]
    framework = catalogue.get(programme.framework)
    assessment = _assessment(file, framework.id)
    entities = list(file.entities.all())
    members = members_of(file, framework, entities)
    documents = of_subjects(file.establishment_id, _subjects(framework))
    known = facts.of(file.establishment_id, today)
    days = named(programme, file.dates)
    holdings = Holdings(
        answers=_answers(framework, assessment, members),
        measured={item.id: shown for item in framework.items if (shown := _measured(item, known))},
        documents=_held(documents),
        entities=_entities(entities, framework, members),
        named=named_dates(file, today),
        today=today,
    )
    by_number = {str(row.pk): row for rows in documents.values() for row in rows}
    lines = [
        replace(_objective(state, by_number, known, days), members=said(state.item, members))
        for state in evaluate(framework, holdings)
    ]
    counts = {outcome: sum(1 for x in lines if x.outcome is outcome) for outcome in Outcome}
    return Standing(
        file, programme, framework, assessment, lines, dues(programme, file.dates, today), counts
    )


def _assessment(file: CareFile, framework_id: str) -> Assessment | None:
    rows = Assessment.objects.filter(
        establishment=file.establishment_id, framework_id=framework_id
    ).exclude(state="archived")
    return rows.order_by("-opened_on", "-pk").first()


def _subjects(framework: Framework) -> list[str]:
    return [f"piece:{item.id}/{piece.id}" for item in framework.items for piece in item.pieces]


def _answers(
    framework: Framework, assessment: Assessment | None, members: Sequence[Member]
) -> dict[str, Given]:
    own = given_of(assessment)
    if not members:
        return own
    whole = {item.id: together(item, own.get(item.id), members) for item in framework.items}
    return {item: given for item, given in whole.items() if given is not None}


def _measured(item: Item, known: Mapping[str, Fact]) -> Measured | None:
    found = measured(item, {name: fact.value for name, fact in known.items()})
    return Measured(found.level, known[found.fact].label) if found else None


def _held(documents: Mapping[str, Sequence[Document]]) -> list[Held]:
    proves: dict[int, set[str]] = {}
    rows: dict[int, Document] = {}
    for subject, found in documents.items():
        for row in found:
            rows[row.pk] = row
            proves.setdefault(row.pk, set()).add(subject)
    return [
        Held(str(pk), row.title, frozenset(proves[pk]), row.dated_on, row.valid_until)
        for pk, row in rows.items()
    ]


def _entities(
    rows: Sequence[CareEntity], framework: Framework, members: Sequence[Member]
) -> dict[str, list[Entity]]:
    known = {member.id: member for member in members}
    return {
        item.id: [
            covered(
                item,
                Entity(row.finess, row.name, row.weight, item.id in row.covers),
                known.get(row.finess),
            )
            for row in rows
        ]
        for item in shared_items(framework)
    }


def _objective(
    state: ObjectiveState,
    documents: Mapping[str, Document],
    known: Mapping[str, Fact],
    days: Mapping[str, date | None],
) -> Objective:
    item = state.item
    levels = {level.value: level for level in item.levels}
    shown = measured(item, {name: fact.value for name, fact in known.items()})
    pieces = tuple(
        PieceLine(
            f"piece:{item.id}/{p.piece.id}",
            p.piece.title,
            p.piece.is_optional,
            documents[p.document.id] if p.document else None,
            p.is_held,
            _piece_words(p.place, p.is_expired, p.piece.window.since, p.piece.window.until, days),
            bound(p.piece.window.until, days),
        )
        for p in state.pieces
    )
    words, tone = OUTCOMES[state.outcome]
    level = (
        levels.get(state.declared.level)
        if state.declared and state.declared.level is not None
        else None
    )
    return Objective(
        item=item,
        outcome=state.outcome,
        words=words,
        tone=tone,
        declared=_declared_words(state.declared, level),
        declared_level=level,
        fact=known.get(shown.fact) if shown else None,
        shown_level=levels.get(shown.level) if shown else None,
        pieces=pieces,
        share=state.share,
        why=_why(state, pieces),
    )


def _declared_words(given: Given | None, level: Level | None) -> str:
    if given is None:
        return "rien n’a été répondu"
    if given.is_not_applicable:
        return "sans objet"
    return level.text if level else "« je ne sais pas »"


def _piece_words(
    place: Place | None, is_expired: bool, since: str, until: str, days: Mapping[str, date | None]
) -> str:
    window = window_words(since, until, days)
    if place is None:
        return f"à donner{f' ; {window}' if window else ''}"
    if is_expired:
        return "n’est plus valable : à refaire"
    return {
        Place.INSIDE: "date bonne" if window else "donnée",
        Place.TOO_EARLY: f"trop ancienne ; {window}",
        Place.TOO_LATE: f"trop tardive ; {window}",
        Place.UNDATED: f"sans date : dites celle du document ; {window}",
        Place.UNKNOWN_BOUND: "ne peut pas être vérifiée : une date du dossier manque",
    }[place]


def window_words(since: str, until: str, days: Mapping[str, date | None]) -> str:
    """« datée du 16 juillet 2022 au 31 octobre 2025 »; a day that nobody stated yet is said so."""
    first, last = _bound_words(since, days), _bound_words(until, days)
    if first and last:
        return f"datée du {first} au {last}"
    if first:
        return f"datée du {first} ou après"
    return f"datée au plus tard du {last}" if last else ""


def _bound_words(text: str, days: Mapping[str, date | None]) -> str:
    if not text:
        return ""
    day = days[text] if text in days else date.fromisoformat(text)
    return french.day(day.isoformat()) if day else "jour à indiquer dans « Dates »"


def _why(state: ObjectiveState, pieces: Sequence[PieceLine]) -> list[str]:
    """Why an objective is not met, in the order in which to mend it."""
    if state.outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
        return []
    level = state.measured.level if state.measured else None
    if level is None and state.declared is not None:
        level = state.declared.level
    found = []
    if level is None:
        found.append("Répondez à la question : on ne sait pas où vous en êtes.")
    elif level < state.item.target:
        found.append("Le niveau attendu n’est pas atteint.")
    lacking = [p for p in pieces if not p.is_optional and not p.is_right]
    found += [f"{p.title} : {p.words}." for p in lacking]
    if state.share is not None and not state.share.is_reached:
        found.append(
            "La part de l’activité couverte n’est pas connue."
            if state.share.value is None
            else f"{percent(state.share.value)} de l’activité couverte, pour {percent(state.share.required)} demandés."
        )
    return found


def percent(part: Decimal) -> str:
    """0.6549 → 65,4 %: cut and never rounded up, so that a part that is not reached never reads as reached."""
    cut = int(part * 1000) / 10
    return f"{french.number(cut)} %"


def shares(file: CareFile, framework: Framework) -> list[tuple[Item, Share]]:
    """The items that want a part of the activity, and where the file is of each."""
    rows = list(file.entities.all())
    entities = _entities(rows, framework, members_of(file, framework, rows))
    return [
        (item, share_of(entities[item.id], Decimal(str(item.share))))
        for item in shared_items(framework)
    ]


def ledger(file: CareFile, expenses: Sequence[Expense], today: date) -> Balance | None:
    """The balance of the expenses; None when the programme has no period of eligibility that is known."""
    programme = programmes()[file.programme]
    if not programme.expenses_since and not programme.expenses_until:
        return None
    proofs = of_subjects(file.establishment_id, [row.subject for row in expenses])
    rows = [
        Counted(
            str(row.pk),
            row.label,
            row.kind,
            row.euros - row.financed_elsewhere,
            row.engaged_on,
            bool(proofs[row.subject]),
        )
        for row in expenses
    ]
    return balance(
        rows,
        since=programme.expenses_since,
        until=programme.expenses_until,
        named=named_dates(file, today),
        ceiling=file.ceiling,
    )


def entities_of(file: CareFile) -> list[CareEntity]:
    """The entities of a file, the heaviest first."""
    rows = file.entities.all()
    return sorted(rows, key=lambda row: (-(row.weight or Decimal(-1)), row.name))
