"""What a sweep under way leaves on disk: the journal of what it has seen, and the file that stops it."""

from pathlib import Path

from django.conf import settings as site


def folder() -> Path:
    """Where the journals of sweeps under way are."""
    return Path(site.DATA) / "sweeps"


def journal_of(audit_id: int) -> Path:
    """The journal of one sweep."""
    return folder() / f"{audit_id}.journal"


def stop_file_of(audit_id: int) -> Path:
    """The file whose presence stops one sweep within a second."""
    return folder() / f"{audit_id}.stop"


def forget(audit_id: int) -> None:
    """Delete what a sweep that has ended left."""
    for path in (journal_of(audit_id), stop_file_of(audit_id)):
        path.unlink(missing_ok=True)


def ask_to_stop(audit_id: int) -> None:
    """Put the file that the engine looks for between two connections: a wish to cancel is heard less often."""
    folder().mkdir(parents=True, exist_ok=True)
    stop_file_of(audit_id).touch()


def known_traces() -> set[int]:
    """The audits whose sweeps left something."""
    if not folder().is_dir():
        return set()
    return {int(path.stem) for path in folder().iterdir() if path.stem.isdecimal()}
