"""The summary on the screen: one screen, any console, never markup."""

import io

import pytest
from rich.console import Console

from rempart.engines.directory.report import Comparison, Report
from rempart.render import terminal
from rempart.render.terminal import encodable
from support import reports


def shown(report: Report, encoding: str = "utf-8", *, color: bool = False) -> str:
    """What a console of 80 columns in `encoding` receives."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="\n")
    terminal.summary(report, Console(file=stream, width=80, force_terminal=color or None))
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_it_holds_on_one_screen() -> None:
    text = shown(reports.sample())
    assert len(text.splitlines()) <= 24
    assert max(map(len, text.splitlines())) <= 80
    assert "niveau\u00a01 sur 5, 5\u00a0points non évalués" in text


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii", "latin-1"])
@pytest.mark.parametrize(
    "make", [reports.sample, reports.hostile, reports.clean, reports.unmeasured]
)
def test_a_poor_console_gets_characters_that_it_has(encoding: str, make: object) -> None:
    text = shown(make(), encoding)  # type: ignore[operator]
    assert "niveau" in text


def test_the_bar_falls_back_where_blocks_are_missing() -> None:
    assert encodable("█░ cœur ’ ≤", "cp1252") == "#- cœur ’ <="
    assert encodable("cœur", "cp850") == "coeur" or encodable("cœur", "cp850") == "cour"
    assert encodable("漢", "ascii") == "?"


def test_there_is_no_colour_where_there_is_no_terminal() -> None:
    assert "\x1b" not in shown(reports.hostile())
    assert "\x1b[1m" in shown(reports.sample(), color=True)


def test_brackets_in_a_name_are_not_markup() -> None:
    assert "[31m" in encodable("x[31m", "utf-8")
    assert "{% raw %}" in shown(reports.hostile()) or "et 7" in shown(reports.hostile())


def test_an_escape_in_a_name_commands_no_terminal() -> None:
    out = io.StringIO()
    terminal.Screen(Console(file=out, width=80)).line("a\x1b]0;b\x07\u202ec\nd")
    assert out.getvalue() == "a⟨U+001B⟩]0;b⟨U+0007⟩⟨U+202E⟩c\nd\n"


def test_a_long_plan_is_cut_and_says_so() -> None:
    assert "et 7\u00a0autres gestes, dans le rapport." in shown(reports.hostile())


def test_a_comparison_warns_of_what_is_no_longer_measured() -> None:
    result = Comparison("2026-01-01", "2026-06-01", reports.level(1), reports.level(2), [], no_longer_measured=["vuln_x", "vuln_y"])  # fmt: skip
    raw = io.StringIO()
    terminal.comparison(result, Console(file=raw, width=100))
    assert "deux points en échec ne sont plus mesurés" in raw.getvalue()
    assert "niveau\u00a01 → niveau\u00a02 au plus" in raw.getvalue()
