"""The result of an assessment, whole: what a page, a report or an export says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rempart.content.frameworks import Framework, Item, Level, Outcome, Theme
from rempart.content.knowledge import fact_words, measures
from rempart.content.severity import risk_points
from rempart.engines.maturity.answers import Given, concerns, level_of
from rempart.engines.maturity.first_actions import Suggestion, first_actions
from rempart.engines.maturity.measured import contradicts, measured
from rempart.engines.maturity.score import Range, Score, outcomes, score
from rempart.web.apps.assessments.models import Answer, Assessment
from rempart.web.apps.assessments.moving import moved
from rempart.web.apps.assessments.rules import answers_of, as_range
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.evidence.queries import of_subjects
from rempart.web.apps.frameworks import catalogue
from rempart.web.core import facts

HOME_MINUTES = 60
"""A framework answered within the hour is for people without a specialist: quick measures are named first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The level that a measure shows, or that a document states, and where the figure comes from."""

    level: Level
    words: str
    figure: float
    measured_on: date
    label: str
    href: str
    is_document: bool = False


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item: what was declared, what a measure shows, what proves it."""

    item: Item
    answer: Answer | None
    given: Given | None
    level: Level | None
    target: Level | None
    shown: Shown | None
    is_contradicted: bool
    documents: Sequence[Document]

    @property
    def is_gap(self) -> bool:
        """Whether the level declared is under the target."""
        return self.level is not None and self.level.value < self.item.target


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """A theme: its range, the one of the assessment before, its items."""

    theme: Theme
    score: Range | None
    before: Range | None
    items: Sequence[ItemLine]


@dataclass(frozen=True, slots=True)
class Result:
    """All that an assessment says."""

    assessment: Assessment
    establishment: Establishment
    framework: Framework
    score: Score
    before: Assessment | None
    before_score: Range | None
    themes: Sequence[ThemeLine]
    outcomes: Sequence[Outcome]
    first: Sequence[Suggestion]
    moved: str = ""

    @property
    def lines(self) -> list[ItemLine]:
        """Every item, in order."""
        return [line for theme in self.themes for line in theme.items]

    @property
    def contradictions(self) -> list[ItemLine]:
        """The items whose declared level is not the one that a measure shows."""
        return [line for line in self.lines if line.is_contradicted]

    @property
    def verified_count(self) -> int:
        """How many items a measure answers too; what a document states stays declared."""
        return sum(line.shown is not None and not line.shown.is_document for line in self.lines)


def result(assessment: Assessment, today: date) -> Result:
    """The result of an assessment, with the facts known today; a fixed number of queries."""
    framework = catalogue.of_digest(assessment.digest)
    answers = answers_of(assessment.given)
    rows = {row.item: row for row in Answer.objects.filter(assessment=assessment)}
    known = facts.of(assessment.establishment_id, today)
    documents = documents_of(assessment.establishment_id, framework)
    whole = score(framework, answers, assessment.groups)
    before = assessment.previous
    old = before.themes if before else {}
    themes = []
    for found in whole.themes:
        theme = next(t for t in framework.themes if t.id == found.theme)
        lines = [
            line(item, rows.get(item.id), answers.get(item.id), known, documents[item.id])
            for item in theme.items
            if concerns(item, assessment.groups)
        ]
        past = old.get(theme.id)
        themes.append(
            ThemeLine(theme, found.score, as_range(*past) if past else None, tuple(lines))
        )
    return Result(
        assessment,
        assessment.establishment,
        framework,
        whole,
        before,
        as_range(before.low, before.high) if before else None,
        tuple(themes),
        outcomes(framework, whole.score),
        first_measures(framework, assessment),
        _moved(assessment, framework, documents, today),
    )


def documents_of(finess: str, framework: Framework) -> dict[str, list[Document]]:
    """Item id → the documents given for it or for one of its pieces, each once; one query."""
    names = {
        item.id: [f"item:{item.id}", *(f"piece:{item.id}/{piece.id}" for piece in item.pieces)]
        for item in framework.items
    }
    found = of_subjects(finess, [subject for group in names.values() for subject in group])
    return {
        name: list({d.pk: d for subject in group for d in found[subject]}.values())
        for name, group in names.items()
    }


def _moved(
    assessment: Assessment,
    framework: Framework,
    documents: Mapping[str, Sequence[Document]],
    today: date,
) -> str:
    before = assessment.previous
    if before is None:
        return ""
    return moved(
        framework,
        answers_of(before.given),
        answers_of(assessment.given),
        groups=assessment.groups,
        expired={
            name
            for name, found in documents.items()
            if any(d.valid_until is not None and d.valid_until < today for d in found)
        },
    )


def first_measures(framework: Framework, assessment: Assessment) -> list[Suggestion]:
    """The three measures to take first."""
    return first_actions(
        framework,
        answers_of(assessment.given),
        measures().values(),
        risk_points(),
        groups=assessment.groups,
        quick_first=framework.minutes <= HOME_MINUTES,
    )


def line(
    item: Item,
    answer: Answer | None,
    given: Given | None,
    known: Mapping[str, facts.Fact],
    documents: Sequence[Document] = (),
) -> ItemLine:
    """One item, declared beside verified."""
    seen = measured(item, {name: fact.value for name, fact in known.items()})
    shown = None
    if seen is not None:
        fact = known[seen.fact]
        shown = Shown(
            level=next(found for found in item.levels if found.value == seen.level),
            words=fact_words().get(seen.fact, seen.fact),
            figure=seen.figure,
            measured_on=fact.measured_on,
            label=fact.label,
            href=fact.href,
            is_document=fact.is_document,
        )
    declared = level_of(item, given)
    return ItemLine(
        item=item,
        answer=answer,
        given=given,
        level=next((found for found in item.levels if found.value == declared), None),
        target=next((found for found in item.levels if found.value == item.target), None),
        shown=shown,
        is_contradicted=contradicts(item, given, seen),
        documents=documents,
    )
