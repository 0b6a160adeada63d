"""What a command shows while it works: nothing that commands the console, nothing where there is none."""

import io

from rich.console import Console

from rempart.render.console import Bars, for_console


def console(*, is_terminal: bool) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, force_terminal=is_terminal, width=80), written


def test_a_name_cannot_command_the_console() -> None:
    class Narrow:
        encoding = "cp1252"

    assert for_console("a\x1b[31m\u202eb→", Narrow()) == "a [31m b?"  # type: ignore[arg-type]


def test_the_present_stage_takes_the_place_of_the_last() -> None:
    terminal, written = console(is_terminal=True)
    with Bars(terminal) as bars:
        bars.stage("Lecture", total=2)
        bars.advance(2)
        bars.stage("Écriture \x1b]0;titre")
        bars.advance()
    assert "Écriture  ]0;titre" in written.getvalue()


def test_nothing_is_drawn_where_there_is_no_terminal() -> None:
    plain, written = console(is_terminal=False)
    with Bars(plain) as bars:
        bars.advance()
        bars.stage("Lecture")
        bars.note("Trois lignes illisibles.")
    assert (written.getvalue(), bars.notes) == ("", ["Trois lignes illisibles."])


def test_a_note_is_said_at_once_where_no_report_keeps_it() -> None:
    plain, written = console(is_terminal=False)
    with Bars(plain, says_notes=True) as bars:
        bars.note("Trois [bold]lignes[/bold] illisibles.")
    assert written.getvalue() == "Trois [bold]lignes[/bold] illisibles.\n"
