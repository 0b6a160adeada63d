"""What identifies a framework: the digest of what it says. No database."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import structs

from rempart.content.frameworks import Framework, Item


def document_of(framework: Framework) -> dict[str, Any]:
    """The framework as JSON values."""
    found: dict[str, Any] = msgspec.to_builtins(framework, str_keys=True)
    return found


def digest_of(document: dict[str, Any]) -> str:
    """The digest of what a framework says: an empty field and a field that is absent say the same."""
    said = msgspec.json.encode(_without_empty(document), order="sorted")
    return hashlib.sha256(said).hexdigest()


def version_beside(version: str, digest: str) -> str:
    """The name of another text that bears the same version as one already kept."""
    return f"{version[:50]}+{digest[:8]}"


def is_before(version: str, other: str) -> bool:
    """Whether a version is older than another: their figures are compared one after the other (1.9 before 1.10)."""
    mine, theirs = (tuple(map(int, re.findall(r"\d+", v))) for v in (version, other))
    return bool(mine and theirs) and mine < theirs


@dataclass(frozen=True, slots=True)
class Difference:
    """The items that a version adds, takes out, and says otherwise."""

    added: Sequence[Item] = ()
    removed: Sequence[Item] = ()
    changed: Sequence[Item] = ()


def difference(old: Framework | None, new: Framework) -> Difference:
    """What `new` changes of `old`; nothing when there is no `old`."""
    if old is None:
        return Difference()
    before = {item.id: item for item in old.items}
    after = {item.id: item for item in new.items}
    return Difference(
        added=[item for name, item in after.items() if name not in before],
        removed=[item for name, item in before.items() if name not in after],
        changed=[item for name, item in after.items() if not _same(before.get(name, item), item)],
    )


def _same(old: Item, new: Item) -> bool:
    """Whether two versions of an item say the same: where each comes from is not compared."""
    return structs.replace(old, source=new.source) == new


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(v) for key, v in value.items()}
        return {key: v for key, v in kept.items() if v not in ("", None, [], {}, False)}
    if isinstance(value, list):
        return [_without_empty(v) for v in value]
    return value
