"""Comparing version numbers as vendors write them, and saying « undetermined » rather than guessing.

Schemes: `generic` (dotted numbers, hot fixes « 10.2.9-h1 », letters « 1.1.1w », « 22.7R2.3 », « 9.2p1 », candidates
« 1.3.6rc1 »), `debian` (epoch, tilde, revision: Debian policy, 5.6.12) and `rpm` (epoch, tilde, release: rpmvercmp).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

LONGEST: Final = 64  # no vendor writes more; what a target sends may be of any length

_TOKENS: Final = re.compile(r"[0-9]+|[a-z]+")
_SHAPE: Final = re.compile(r"[vr]?\.?\s?[0-9][0-9a-z.\-_()+~:,\s]*")
_LEADING: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
# A build number beside a version names the same release: « 7.2.5,build1517 ».
_BUILD: Final = re.compile(r"[\s,.\-(]*build.*$")
_SENTENCE: Final = re.compile(
    r"\b(?:and|or|before|earlier|prior|below|through|to|than|all|versions?|until|since)\b"
)
# Words that stand for something before the release, from the furthest to the nearest.
_BEFORE: Final = {
    "snapshot": -7,
    "dev": -6,
    "alpha": -5,
    "beta": -4,
    "m": -3,
    "pre": -3,
    "preview": -3,
    "cr": -2,
    "rc": -2,
}
_SAME: Final = frozenset({"ga", "final", "release"})


class Scheme(StrEnum):
    """How a vendor orders its versions."""

    GENERIC = "generic"
    DEBIAN = "debian"
    RPM = "rpm"


@dataclass(frozen=True, slots=True)
class Version:
    """A version taken apart: `items` are ordered as they compare, `numbers` are the leading dotted numbers."""

    text: str
    items: tuple[tuple[int, int, str], ...]
    numbers: tuple[int, ...]
    is_hotfix: bool  # something follows the dotted numbers and comes after the release


@lru_cache(maxsize=65536)
def parse(text: str) -> Version | None:
    """A version of the generic scheme, or None when the text is not one (a sentence, a hash, too long)."""
    found = text.strip().lower()
    if not found or len(found) > LONGEST or not _SHAPE.fullmatch(found) or _SENTENCE.search(found):
        return None
    found = _BUILD.sub("", found.partition("+")[0]).lstrip("vr. ")
    leading = _LEADING.match(found)
    if leading is None:
        return None
    items = _items(_TOKENS.findall(found))
    numbers = tuple(int(part) for part in leading[0].split("."))
    rest = items[len(numbers) :] if len(items) > len(numbers) else ()
    is_hotfix = bool(found[leading.end() :]) and not any(i[0] == -1 for i in rest)
    return Version(text, _stripped(items), numbers, is_hotfix)


def _items(words: Sequence[str]) -> tuple[tuple[int, int, str], ...]:
    """Numbers above words above the end above what comes before the release: the order of their first figure."""
    items: list[tuple[int, int, str]] = []
    for rank, word in enumerate(words):
        follows = words[rank + 1] if rank + 1 < len(words) else ""
        if word.isdigit():
            items.append((2, int(word), ""))
        elif word in _SAME:
            continue
        elif word in {"a", "b"} and follows.isdigit():
            items.append((-1, -5 if word == "a" else -4, ""))
        elif word in _BEFORE:
            items.append((-1, _BEFORE[word], ""))
        else:
            items.append((1, 0, word))
    return tuple(items)


def _stripped(items: tuple[tuple[int, int, str], ...]) -> tuple[tuple[int, int, str], ...]:
    """Without the zeros that close a run of numbers, so that 7.2 is 7.2.0."""
    kept: list[tuple[int, int, str]] = []
    for rank, item in enumerate(items):
        after = next((i for i in items[rank:] if i != (2, 0, "")), None)
        if item == (2, 0, "") and kept and (after is None or after[0] != 2):
            continue
        kept.append(item)
    return tuple(kept)


def compare(one: str, other: str, scheme: Scheme = Scheme.GENERIC) -> int | None:
    """-1, 0 or 1; None when one of the two is not a version of the scheme."""
    if scheme is Scheme.DEBIAN:
        return _compare_packages(one, other, _debian_order)
    if scheme is Scheme.RPM:
        return _compare_packages(one, other, _rpm_order)
    a, b = parse(one), parse(other)
    return None if a is None or b is None else order(a, b)


def order(a: Version, b: Version) -> int:
    """-1, 0 or 1 between two parsed versions."""
    end = (0, 0, "")
    for rank in range(max(len(a.items), len(b.items))):
        x = a.items[rank] if rank < len(a.items) else end
        y = b.items[rank] if rank < len(b.items) else end
        if x != y:
            return -1 if x < y else 1
    return 0


def is_short_of(seen: Version, bound: Version) -> bool:
    """Whether `seen` has too few numbers to be placed against `bound`: « 2.4 » against « 2.4.58 »."""
    size = len(seen.numbers)
    return (
        size < len(bound.numbers)
        and seen.numbers == bound.numbers[:size]
        and any(bound.numbers[size:])
        and not seen.is_hotfix
    )


def begins_with(version: str, prefix: str) -> bool:
    """Whether a version belongs to a branch: « 7.0.9 » to « 7.0 », « 7.01 » not."""
    a, b = parse(version), parse(prefix)
    return a is not None and b is not None and a.numbers[: len(b.numbers)] == b.numbers


def _compare_packages(
    one: str, other: str, upstream_order: Callable[[str, str], int]
) -> int | None:
    a, b = _package(one), _package(other)
    if a is None or b is None:
        return None
    if a[0] != b[0]:
        return -1 if a[0] < b[0] else 1
    return upstream_order(a[1], b[1]) or upstream_order(a[2], b[2])


def _package(text: str) -> tuple[int, str, str] | None:
    """Epoch, upstream version, revision."""
    found = text.strip()
    if not found or len(found) > LONGEST or not re.fullmatch(r"[0-9A-Za-z.+:~^_\-]+", found):
        return None
    epoch, colon, rest = found.rpartition(":")
    if colon and not epoch.isdigit():
        return None
    upstream, _, revision = rest.rpartition("-")
    if not upstream:
        upstream, revision = rest, ""
    return (int(epoch) if epoch else 0, upstream, revision) if upstream[:1].isdigit() else None


def _letter(char: str) -> int:
    """A tilde sorts before the end, letters before the rest (Debian policy)."""
    if char == "~":
        return -1
    return ord(char) if char.isalpha() else ord(char) + 256


def _debian_order(a: str, b: str) -> int:
    """Words and numbers in turn, letter by letter for the words."""
    x, y = re.split(r"(\d+)", a), re.split(r"(\d+)", b)
    for rank in range(max(len(x), len(y))):
        one, other = x[rank] if rank < len(x) else "", y[rank] if rank < len(y) else ""
        found = int(one or 0) - int(other or 0) if rank % 2 else _words(one, other)
        if found:
            return -1 if found < 0 else 1
    return 0


def _words(one: str, other: str) -> int:
    for rank in range(max(len(one), len(other))):
        a = _letter(one[rank]) if rank < len(one) else 0
        b = _letter(other[rank]) if rank < len(other) else 0
        if a != b:
            return a - b
    return 0


def _rpm_order(a: str, b: str) -> int:
    """Segments of digits or letters; a number is above a word, a tilde before the end, a caret after it."""
    x, y = re.findall(r"\d+|[A-Za-z]+|[~^]", a), re.findall(r"\d+|[A-Za-z]+|[~^]", b)
    for rank in range(max(len(x), len(y))):
        one = _segment(x[rank] if rank < len(x) else None)
        other = _segment(y[rank] if rank < len(y) else None)
        if one != other:
            return -1 if one < other else 1
    return 0


def _segment(word: str | None) -> tuple[int, int, str]:
    if word is None:
        return (0, 0, "")
    if word in "~^":
        return (-1, 0, "") if word == "~" else (1, 0, "")
    return (3, int(word), "") if word.isdigit() else (2, 0, word)
