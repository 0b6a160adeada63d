"""A stock file of operators or establishments: beside the tables, then into them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from django.db import connection, models

from rempart.content.places import departments
from rempart.engines.registry.changes import Change, What, changes, display_name
from rempart.engines.registry.comparison import (
    Comparison,
    Stored,
    compare,
    line_hashes,
    many,
)
from rempart.engines.registry.formats import Kind
from rempart.engines.registry.rows import (
    Columns,
    Fields,
    establishment_columns,
    fields_of,
    operator_columns,
)
from rempart.engines.registry.sources import Source
from rempart.kernel.progress import Observer
from rempart.web.apps.establishments.models import (
    Category,
    Establishment,
    Operator,
    RegistryChange,
    RegistryImport,
)
from rempart.web.apps.establishments.registry.bulk import MANY, bulk_load, bulk_update, refilled
from rempart.web.apps.establishments.registry.showing import SHOWN, unreadable_lines
from rempart.web.core.text import folded, folded_lines

UNUSUAL_CLOSURES: Final = (0.1, 20)
"""Share and number of closures beyond which an import says them unusual: a file of one region closes all the others."""

_PLACE: Final = (
    "finess", "name", "long_name", "search", "department", "region", "municipality", "municipality_code",
    "postal_code", "address", "phone", "row_hash",
)  # fmt: skip
OPERATOR_COLUMNS: Final[tuple[str, ...]] = (
    *_PLACE,
    "legal_status",
    "siren",
    "created_on",
    "is_only_cited",
)
ESTABLISHMENT_COLUMNS: Final[tuple[str, ...]] = (
    *_PLACE,
    "operator_id",
    "category",
    "siret",
    "opened_on",
)
_POSITION: Final = ("longitude", "latitude", "position_hash")


@dataclass(slots=True)
class Stock:
    """A stock file compared with the tables: what it would change, ready to be written."""

    source: Source
    comparison: Comparison
    was_open: int
    counts: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[list[Any]]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> type[Operator] | type[Establishment]:
        """Where its rows go."""
        return Operator if self.source.kind is Kind.OPERATORS else Establishment

    def coming(self) -> set[str]:
        """The numbers that it brings: its new rows, and the operators that they cite."""
        found = self.comparison.numbers()
        if self.source.kind is Kind.ESTABLISHMENTS:
            found |= self.comparison.cited()
        return found

    @property
    def closes_too_many(self) -> bool:
        """Whether it would close so many that it is probably not a whole stock."""
        share, number = UNUSUAL_CLOSURES
        gone = len(self.comparison.gone)
        return gone > number and gone > self.was_open * share


def prepared(source: Source, observer: Observer) -> Stock:
    """Compare a stock file with the tables, and say what it would change."""
    kept = stored(source.kind)
    was_open = len(kept.open)
    stock = Stock(source, compare(source, kept, observer), was_open)
    observer.stage("Comparaison avec le registre", len(stock.comparison.changed))
    _describe(stock, observer)
    return stock


def stored(kind: Kind) -> Stored:
    """What the tables have: numbers and hashes only."""
    model = Operator if kind is Kind.OPERATORS else Establishment
    cited = "is_only_cited" if kind is Kind.OPERATORS else "0"
    position = "NULL" if kind is Kind.OPERATORS else "position_hash"
    found = Stored({})
    cited_only = []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT finess, row_hash, closed_on, {cited}, {position} FROM {model._meta.db_table}"  # noqa: S608
        )
        while rows := cursor.fetchmany(5000):
            for finess, mark, closed_on, is_cited, position_mark in rows:
                key = finess.encode()
                (found.open if closed_on is None else found.closed)[key] = mark
                if position_mark is not None:
                    found.positions[key] = position_mark
                if is_cited:
                    cited_only.append(key)
    found.cited = frozenset(cited_only)
    return found


def _describe(stock: Stock, observer: Observer) -> None:
    """Figures and first lines of each sort."""
    found, what = stock.comparison, Counter[str]()
    lines: list[list[Any]] = []
    for old, new in _changed(stock):
        for before, after in zip(old, new, strict=True):
            seen = _seen(stock, before, after)
            what.update(str(c.what) for c in seen)
            what["touched"] += not seen
            for change in seen[: SHOWN - len(lines)]:
                lines.append([after["finess"], display_name(after), *_said(change)])
        observer.advance(len(new))
    first = stock.comparison.first
    stock.samples = {
        "added": [_line(v) for v in _records(_columns(stock.source.kind, fields_of(first)))]
        if first
        else [],
        "changed": lines,
        "closed": _named(stock.model, found.gone[:SHOWN]),
        "reopened": _named(stock.model, sorted(found.reopened)[:SHOWN]),
        "unreadable": unreadable_lines(found.unreadable),
    }
    stock.counts = {
        "added": found.new,
        "changed": len(found.changed) - len(found.reopened) - what["touched"],
        "touched": what.pop("touched", 0),
        "closed": len(found.gone),
        "reopened": len(found.reopened),
        "unreadable": len(found.unreadable),
        "unchanged": found.unchanged,
        "positions": len(found.positions.changed),
        "too_many_closures": int(stock.closes_too_many),
        **what,
    }


def _line(values: dict[str, Any]) -> list[Any]:
    sort = values.get("category") or values.get("legal_status") or ""
    return [values["finess"], display_name(values), values["municipality"], sort]


def _said(change: Change) -> list[str]:
    return [str(change.what), change.before, change.after]


def _named(model: type[models.Model], numbers: Sequence[str]) -> list[list[Any]]:
    rows = model._default_manager.filter(pk__in=numbers).order_by("pk")
    return [[r.pk, str(r), r.municipality] for r in rows]  # type: ignore[attr-defined]


def _columns(kind: Kind, fields: Fields) -> Columns:
    return operator_columns(fields) if kind is Kind.OPERATORS else establishment_columns(fields)


def _records(columns: Columns) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _changed(stock: Stock) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """(what is stored, what the file says) of the changed rows, by batches."""
    names = [f.attname for f in stock.model._meta.concrete_fields]
    for lines in many(stock.comparison.changed, 500):
        after = _records(_columns(stock.source.kind, fields_of(lines)))
        rows = stock.model._default_manager.filter(pk__in=[a["finess"] for a in after])
        before = {row[0]: dict(zip(names, row, strict=True)) for row in rows.values_list(*names)}
        yield [before[a["finess"]] for a in after], after


def _seen(stock: Stock, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The changes of one row that its history keeps."""
    if before.get("is_only_cited"):
        return [Change(What.DESCRIBED, "", display_name(after))]
    before["operator"] = before.get("operator_id")
    found = changes(before, after)
    if before["closed_on"]:
        found.insert(0, Change(What.REOPENED, before["closed_on"].isoformat(), ""))
    return found


