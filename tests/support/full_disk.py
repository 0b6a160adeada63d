"""A database whose disk fills up at a chosen write, and all that its tables hold."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection

from rempart.web.core.models import Session, Shared, StoredFile

MAY_REMAIN = {Session, Shared, StoredFile}
"""What may remain of a gesture that failed: a session, a count of tries, a row that the night sweeps."""


@contextmanager
def full_at(write: int) -> Iterator[list[str]]:
    """The disk fills up at that write of the database; gives the writes that were asked."""
    asked: list[str] = []
    words = (
        "database or disk is full"
        if connection.vendor == "sqlite"
        else 'could not extend file "base/1/2": No space left on device'
    )

    def execute(inner: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            asked.append(sql)
            if len(asked) == write:
                raise OperationalError(words)
        return inner(sql, *rest)

    with connection.execute_wrapper(execute):
        yield asked


def kept() -> dict[str, list[Any]]:
    """All that the tables hold."""
    models = [model for model in apps.get_models() if model not in MAY_REMAIN]
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name != "last_login"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
    }
