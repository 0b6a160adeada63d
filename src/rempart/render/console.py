"""The terminal of a command: text that it can write, and a line of progress while a stage lasts."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


def for_console(text: str, console: Console) -> str:
    """The text without control characters, with what the console's encoding lacks replaced."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    encoding = console.encoding or "ascii"
    return clean.encode(encoding, "replace").decode(encoding, "replace")


class Bars:
    """The observer of a command: shows stages on a terminal, and gathers the notes.

    `says_notes`: also print each note under the bar, for a command that has no report to keep them.
    """

    def __init__(self, console: Console, *, says_notes: bool = False) -> None:
        self.notes: list[str] = []
        self._says_notes = says_notes
        self._console = console
        self._progress = Progress(
            SpinnerColumn("line"),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal or console.quiet,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        """Show a new stage in place of the last."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(for_console(name, self._console), total=total)

    def advance(self, units: int = 1) -> None:
        """Move the bar of the present stage."""
        if self._task is not None:
            self._progress.advance(self._task, units)

    def note(self, message: str) -> None:
        """Keep a note for the report, and say it when asked to."""
        self.notes.append(message)
        if self._says_notes:
            self._console.print(for_console(message, self._console), markup=False, highlight=False)
