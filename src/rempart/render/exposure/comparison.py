"""Two exposure reports of one perimeter, compared: a page, a JSON file, and the lines of the terminal."""

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Final

from rich.console import Console

from rempart.content.severity import RANKS
from rempart.engines.exposure.compare import Change, ExposureComparison
from rempart.render.exposure import words
from rempart.render.french import NBSP, counted, day, number
from rempart.render.html.page import render
from rempart.render.outputs import encoded, install
from rempart.render.severity import severity_word
from rempart.render.terminal import Screen
from rempart.render.text import clip, name
from rempart.render.view import Tile

SHOWN: Final = 200
ON_SCREEN: Final = 12
STATES: Final = {
    "new": ("Nouveaux constats", "Absents du rapport précédent : à regarder d’abord."),
    "unmeasured": ("Plus évalués", "Personne n’a pu les mesurer cette fois : ce n’est pas une correction."),
    "still": ("Toujours là", "Déjà dans le rapport précédent."),
    "mended": ("Corrigés", "Mesurés de nouveau et absents, ou plus rien n’écoute sur ce port."),
}  # fmt: skip


def page(result: ExposureComparison, zone: tzinfo | None = UTC) -> str:
    """The comparison as a self-contained HTML document; hours are those of `zone`, of the machine without one."""
    return render(
        "internet_compare.html.j2",
        result=result,
        words=words,
        headline=headline(result),
        lead=lead(result, zone),
        tiles=tiles(result),
        doors=[words.opened(door.state, door.line, zone) for door in result.doors],
        sections=[(state, *told, changes(result, state)) for state, told in STATES.items()],
        shown=SHOWN,
    )


def write(result: ExposureComparison, folder: Path, zone: tzinfo | None = UTC) -> list[Path]:
    """The comparison as `comparison.html` and `comparison.json`. Raises RempartError when it cannot be written."""
    html = page(result, zone).encode("utf-8")
    return install({"comparison.html": html, "comparison.json": encoded(result)}, folder)


def headline(result: ExposureComparison) -> str:
    """The title: what became of the grade."""
    old, new = result.old_grade, result.new_grade
    if old == new:
        return f"{clip(name(result.perimeter), 80)} : la note reste {words.grade_words(new, result.new_value)}"
    # Letters go the other way: A is the best.
    verb = "monte" if new < old else "baisse"
    return f"{clip(name(result.perimeter), 80)} : la note {verb} de {old} à {words.grade_words(new, result.new_value)}"


def lead(result: ExposureComparison, zone: tzinfo | None = UTC) -> str:
    """The sentence under the title; two sweeps of one day are told by their hours."""
    old, new = day(result.old_on), day(result.new_on)
    if old == new:
        old, new = (words.moment(at, zone) for at in (result.old_at, result.new_at))
    text = (
        f"De {old} à {new} : " if result.old_on == result.new_on else f"Du {old} au {new} : "
    ) + (
        f"{counted(result.count('new'), 'nouveau constat', 'nouveaux constats')}, "
        f"{counted(result.count('mended'), 'corrigé', 'corrigés')}, "
        f"{counted(result.count('still'), 'toujours là', 'toujours là')}."
    )
    lost = result.count("unmeasured")
    if lost:
        said = counted(lost, "constat n’est plus évalué", "constats ne sont plus évalués")
        text += f" {said} : ce n’est pas une correction."
    return text


def tiles(result: ExposureComparison) -> list[Tile]:
    """Before and after, in four figures."""
    arrow = f"{NBSP}→{NBSP}"
    marks = f"{words.mark(result.old_value)}{arrow}{words.mark(result.new_value)} sur 100"
    opened = sum(door.state in ("opened", "appeared") for door in result.doors)
    shut = sum(door.state == "closed" for door in result.doors)
    return [
        Tile("Note", f"{result.old_grade}{arrow}{result.new_grade}", "", marks),
        Tile("Nouveaux", number(result.count("new")), "", "constats absents la fois d’avant"),
        Tile("Corrigés", number(result.count("mended")), "", "mesurés de nouveau, ou port fermé"),
        Tile("Portes", number(opened), "de plus", counted(shut, "fermée", "fermées")),
    ]


def changes(result: ExposureComparison, state: str) -> Sequence[Change]:
    """The findings in one state, the most severe first."""
    found = [change for change in result.changes if change.state == state]
    return sorted(
        found, key=lambda c: (RANKS[c.finding.severity], c.finding.check, c.finding.target)
    )


def lines(result: ExposureComparison, zone: tzinfo | None = None) -> Iterator[str]:
    """What the terminal says: doors first, then findings that are new or no longer measured."""
    yield lead(result, zone)
    for door in result.doors[:ON_SCREEN]:
        yield f"  {words.opened(door.state, door.line, zone)}"
    for state in ("new", "unmeasured", "mended"):
        found = changes(result, state)
        if not found:
            continue
        yield f"{STATES[state][0]} :"
        for change in found[:ON_SCREEN]:
            finding = change.finding
            yield f"  {finding.title}, {finding.target} ({severity_word(finding.severity)})"
        if len(found) > ON_SCREEN:
            yield f"  et {counted(len(found) - ON_SCREEN, 'autre', 'autres')}"


def show(result: ExposureComparison, console: Console, zone: tzinfo | None = None) -> None:
    """Print the comparison, in characters that the console can write."""
    screen = Screen(console)
    screen.line(headline(result), "bold")
    for line in lines(result, zone):
        screen.line(name(line, 400))
