"""How long work reports its progress: the engines tell an observer, and print nothing."""

from typing import Protocol


class Observer(Protocol):
    """Receives the progress of one run."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins; `name` is French and shown as is, `total` its number of units."""

    def advance(self, units: int = 1) -> None:
        """`units` more units of the current stage are done."""

    def note(self, message: str) -> None:
        """Something the user should know (French), that does not stop the run."""


class Silent:
    """The observer of those who do not look."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Ignore the stage."""

    def advance(self, units: int = 1) -> None:
        """Ignore the progress."""

    def note(self, message: str) -> None:
        """Ignore the note."""
