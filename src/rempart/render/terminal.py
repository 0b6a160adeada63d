"""The summary that the command prints: one screen, in characters that the console can write."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rempart.engines.directory.report import Comparison, Level, Report
from rempart.render import view
from rempart.render.french import counted, day, duration, number, words
from rempart.render.text import name, shorten, visible
from rempart.render.words import level_meaning, level_words

ACTIONS: Final = 5
BAR: Final = 20
FALLBACK: Final = {
    "█": "#", "░": "-", "≤": "<=", "→": "->", "’": "'", "œ": "oe", "Œ": "OE", "…": "...", "–": "-",
    "\u202f": " ", "\u00a0": " ", "⟨": "<", "⟩": ">", "·": "-", "«": '"', "»": '"',
}  # fmt: skip
"""What is written where a console (cp850, cp1252, ASCII) lacks the character."""


def encodable(text: str, encoding: str) -> str:
    """The text in the characters of `encoding`, the others replaced by the nearest ones that it has."""
    try:
        text.encode(encoding)
        return text
    except (UnicodeEncodeError, LookupError):
        return "".join(_nearest(c, encoding) for c in text)


def _nearest(char: str, encoding: str) -> str:
    for candidate in (char, FALLBACK.get(char, ""), unicodedata.normalize("NFKD", char)[:1], "?"):
        try:
            candidate.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            continue
        if candidate:
            return candidate
    return "?"


class Screen:
    """Lines on a console, never interpreted as markup nor as commands: a name may hold brackets, or an escape."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def text(self, content: str, style: str = "") -> Text:
        return Text(encodable(visible(content), self.console.encoding), style=style)

    def line(self, content: str = "", style: str = "") -> None:
        self.console.print(self.text(content, style), highlight=False)

    def grid(
        self, rows: Sequence[tuple[str, ...]], right: tuple[int, ...] = (), pad: int = 2
    ) -> None:
        table = Table.grid(padding=(0, pad))
        for column in range(max((len(r) for r in rows), default=0)):
            table.add_column(justify="right" if column in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(self.text(cell) for cell in row))
        self.console.print(table, highlight=False)


def level_bar(level: Level) -> str:
    """Five notches, those that are reached filled."""
    notch = BAR // 5
    return "█" * notch * level.value + "░" * notch * (5 - level.value)


def summary(report: Report, console: Console) -> None:
    """Level, counts, exposure and the first gestures of the plan, on one screen of 80 columns."""
    screen = Screen(console)
    level = report.level
    screen.line(view.headline(report), "bold")
    screen.line(view.lead(report))
    screen.line()
    missing = level.points_not_measured
    gap = f", {counted(missing, 'point non évalué', 'points non évalués')}" if missing else ""
    screen.line(
        f"Niveau ANSSI  {level_bar(level)}  {level_words(level.value, level.at_most)} sur 5{gap}"
    )
    screen.grid(
        [("", "en échec", "réussis", "non évalués")]
        + [
            (f"  niveau {c.level}, {level_meaning(c.level)}", number(c.failed), number(c.passed), number(c.not_measured))
            for c in level.by_level
        ],
        right=(1, 2, 3),
    )  # fmt: skip
    screen.line()
    _plan(report, screen)


def _plan(report: Report, screen: Screen) -> None:
    plan = report.plan
    if report.exposure.reason or not plan.actions:
        return
    spent = view.plan_minutes(plan)
    time = f", environ {duration(spent)}" if spent else ""
    screen.line(f"Plan : {counted(len(plan.actions), 'geste')}, {view.proof(plan)}{time}", "bold")
    width = max(screen.console.width - 26, 30)
    rows = [
        (f"  {k}.", shorten(name(a.title), width), f"exposés : {number(a.exposed_after)}")
        for k, a in enumerate(plan.actions[:ACTIONS], 1)
    ]
    screen.grid(rows, right=(2,), pad=1)
    rest = len(plan.actions) - ACTIONS
    if rest > 0:
        screen.line(f"  et {counted(rest, 'autre geste', 'autres gestes')}, dans le rapport.")


def comparison(result: Comparison, console: Console) -> None:
    """What two reports say of the same directory, in a few lines."""
    screen = Screen(console)
    old, new = result.old_level, result.new_level
    screen.line(
        f"Du {day(result.old_date)} au {day(result.new_date)} : {level_words(old.value, old.at_most)} → "
        f"{level_words(new.value, new.at_most)}",
        "bold",
    )
    counts = {
        state: sum(d.state == state for d in result.differences)
        for state in ("mended", "new", "still_there")
    }
    screen.grid(
        [
            ("  constats corrigés", number(counts["mended"])),
            ("  nouveaux constats", number(counts["new"])),
            ("  toujours là", number(counts["still_there"])),
            ("  comptes exposés", f"{number(result.old_exposed)} → {number(result.new_exposed)}"),
            ("  coût restant", f"{number(result.old_cost)} → {number(result.new_cost)}"),
        ],
        right=(1,),
    )
    lost = len(result.no_longer_measured)
    if lost:
        count = words(lost) if lost > 1 else "un"
        screen.line(
            f"Attention : {count} {'points en échec ne sont plus mesurés' if lost > 1 else 'point en échec n’est plus mesuré'} ;"
            " ce n’est pas une correction."
        )
