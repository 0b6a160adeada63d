"""Known holes from CVE records: version 5 of the format, one file each or a whole archive, or one line each condensed.

A condensed line has `id`, `pub`, `t` (title), `cvss` ([[kind, score, vector]…]), `aff` ([{v, p, cpes, ver}…]) and
`ssvc`, which is what CISA publishes of a record without its texts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from rempart.engines.exposure.feeds.bundle import Affected, Hole
from rempart.engines.exposure.feeds.names import PACKAGE, key_of_cpe, key_of_names
from rempart.engines.exposure.feeds.spans import affected_of

IDENTIFIER: Final = re.compile(r"CVE-\d{4}-\d{4,12}")
_LONGEST_TITLE: Final = 160


@dataclass(slots=True)
class Holes:
    """What the records say, in the form of the bundle."""

    holes: dict[str, Hole] = field(default_factory=dict)
    affected: dict[str, list[Affected]] = field(default_factory=dict)
    newest: str = ""  # day of the newest record
    read: int = 0

    def add_condensed(self, record: dict[str, Any]) -> None:
        """One condensed line, unless the record itself was read: it tells the author's ranges from those of others."""
        if record.get("id") in self.holes:
            return
        scores = [row for row in record.get("cvss") or [] if isinstance(row, list) and len(row) > 1]
        ssvc = record.get("ssvc") or {}
        hole = Hole(
            _title(record.get("t")),
            _best({str(kind): score for kind, score, *_ in scores}),
            ssvc.get("Automatable") == "yes",
        )
        products = (
            (row.get("v"), row.get("p"), row.get("cpes"), row.get("ver"), "")
            for row in record.get("aff") or []
        )
        self._add(str(record.get("id", "")), str(record.get("pub") or ""), hole, [products])

    def add_record(self, record: dict[str, Any]) -> None:
        """One CVE record, with what others than its author added to it: they speak of a product only where he gave no
        range that can be read, for theirs are often wider than his."""
        meta = record.get("cveMetadata") or {}
        if meta.get("state") == "REJECTED":
            return
        parts = record.get("containers") or {}
        containers = [parts.get("cna") or {}, *(parts.get("adp") or [])]
        products = [map(_row, part.get("affected") or []) for part in containers]
        hole = Hole(_title(containers[0].get("title")), _scores(containers), _automatable(parts))
        day = str(meta.get("dateUpdated") or meta.get("datePublished") or "")
        self._add(str(meta.get("cveId", "")), day, hole, products)

    def _add(
        self, identifier: str, day: str, hole: Hole, voices: Iterable[Iterable[tuple[Any, ...]]]
    ) -> None:
        if not IDENTIFIER.fullmatch(identifier):
            return
        self.read += 1
        self.newest = max(self.newest, day[:10])
        merged: dict[str, list[Affected]] = {}
        for products in voices:
            told = _by_key(identifier, products)
            merged |= {key: several for key, several in told.items() if key not in merged}
        for key, several in merged.items():
            self.affected.setdefault(key, []).append(_one(identifier, several))
        if merged:
            self.holes[identifier] = hole


def _row(row: dict[str, Any]) -> tuple[Any, ...]:
    """Who makes what, its CPEs, its versions, and what is said of the others. Red Hat names the software that it did not
    make by its package alone."""
    vendor, product = row.get("vendor"), row.get("product")
    if not vendor and not product:
        vendor, product = PACKAGE, row.get("packageName")
    return vendor, product, row.get("cpes"), row.get("versions"), row.get("defaultStatus", "")


def _by_key(identifier: str, products: Iterable[tuple[Any, ...]]) -> dict[str, list[Affected]]:
    """What one voice says of each product."""
    told: dict[str, list[Affected]] = {}
    for vendor, product, cpes, versions, default in products:
        found = affected_of(identifier, versions or [], str(default))
        for key in _keys(vendor, product, cpes) if found else ():
            told.setdefault(key, []).append(found)  # type: ignore[arg-type]
    return told


def _keys(vendor: Any, product: Any, cpes: Any) -> set[str]:
    keys = {key_of_cpe(str(cpe)) for cpe in cpes or []}
    return (keys | {key_of_names(str(vendor or ""), str(product or ""))}) - {""}


def _one(identifier: str, several: list[Affected]) -> Affected:
    spans = list(dict.fromkeys(_plain(span) for one in several for span in one.spans))
    exact = sorted({version for one in several for version in one.exact})
    kept = {plain: span for one in several for span in one.spans for plain in [_plain(span)]}
    return Affected(identifier, [kept[plain] for plain in spans], exact)


def _plain(span: Any) -> tuple[Any, ...]:
    return (span.low, span.high, span.is_high_in, span.is_low_out, tuple(span.fixed))


def _title(text: Any) -> str:
    return " ".join(str(text or "").split())[:_LONGEST_TITLE]


def _best(scores: dict[str, Any]) -> float | None:
    """The score of the newest CVSS that the record has."""
    for kind in ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"):
        score = scores.get(kind)
        if isinstance(score, int | float) and 0 <= score <= 10:
            return float(score)
    return None


def _scores(containers: list[dict[str, Any]]) -> float | None:
    for part in containers:
        known = {
            kind: value.get("baseScore")
            for metric in part.get("metrics") or []
            for kind, value in metric.items()
            if isinstance(value, dict)
        }
        if (found := _best(known)) is not None:
            return found
    return None


def _automatable(parts: dict[str, Any]) -> bool:
    for part in parts.get("adp") or []:
        for metric in part.get("metrics") or []:
            other = metric.get("other") or {}
            content = other.get("content")
            options = content.get("options") if isinstance(content, dict) else None
            if any(option.get("Automatable") == "yes" for option in options or []):
                return True
    return False
