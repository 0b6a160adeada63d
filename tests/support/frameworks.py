"""Small frameworks made for tests: every field has a default, and a test says only what matters to it."""

from datetime import date
from typing import Any

from rempart.content.directory import Status
from rempart.content.frameworks import (
    Framework,
    Item,
    ItemMap,
    Level,
    Origin,
    Pair,
    Prefill,
    Step,
    Theme,
)
from rempart.content.measures import Cost, Measure, Mends, Range

SOURCE = Origin("Un guide de démonstration")
DAY = date(2026, 1, 1)


def levels(most: int = 4) -> list[Level]:
    """Levels from 0 to `most`."""
    return [Level(value, f"On voit le niveau {value}") for value in range(most + 1)]


def an_item(id: str, *, target: int = 3, most: int = 4, **fields: Any) -> Item:
    """An item of five levels."""
    values = {"levels": levels(most), "title": f"Question {id} ?"} | fields
    return Item(id=id, target=target, source=SOURCE, **values)


def a_framework(id: str = "demo", *themes: Theme, **fields: Any) -> Framework:
    """A framework of two themes of two items, unless it is given its own."""
    made = themes or (
        Theme("access", "Accès", items=[an_item(f"{id}.access.1"), an_item(f"{id}.access.2")]),
        Theme("backup", "Sauvegarde", items=[an_item(f"{id}.backup.1"), an_item(f"{id}.backup.2")]),
    )
    values: dict[str, Any] = {
        "version": "1",
        "title": "Un référentiel de démonstration",
        "short_title": "Démonstration",
        "description": "Quatre questions.",
        "statement": "Rédigé pour les essais.",
        "source": SOURCE,
        "status": Status.STABLE,
        "revised_on": DAY,
        "minutes": 10,
    } | fields
    return Framework(id=id, themes=list(made), **values)


def a_measure(id: str, *mends: Mends, days: float = 1.0, **fields: Any) -> Measure:
    """A measure of one day."""
    values: dict[str, Any] = {
        "title": f"Faire {id}",
        "why": "Parce que.",
        "steps": ["Le faire."],
        "cost": Cost(Range(days, days)),
        "status": Status.STABLE,
        "revised_on": DAY,
        "source": SOURCE,
        "is_quick": True,
    } | fields
    return Measure(id=id, mends=list(mends), **values)


def a_map(a: str, b: str, *pairs: Pair) -> ItemMap:
    """A map between two frameworks."""
    return ItemMap(f"{a}_{b}", a, b, Status.STABLE, DAY, list(pairs))


def a_prefill(fact: str, *steps: tuple[float, int]) -> Prefill:
    """From each figure upwards, a level."""
    return Prefill(fact, [Step(figure, level) for figure, level in steps])
