"""What a sweep under way leaves on disk: the journal of what it has seen, and the file that stops an establishment."""

from pathlib import Path

from django.conf import settings as site


def folder() -> Path:
    """Where the journals of sweeps under way are."""
    return Path(site.DATA) / "sweeps"


def journal_of(audit_id: int) -> Path:
    """The journal of one sweep."""
    return folder() / f"{audit_id}.journal"


def stop_file_of(finess: str) -> Path:
    """The file whose presence stops all that probes an establishment, within a second."""
    return folder() / f"{finess}.stop"


def ask_to_stop(finess: str) -> None:
    """Put the file that the engine looks for between two connections: a wish to cancel is heard less often."""
    folder().mkdir(parents=True, exist_ok=True)
    stop_file_of(finess).touch()


def may_go(finess: str) -> None:
    """Take away the file of a stop that is over: called before the switch in the database is read, never after."""
    folder().mkdir(parents=True, exist_ok=True)
    stop_file_of(finess).unlink(missing_ok=True)


def forget(audit_id: int) -> None:
    """Delete what a sweep that has ended left."""
    journal_of(audit_id).unlink(missing_ok=True)


def known_journals() -> set[int]:
    """The audits whose sweeps left a journal."""
    return {int(path.stem) for path in folder().glob("*.journal") if path.stem.isdecimal()}
