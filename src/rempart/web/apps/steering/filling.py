"""The first situations of all: their indexes, and that of their words, are made once the rows are there."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.registry.bulk import refilled
from rempart.web.apps.steering.models import Situation
from rempart.web.apps.steering.search import FTS_TABLE


@contextmanager
def filled() -> Iterator[None]:
    """While all the situations are written, in the present transaction: quicker where there are none and many are to come."""
    with refilled(Situation, Establishment.objects.open().count()) as is_empty:
        if is_empty and connection.vendor == "sqlite":
            with _words_after():
                yield
        else:
            yield


@contextmanager
def _words_after() -> Iterator[None]:
    """The triggers that keep the index of words are taken away, and the index is made from the whole table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
            [Situation._meta.db_table],
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        cursor.execute(f"INSERT INTO {FTS_TABLE}({FTS_TABLE}) VALUES ('rebuild')")  # noqa: S608  # our own name
        for _, made in triggers:
            cursor.execute(made)
