"""Instants as the report writes them."""

from datetime import UTC, datetime


def instant(at: float) -> str:
    """Unix seconds as ISO 8601 in UTC, "" when there is none or when no clock could have said it."""
    if at <= 0:
        return ""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return ""