def write(
    stock: Stock,
    registry_import: RegistryImport,
    today: date,
    observer: Observer,
    operators: Stock | None = None,
) -> set[str]:
    """Write the whole of it in the present transaction; gives the numbers of the establishments that were there and change.

    `operators` is the stock of operators that the same import has written.
    """
    day = stock.source.dated_on or today
    found = stock.comparison
    observer.stage("Écriture", found.new + len(found.changed))
    if stock.source.kind is Kind.ESTABLISHMENTS:
        _cite(found.cited(operators.comparison if operators else None))
    _add(stock, observer)
    _label(stock.labels)
    touched = _change(stock, registry_import, day, observer)
    _close(stock, registry_import, day)
    if stock.source.kind is Kind.OPERATORS:
        return set()
    moved = [(number, *where) for number, where in found.positions.changed.items()]
    batches = (list(zip(*rows, strict=True)) for rows in many(moved))
    bulk_update(Establishment, ("finess", *_POSITION), batches)
    return touched | set(found.gone)


def _rows(
    stock: Stock, fields: Fields, marks: list[int], columns: Sequence[str]
) -> list[Sequence[Any]]:
    """The values of the columns of rows."""
    values: dict[str, Any] = _columns(stock.source.kind, fields)
    if labels := values.pop("category_label", None):
        stock.labels |= dict(zip(values["category"], labels, strict=True))
    values["search"] = _searched(values)
    values["row_hash"] = marks
    values["operator_id"] = values.pop("operator", None)
    values["is_only_cited"] = [0] * len(marks)  # bound as it is, where False is first looked up
    values["closed_on"] = [None] * len(marks)
    if "longitude" in columns:
        take = stock.comparison.positions.changed.pop
        where = [take(number, (None, None, None)) for number in values["finess"]]
        values |= dict(zip(_POSITION, zip(*where, strict=True), strict=True))
    return [values[name] for name in columns]


