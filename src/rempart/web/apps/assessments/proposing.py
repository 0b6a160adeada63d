"""Answers proposed to somebody who confirms them: from other frameworks, from measures, from the time before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from rempart.content.frameworks import Framework, Item, Level
from rempart.content.knowledge import fact_words, item_maps
from rempart.engines.maturity.answers import at, level_of
from rempart.engines.maturity.maps import proposals
from rempart.engines.maturity.measured import measured
from rempart.render.french import day, number
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.rules import Reply, ago, answers_of, asked
from rempart.web.apps.frameworks import catalogue
from rempart.web.core import facts

RELATIONS = {
    "equal": "La question est la même.",
    "includes": "L’autre question demande davantage.",
    "is_included": "L’autre question n’en demande qu’une partie.",
    "overlap": "Les deux questions se recoupent.",
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A level that somebody may confirm, and why it is proposed."""

    item: Item
    level: Level
    kind: str  # measured, document, mapped, before
    why: str
    confidence: float
    href: str = ""

    @property
    def reply(self) -> Reply:
        """What confirming it answers; the note says where it came from."""
        return Reply(at(self.level.value), self.why)

    @property
    def percent(self) -> int | None:
        """How close the other question is; a figure for a map between questions, never for what a measure shows."""
        return round(100 * self.confidence) if self.kind == "mapped" else None


def proposed(assessment: Assessment, today: date) -> dict[str, list[Proposed]]:
    """Item id → what is proposed for it, the most certain first: what measures show, then other frameworks, then the
    answer of the assessment before."""
    framework = catalogue.of_digest(assessment.digest)
    items = {item.id: item for item in asked(framework, assessment.groups)}
    found: dict[str, list[Proposed]] = {name: [] for name in items}
    for made in [
        *_measured(items.values(), assessment, today),
        *_mapped(framework, items, assessment),
        *_before(items, assessment),
    ]:
        found[made.item.id].append(made)
    return {name: made for name, made in found.items() if made}


def waiting(assessment: Assessment, today: date) -> list[Proposed]:
    """The best proposal of each item that has no answer yet, in the order of the questions."""
    every = proposed(assessment, today)
    return [made[0] for name, made in every.items() if name not in assessment.given]


def _level(item: Item, value: int) -> Level:
    return next(level for level in item.levels if level.value == value)


def _measured(items: Iterable[Item], assessment: Assessment, today: date) -> list[Proposed]:
    known = facts.of(assessment.establishment_id, today)
    figures = {name: fact.value for name, fact in known.items()}
    made = []
    for item in items:
        seen = measured(item, figures)
        if seen is not None:
            fact = known[seen.fact]
            kind = "document" if fact.is_document else "measured"
            why = _why(fact, fact_words().get(seen.fact, seen.fact), today)
            made.append(Proposed(item, _level(item, seen.level), kind, why, 1.0, fact.href))
    return made


def _why(fact: facts.Fact, words: str, today: date) -> str:
    if fact.is_document:
        return f"{fact.label}, daté du {day(fact.measured_on.isoformat())} ({ago(fact.measured_on, today)})."
    return f"{fact.label} : {words}, {number(fact.value)}."


def _mapped(framework: Framework, items: dict[str, Item], assessment: Assessment) -> list[Proposed]:
    names = catalogue.mapped_with(framework.id)
    rows = Assessment.objects.filter(
        establishment=assessment.establishment_id, framework_id__in=names
    ).order_by("opened_on", "pk")
    others = {row.framework_id: row for row in rows if row.given}
    known = {
        name: (catalogue.of_digest(row.digest), answers_of(row.given))
        for name, row in others.items()
    }
    made = []
    for name, proposal in proposals(framework, known, item_maps().values()).items():
        if name not in items:
            continue
        source, _ = known[proposal.source_framework]
        asked_there = next(i for i in source.items if i.id == proposal.source_item)
        why = (
            f"Déjà répondu au niveau {proposal.source_value} dans « {source.short_title} », à la question "
            f"« {asked_there.title} ». {RELATIONS[proposal.relation]}"
        )
        level = _level(items[name], proposal.value)
        made.append(Proposed(items[name], level, "mapped", why, proposal.confidence))
    return made


def _before(items: dict[str, Item], assessment: Assessment) -> list[Proposed]:
    before = assessment.previous
    if before is None or before.submitted_at is None:
        return []
    old = answers_of(before.given)
    made = []
    for name, item in items.items():
        value = level_of(item, old.get(name))
        if value is not None:
            why = f"C’était votre réponse le {day(timezone.localdate(before.submitted_at).isoformat())}."
            made.append(Proposed(item, _level(item, value), "before", why, 0.5))
    return made
