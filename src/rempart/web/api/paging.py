"""Long lists, by the key of the last row seen: the thousandth page costs what the first costs."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Field, Schema

LARGEST: Final = 200
BY_SCRIPT: Final = "Données lues par l’interface de programmation"
Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


class Paging(Schema):
    """How much, and after which row."""

    limit: int = Field(50, ge=1, le=LARGEST, description="Lignes par page, 200 au plus.")
    after: str = Field("", description="Clé de la dernière ligne vue : celle que donne « next ».")


class Page(Schema, Generic[Item]):
    """Some rows, and the address of the next ones."""

    items: list[Item]
    next: str | None = Field(None, description="Adresse de la page suivante ; null à la fin.")


def page(
    request: HttpRequest,
    rows: "QuerySet[Row]",
    paging: Paging,
    shown: Callable[[Row], Any],
    *,
    by: str = "pk",
    newest_first: bool = False,
) -> dict[str, Any]:
    """One page of the rows, in the order of their keys. An unreadable `after` begins again at the first row."""
    ordered = rows.order_by(f"-{by}" if newest_first else by)
    if (key := _key(rows, by, paging.after)) is not None:
        ordered = ordered.filter(**{f"{by}__lt" if newest_first else f"{by}__gt": key})
    found: Sequence[Row] = list(ordered[: paging.limit + 1])
    more = len(found) > paging.limit
    found = found[: paging.limit]
    return {
        "items": [shown(row) for row in found],
        "next": _next(request, str(getattr(found[-1], by))) if more else None,
    }


def _key(rows: "QuerySet[Row]", by: str, text: str) -> str | int | None:
    options = rows.model._meta
    field = options.pk if by == "pk" else options.get_field(by)
    if field.get_internal_type() == "CharField":
        return text or None
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _next(request: HttpRequest, after: str) -> str:
    asked = request.GET.copy()
    asked["after"] = after
    return request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")
