"""The chain of the journal, without a database: what an entry's hash covers, and the first link that is broken."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

GENESIS: Final = "0" * 64
HASHED: Final = (
    "id",
    "recorded_at",
    "act",
    "actor_id",
    "actor_label",
    "object_kind",
    "object_id",
    "object_label",
    "establishment",
    "details",
    "previous_hash",
)
FIELDS: Final = (*HASHED, "hash")
GIVEN_LAST: Final = ("id", "previous_hash", "recorded_at")


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold: the number of its entry, and what differs, in French."""

    entry_id: int
    reason: str


@dataclass(slots=True)
class Walk:
    """How far a chain was followed: entries read, number and hash of the last, and where it broke."""

    entries: int = 0
    last_id: int = 0
    last_hash: str = GENESIS
    broken: Broken | None = None


def instant(moment: datetime) -> str:
    """An instant as it is hashed: UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(values: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys, no space, UTF-8: the same values always give the same bytes."""
    return canonical_value(values).encode("utf-8")


def pieces(entry: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """The canonical text of an entry around what only the lock of the head gives: number, previous hash, instant.

    Between the four go the number, the previous hash and the instant, the last two without their quotes.
    """
    found = [""]
    for name in sorted(HASHED):
        found[-1] += f'"{name}":'
        if name in GIVEN_LAST:
            found[-1] += "" if name == "id" else '"'
            found.append("" if name == "id" else '"')
        else:
            found[-1] += canonical_value(entry[name])
        found[-1] += ","
    first, second, third, last = found
    return "{" + first, second, third, last.removesuffix(",") + "}"


def canonical_value(value: Any) -> str:
    """One value, as `canonical` writes it."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def hash_of(entry: Mapping[str, Any]) -> str:
    """SHA-256 of what an entry says, its number and the previous hash included (`recorded_at` as text)."""
    return hashlib.sha256(canonical({name: entry[name] for name in HASHED})).hexdigest()


def plain(value: Any) -> Any:
    """A JSON value that both databases give back as it was given: whole numbers whole, no NUL character."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        inner = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(one) for one in inner]
    return value


def walked(entries: Iterable[Mapping[str, Any]]) -> Walk:
    """Follow entries from the first (number 1) and stop at the first link that is broken."""
    walk = Walk()
    for entry in entries:
        walk.broken = _fault(entry, walk)
        if walk.broken:
            return walk
        walk.entries += 1
        walk.last_id, walk.last_hash = entry["id"], entry["hash"]
    return walk


def _fault(entry: Mapping[str, Any], walk: Walk) -> Broken | None:
    number = int(entry["id"])
    if number != walk.last_id + 1:
        missing = walk.last_id + 1
        return Broken(missing, f"L’entrée {missing} manque : la suivante est la {number}.")
    if entry["previous_hash"] != walk.last_hash:
        return Broken(
            number,
            f"L’entrée {number} ne suit pas la précédente : elle porte l’empreinte "
            f"{entry['previous_hash'][:12]}…, et la précédente est {walk.last_hash[:12]}….",
        )
    found = hash_of(entry)
    if found != entry["hash"]:
        return Broken(
            number,
            f"Le contenu de l’entrée {number} a changé : son empreinte est {found[:12]}…, "
            f"et {entry['hash'][:12]}… était inscrite.",
        )
    return None


def from_rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Entries from rows in the order of FIELDS, their instants made text."""
    place = FIELDS.index("recorded_at")
    for row in rows:
        entry = dict(zip(FIELDS, row, strict=True))
        entry["recorded_at"] = instant(row[place])
        yield entry
