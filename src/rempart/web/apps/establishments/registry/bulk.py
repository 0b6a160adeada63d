"""Many rows at once: executemany on SQLite, COPY on PostgreSQL. Rows are tuples, never objects."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

Batch = Sequence[Sequence[Any]]


def bulk_load(
    model: type[models.Model],
    columns: Sequence[str],
    batches: Iterable[Batch],
    *,
    update: bool = False,
) -> None:
    """Insert batches of rows; with `update`, a row whose key (the first column) exists takes the new values."""
    if connection.vendor == "postgresql":
        _copied(model, columns, batches, update=update)
    else:
        _executed(model, columns, batches, update=update)


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
        for rows in batches:
            turned = [(*row[1:], row[0]) for row in rows]
            cursor.executemany(f"UPDATE {table} SET {assigned} WHERE {key} = %s", turned)  # noqa: S608


def _executed(
    model: type[models.Model], columns: Sequence[str], batches: Iterable[Batch], *, update: bool
) -> None:
    places = ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    with connection.cursor() as cursor:
        # The indexes of a whole registry: with the usual cache, their pages would be written again and again.
        cursor.execute("PRAGMA cache_size=-32768")
        for rows in batches:
            cursor.executemany(sql + (_on_conflict(columns) if update else ""), rows)
        cursor.execute("PRAGMA cache_size=-8000")


def _on_conflict(columns: Sequence[str]) -> str:
    key, *values = columns
    return f" ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(f"{n} = excluded.{n}" for n in values)


def _copied(
    model: type[models.Model], columns: Sequence[str], batches: Iterable[Batch], *, update: bool
) -> None:
    table, names = model._meta.db_table, ", ".join(columns)
    if not update:
        _copy(model, table, columns, batches)
        return
    with _staged(model, columns, batches) as staged, connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {staged}{_on_conflict(columns)}"  # noqa: S608
        )


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
    """COPY in CSV: an empty field is NULL, except in the columns that are never NULL, where it is an empty text."""
    never_null = {f.column for f in model._meta.concrete_fields if not f.null}
    kept = ", ".join(name for name in columns if name in never_null)
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({kept}))"
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for rows in batches:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            copy.write(text.getvalue())