def _searched(values: dict[str, Any]) -> list[str]:
    """What rows are searched by: names, town, postal code, department, number, usual words of the category."""
    texts = (
        folded_lines(values["words"]),
        values["postal_code"],
        map(_department_words().__getitem__, values["department"]),
        values["finess"],
        values["usual"],
    )
    return list(map(" ".join, zip(*texts, strict=True)))


@cache
def _department_words() -> dict[str, str]:
    return {"": "", **{code: folded(d.name) for code, d in departments().items()}}


def _add(stock: Stock, observer: Observer) -> None:
    columns = OPERATOR_COLUMNS
    if stock.source.kind is Kind.ESTABLISHMENTS:
        columns = ESTABLISHMENT_COLUMNS
        if stock.comparison.positions.changed:
            columns = (*columns, *_POSITION)

    def batches() -> Iterator[list[Sequence[Any]]]:
        for fields, marks in stock.comparison.new_lines():
            yield _rows(stock, fields, marks, columns)
            observer.advance(len(marks))

    with refilled(stock.model, stock.comparison.new):
        bulk_load(stock.model, columns, batches())


def _change(
    stock: Stock, registry_import: RegistryImport, day: date, observer: Observer
) -> set[str]:
    """Bring changed rows up to date, and keep what changed."""
    history: list[RegistryChange] = []
    numbers: set[str] = set()
    for old, new in _changed(stock):
        for before, after in zip(old, new, strict=True):
            numbers.add(after["finess"])
            history += [
                _kept(registry_import, after["finess"], day, change)
                for change in _seen(stock, before, after)
            ]
    RegistryChange.objects.bulk_create(history, batch_size=1000)
    columns = OPERATOR_COLUMNS
    if stock.source.kind is Kind.ESTABLISHMENTS:
        columns = ESTABLISHMENT_COLUMNS
    columns = (*columns, "closed_on")
    batches = (
        _rows(stock, fields_of(lines), line_hashes(lines), columns)
        for lines in many(stock.comparison.changed)
    )
    if stock.comparison.changed:
        bulk_load(stock.model, columns, batches, update=True)
        observer.advance(len(stock.comparison.changed))
    return numbers


def _kept(
    registry_import: RegistryImport, finess: str, day: date, change: Change
) -> RegistryChange:
    return RegistryChange(
        registry_import=registry_import,
        finess=finess,
        what=change.what,
        before=change.before,
        after=change.after,
        changed_on=day,
    )


def _close(stock: Stock, registry_import: RegistryImport, day: date) -> None:
    """Close what a whole stock does not have any more; nothing is deleted."""
    for numbers in many(stock.comparison.gone, 500):
        rows = stock.model._default_manager.filter(pk__in=numbers)
        closed = Change(What.CLOSED, "", day.isoformat())
        RegistryChange.objects.bulk_create(
            [_kept(registry_import, str(number), day, closed) for number in numbers]
        )
        rows.update(closed_on=day)


def _cite(named: set[str]) -> None:
    """Make a row of each operator of these that has none: an establishment names it, and no file has described it yet."""
    rows_known = Operator.objects.values_list("pk", flat=True)
    if len(named) < MANY:
        lists = [rows_known.filter(pk__in=some) for some in many(sorted(named), 500)]
    else:
        lists = [rows_known]
    known = set[str]().union(*lists)
    rows = [
        (number, f"Entité juridique {number}", "", number, *[""] * 7, None, "", "", None, 1)
        for number in sorted(named - known)
    ]
    batches = (list(zip(*some, strict=True)) for some in many(rows))
    bulk_load(Operator, OPERATOR_COLUMNS, batches)


def _label(labels: dict[str, str]) -> None:
    """Give a label to each category that no nomenclature has given yet."""
    known = set(Category.objects.values_list("pk", flat=True))
    Category.objects.bulk_create(
        Category(code=code, label=labels[code]) for code in sorted(labels.keys() - known)
    )
