"""The table of Exchange builds: which holes each still has, from the day it came out and the days of the mends."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from rempart.engines.exposure.feeds.bundle import ExchangeBuild

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)


def builds_of(
    names: Mapping[str, Any], known: Mapping[str, Any], mends: Mapping[str, Any]
) -> dict[str, ExchangeBuild]:
    """Build → name, day, holes. `known` lists the holes of a build; `mends` says for each hole which cumulative
    updates (three first numbers) were mended and when: a build of one of them that came out before still has it."""
    found = {}
    for build, row in names.items():
        day = day_of(str(row.get("release_date", "")))
        holes = {str(hole.get("id", "")) for hole in (known.get(build) or {}).get("cves") or []}
        inferred: set[str] = set()
        if day:
            holes |= _still_open(build, day, mends)
            inferred = _open_on_later_updates(build, day, mends) - holes
        found[build] = ExchangeBuild(
            str(row.get("name", "")), day, sorted(holes - {""}), sorted(inferred)
        )
    return found


def _still_open(build: str, day: str, mends: Mapping[str, Any]) -> set[str]:
    branch = ".".join(build.split(".")[:3])
    return {
        hole
        for hole, branches in mends.items()
        if isinstance(branches.get(branch), dict)
        and str(branches[branch].get("releaseDate", ""))[:10] > day
    }


def _open_on_later_updates(build: str, day: str, mends: Mapping[str, Any]) -> set[str]:
    """Holes mended after this build on a later cumulative update of the same product, and not on its own."""
    product, update = build.split(".")[:2], int((build.split(".") + ["0", "0", "0"])[2])
    found = set()
    for hole, branches in mends.items():
        for branch, row in branches.items():
            parts = branch.split(".")
            is_later = parts[:2] == product and len(parts) > 2 and int(parts[2]) > update
            if is_later and isinstance(row, dict) and str(row.get("releaseDate", ""))[:10] > day:
                found.add(hole)
    return found


def day_of(text: str) -> str:
    """« August 11, 2026 » → 2026-08-11; "" for a month alone, which would not order two builds of it."""
    words = text.replace(",", " ").lower().split()
    if len(words) != 3 or words[0] not in _MONTHS:
        return ""
    try:
        return date(int(words[2]), _MONTHS.index(words[0]) + 1, int(words[1])).isoformat()
    except ValueError:
        return ""
