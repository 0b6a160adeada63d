"""Search in the registry: words without accents or case, each of which must be somewhere in what is searched."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from rempart.web.core.text import folded

Row = TypeVar("Row", bound=Model)


def search(rows: QuerySet[Row], text: str, field: str = "search") -> QuerySet[Row]:
    """The rows whose folded text has every word of `text` ("ehpad ete rennes" finds « L’Été », Rennes)."""
    for word in folded(text).split():
        rows = rows.filter(**{f"{field}__contains": word})
    return rows
