"""The nomenclatures of categories and of legal statuses, beside their tables, then into them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from rempart.engines.registry.formats import Kind
from rempart.engines.registry.sources import Source
from rempart.engines.registry.tables import Entry, entries
from rempart.web.apps.establishments.models import Category, LegalStatus
from rempart.web.apps.establishments.registry.showing import (
    SHOWN,
    french_day,
    unreadable_lines,
)


@dataclass(slots=True)
class Nomenclature:
    """A nomenclature compared with its table: nothing of it is ever deleted, an entry ends at its date."""

    source: Source
    to_write: list[Entry]
    counts: dict[str, int]
    samples: dict[str, list[list[Any]]]


def prepared(source: Source) -> Nomenclature:
    """Compare a nomenclature with its table."""
    given, bad = entries(source)
    known = {row.code: row for row in _model(source.kind)._default_manager.all()}
    added = [e for e in given if e.code not in known]
    changed = [e for e in given if e.code in known and _differs(e, known[e.code], source.kind)]
    counts = {
        "added": len(added),
        "changed": len(changed),
        "unchanged": len(given) - len(added) - len(changed),
        "unreadable": len(bad),
    }
    samples = {
        "added": [[e.code, e.label, _period(e), e.sector] for e in added[:SHOWN]],
        "changed": [
            [e.code, e.label, "described", known[e.code].label, f"{e.label}, {_period(e)}"]
            for e in changed[:SHOWN]
        ],
        "unreadable": unreadable_lines(bad),
    }
    return Nomenclature(source, [*added, *changed], counts, samples)


def write(nomenclature: Nomenclature) -> None:
    """Write new entries and new labels or periods."""
    model = _model(nomenclature.source.kind)
    rows = [
        model(code=e.code, **_values(e, nomenclature.source.kind)) for e in nomenclature.to_write
    ]
    fields = [f.name for f in model._meta.concrete_fields if not f.primary_key]
    manager: Any = model._default_manager
    manager.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=fields)


def _model(kind: Kind) -> type[Category] | type[LegalStatus]:
    return Category if kind is Kind.CATEGORIES else LegalStatus


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _period(entry: Entry) -> str:
    since, until = french_day(entry.valid_from_on), french_day(entry.valid_until_on)
    if not until:
        return f"depuis le {since}" if since else ""
    return f"du {since} au {until}" if since else f"jusqu’au {until}"


def _values(entry: Entry, kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = {
        "label": entry.label,
        "short_label": entry.short_label,
        "valid_from_on": _day(entry.valid_from_on),
        "valid_until_on": _day(entry.valid_until_on),
    }
    if kind is Kind.CATEGORIES:
        found |= {"sector": entry.sector, "aggregate": entry.aggregate}
    return found


def _differs(entry: Entry, row: Category | LegalStatus, kind: Kind) -> bool:
    return any(getattr(row, name) != value for name, value in _values(entry, kind).items())
