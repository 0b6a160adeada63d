"""Many rows at once, by columns: statements of several rows on SQLite, COPY on PostgreSQL."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models

Batch = Sequence[Sequence[Any]]
"""The values of some rows, one sequence a column."""

_VALUES: Final = 400
"""Bound values in one statement of SQLite: they stay in the nearest memory of the processor, and no less is as quick."""

MANY: Final = 10_000
"""Rows above which indexes are sooner made again than kept up."""

_NULL: Final = "\\N"
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def bulk_load(
    model: type[models.Model],
    columns: Sequence[str],
    batches: Iterable[Batch],
    *,
    update: bool = False,
) -> None:
    """Insert batches of rows; with `update`, a row whose key (the first column) exists takes the new values."""
    if connection.vendor != "postgresql":
        _executed(model, columns, batches, update=update)
    elif not update:
        _copy(model, model._meta.db_table, columns, batches)
    else:
        table, names = model._meta.db_table, ", ".join(columns)
        with _staged(model, columns, batches) as staged, connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {names} FROM {staged}{_on_conflict(columns)}"  # noqa: S608
            )


def bulk_update(
    model: type[models.Model], columns: Sequence[str], batches: Iterable[Batch]
) -> None:
    """Give new values to rows that exist, found by the first column."""
    table, (key, *values) = model._meta.db_table, columns
    if connection.vendor == "postgresql":
        assigned = ", ".join(f"{name} = given.{name}" for name in values)
        with _staged(model, columns, batches) as staged, connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {assigned} FROM {staged} given WHERE {table}.{key} = given.{key}"  # noqa: S608
            )
        return
    assigned = ", ".join(f"{name} = %s" for name in values)
    with connection.cursor() as cursor:
        for batch in batches:
            turned = list(zip(*batch[1:], batch[0], strict=True))
            cursor.executemany(f"UPDATE {table} SET {assigned} WHERE {key} = %s", turned)  # noqa: S608


def _executed(
    model: type[models.Model], columns: Sequence[str], batches: Iterable[Batch], *, update: bool
) -> None:
    """Statements of several rows, a third quicker than one statement a row."""
    end = _on_conflict(columns) if update else ""
    start = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES "  # noqa: S608
    connection.ensure_connection()
    cursor = connection.connection.cursor()
    most, place = _VALUES // len(columns), f"({', '.join('?' * len(columns))})"
    several = f"{start}{', '.join([place] * most)}{end}"
    # A whole registry: with the usual cache, its pages would be written again and again.
    cursor.execute("PRAGMA cache_size=-65536")
    width, step = len(columns), most * len(columns)
    for batch in batches:
        flat: list[Any] = [None] * (width * len(batch[0]))
        for column, values in enumerate(batch):
            flat[column::width] = values
        whole = len(flat) - len(flat) % step
        for first in range(0, whole, step):
            cursor.execute(several, flat[first : first + step])
        if left := (len(flat) - whole) // width:
            last = f"{start}{', '.join([place] * left)}{end}"
            cursor.execute(last, flat[whole:])
    cursor.execute("PRAGMA cache_size=-8000")


def _on_conflict(columns: Sequence[str]) -> str:
    key, *values = columns
    return f" ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(f"{n} = excluded.{n}" for n in values)


def learn_sizes() -> None:
    """Tell PostgreSQL what its tables have become, before it plans statements for what they were."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@contextmanager
def _staged(
    model: type[models.Model], columns: Sequence[str], batches: Iterable[Batch]
) -> Iterator[str]:
    """A temporary table that holds the rows."""
    staged, names = f"{model._meta.db_table}_given", ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {staged} AS SELECT {names} FROM {model._meta.db_table} WITH NO DATA"  # noqa: S608
        )
        _copy(model, staged, columns, batches)
        yield staged
        cursor.execute(f"DROP TABLE {staged}")


def _copy(
    model: type[models.Model], table: str, columns: Sequence[str], batches: Iterable[Batch]
) -> None:
    """COPY in its text format, where NULL is written \\N."""
    texts = {
        f.column
        for f in model._meta.concrete_fields
        if not f.null and isinstance(f, models.CharField | models.TextField)
    }
    others = [place for place, name in enumerate(columns) if name not in texts]
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for batch in batches:
            kept, nulls = list(batch), 0
            for place in others:
                kept[place] = written = _written(kept[place])
                nulls += written.count(_NULL)
            text = _lines(kept)
            if _signs(text) != len(batch[0]) * len(columns) + nulls:
                kept = [
                    [value.translate(_ESCAPED) for value in values] if name in texts else values
                    for name, values in zip(columns, kept, strict=True)
                ]
                text = _lines(kept)
            copy.write(text)


def _written(values: Sequence[Any]) -> list[str]:
    if None in values:
        return [_NULL if value is None else str(value) for value in values]
    return list(map(str, values))


def _lines(batch: Batch) -> bytes:
    return ("\n".join(map("\t".join, zip(*batch, strict=True))) + "\n").encode()


def _signs(text: bytes) -> int:
    """How many characters COPY would read otherwise than as they are."""
    import numpy as np  # noqa: PLC0415  # for imports only

    given = np.frombuffer(text, np.uint8)
    return sum(int(np.count_nonzero(given == ord(sign))) for sign in "\t\n\r\\")


@contextmanager
def refilled(model: type[models.Model], rows: int) -> Iterator[bool]:
    """While a great many rows enter an empty table: its secondary indexes and foreign keys are taken away, and made after.

    In the present transaction: a reader waits, or sees the table as it was, with its indexes. Gives whether it is so.
    """
    table = model._meta.db_table
    if rows < MANY or model._default_manager.exists():
        yield False
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A key whose check still waits for the end of the transaction cannot be taken away.
            connection.check_constraints()
            drops, makes = _postgresql_keys(cursor, table)
        else:
            drops, makes = _sqlite_indexes(cursor, table)
        for statement in drops:
            cursor.execute(statement)
        yield True
        for statement in makes:
            cursor.execute(statement)


def _sqlite_indexes(cursor: Any, table: str) -> tuple[list[str], list[str]]:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s",
        [table],
    )
    found = cursor.fetchall()
    return [f'DROP INDEX "{name}"' for name, _ in found], [sql for _, sql in found]


def _postgresql_keys(cursor: Any, table: str) -> tuple[list[str], list[str]]:
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = %s::regclass AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [table],
    )
    indexes = cursor.fetchall()
    cursor.execute(
        "SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    keys = cursor.fetchall()
    drops = [f"DROP INDEX {name}" for name, _ in indexes]
    drops += [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name, _ in keys]
    makes = [made for _, made in indexes]
    makes += [f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}" for name, made in keys]
    return drops, makes
