"""Two reports of the same directory as one HTML page: mended, new, still there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rempart.engines.directory.report import Comparison, Difference, Level
from rempart.render.french import NBSP, counted, day, number
from rempart.render.html.page import render
from rempart.render.svg.draw import label, svg
from rempart.render.view import Tile
from rempart.render.words import level_words

SHOWN: Final = 50
STATES: Final = {
    "new": ("Nouveaux constats", "Absents de l’audit précédent : à regarder d’abord."),
    "still_there": ("Toujours là", "Déjà dans l’audit précédent."),
    "mended": ("Corrigés", "Présents la fois d’avant, mesurés et absents cette fois."),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The differences of one control, in one state."""

    control: str
    title: str
    items: Sequence[Difference]


def page(result: Comparison) -> str:
    """The comparison as a self-contained HTML document."""
    return render(
        "compare.html.j2",
        result=result,
        headline=headline(result),
        lead=lead(result),
        tiles=tiles(result),
        history=history(result),
        sections=[
            (state, title, see, groups(result, state)) for state, (title, see) in STATES.items()
        ],
        shown=SHOWN,
    )


def count(result: Comparison, state: str) -> int:
    """How many findings are in that state."""
    return sum(d.state == state for d in result.differences)


def headline(result: Comparison) -> str:
    """The title: what became of the level."""
    old, new = result.old_level.value, result.new_level.value
    if new > old:
        return f"Le niveau monte de {old} à {level(result.new_level)}"
    if new < old:
        return f"Le niveau baisse de {old} à {level(result.new_level)}"
    return f"Le niveau reste à {level(result.new_level)}"


def level(value: Level) -> str:
    """« 2 », « 2 au plus »."""
    return level_words(value.value, value.at_most).removeprefix(f"niveau{NBSP}")


def lead(result: Comparison) -> str:
    """The sentence under the title."""
    text = (
        f"Du {day(result.old_date)} au {day(result.new_date)} : {counted(count(result, 'mended'), 'constat corrigé', 'constats corrigés')},"
        f" {counted(count(result, 'new'), 'nouveau', 'nouveaux')}, {counted(count(result, 'still_there'), 'toujours là', 'toujours là')}."
    )
    lost = len(result.no_longer_measured)
    if lost:
        text += f" {counted(lost, 'point en échec n’est plus mesuré', 'points en échec ne sont plus mesurés')} : ce n’est pas une correction."
    return text


def tiles(result: Comparison) -> list[Tile]:
    """Before and after, in four figures."""
    arrow = f"{NBSP}→{NBSP}"
    missing = result.new_level.points_not_measured
    return [
        Tile("Niveau ANSSI", f"{result.old_level.value}{arrow}{result.new_level.value}", "sur 5",
             f"{counted(missing, 'point non évalué', 'points non évalués')} cette fois", result.new_level.value),
        Tile("Comptes exposés", f"{number(result.old_exposed)}{arrow}{number(result.new_exposed)}", "", "comptes ordinaires qui mènent au cœur"),
        Tile("Coût restant", f"{number(result.old_cost)}{arrow}{number(result.new_cost)}", "", "coût du plan minimal : le progrès se lit ici"),
        Tile("Points de contrôle", number(len(result.controls_mended)), "levés",
             f"{counted(len(result.controls_new), 'nouveau en échec', 'nouveaux en échec')}"),
    ]  # fmt: skip


def groups(result: Comparison, state: str) -> list[Group]:
    """Differences of a state by control, the control with most objects first."""
    found: dict[str, list[Difference]] = {}
    for difference in result.differences:
        if difference.state == state:
            found.setdefault(difference.control, []).append(difference)
    made = [Group(control, items[0].title, items) for control, items in found.items()]
    return sorted(made, key=lambda g: (-len(g.items), g.control))


def history(result: Comparison) -> str:
    """The two levels on a scale from 1 to 5, as steps in time."""
    width, height, left, right = 640, 200, 120, 520
    body = []
    for n in range(1, 6):
        y = height - 30 - (n - 1) * 34
        body.append(
            f'<line class="axis" x1="60" x2="600" y1="{y}" y2="{y}"/><text x="44" y="{y + 4}" text-anchor="end">{n}</text>'
        )
    points = []
    for x, when, value in (
        (left, result.old_date, result.old_level),
        (right, result.new_date, result.new_level),
    ):
        y = height - 30 - (value.value - 1) * 34
        points.append((x, y))
        words = level_words(value.value, value.at_most)
        body.append(f'<text class="strong" x="{x}" y="{y - 14}" text-anchor="middle">{label(words)}</text>')  # fmt: skip
        body.append(f'<text x="{x}" y="{height - 6}" text-anchor="middle">{label(day(when))}</text>')  # fmt: skip
    (x1, y1), (x2, y2) = points
    body.append(f'<path class="trend" d="M{x1} {y1}L{x2} {y2}"/>')
    body += [f'<circle class="dot" cx="{x}" cy="{y}" r="6"/>' for x, y in points]
    return svg(width, height, "".join(body), headline(result), "history")
