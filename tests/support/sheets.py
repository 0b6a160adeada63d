"""Reports of self-assessments for the tests: a framework of two themes and what was answered."""

from dataclasses import replace
from datetime import date
from typing import Any

from rempart.content.directory import Status
from rempart.content.frameworks import Framework, Item, Level, Origin, Theme
from rempart.content.measures import Cost, Measure, Mends, Range
from rempart.engines.maturity.answers import NOT_APPLICABLE, UNKNOWN, Answers, Given, at
from rempart.engines.maturity.first_actions import Suggestion
from rempart.engines.maturity.score import score
from rempart.render.assessment.sheet import Line, Sheet

SOURCE = Origin("Guide d’essai", "2026", anchor="page 3")


def item(name: str, title: str) -> Item:
    levels = [Level(0, "Rien."), Level(1, "Un début."), Level(2, "Tout est fait.")]
    return Item(f"trial.{name}", title, levels, 2, SOURCE, ref=name.upper())


FRAMEWORK = Framework(
    "trial", "1.0", "Référentiel d’essai", "Essai", "Pour essayer.", "Rédigé pour les tests.",
    SOURCE, Status.STABLE, None,
    [
        Theme("backups", "Sauvegardes", "Pour retrouver.", items=[item("a", "Copier ?"), item("b", "Essayer ?")]),
        Theme("people", "Personnes", items=[item("c", "Nommer ?")]),
        Theme("network", "Réseau", items=[item("d", "Fermer ?")]),
    ],
)  # fmt: skip
ANSWERS = {"trial.a": at(2), "trial.b": UNKNOWN, "trial.c": at(0), "trial.d": NOT_APPLICABLE}
MEASURE = Measure(
    "name_someone", "Nommer un référent", "Pour que quelqu’un décide.", ["Écrire la lettre."],
    Cost(Range(1, 1), Range(0, 500), Range(100, 100)), [Mends(item="trial.c", to=2)],
    Status.STABLE, date(2026, 1, 1), SOURCE, owner_function="direction",
)  # fmt: skip


def sheet(answers: Answers = ANSWERS, **changes: Any) -> Sheet:
    """A whole report; `changes` replace its fields."""
    lines = {i.id: Line(i, answers.get(i.id), "déclarée") for i in FRAMEWORK.items}
    lines["trial.c"] = replace(
        lines["trial.c"],
        measured="niveau 2 de l’annuaire",
        is_contradicted=True,
        note="=cmd|' /C calc'!A0",
        documents=["Lettre de mission"],
    )
    first = [Suggestion(MEASURE, 35.0, 1.0, [FRAMEWORK.items[2]], True)]
    made = Sheet(
        FRAMEWORK, "EHPAD Les Ajoncs", "350000012", "2026-11-22", "Alice Le Goff",
        score(FRAMEWORK, answers), lines, first, code="AB12-CD34",
    )  # fmt: skip
    return replace(made, **changes)


def answered(**levels: int) -> dict[str, Given]:
    """Answers by the end of the identifier."""
    return {f"trial.{name}": at(level) for name, level in levels.items()}
