"""One page of the portfolio, found so that it costs the same wherever it is and whatever was asked.

Two ways. Walk: follow the index of the sort and leave out what does not answer; quick where most rows answer. Gather:
find what answers, then sort its keys; quick where little answers, and never slow when the filter follows the sort (the
names of a category begin with its word: walking would read all the others first). The count, known before, chooses.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, OrderBy, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from rempart.web.apps.steering.models import LAST_RANK, Situation, SituationQuerySet
from rempart.web.apps.steering.rules import PER_PAGE, SORTS, Asked, Audit

GATHERED: Final = 30_000
"""Rows that are sorted to give a page of them; above, the index of the sort is followed."""


class Unindexed(Func):
    """The value of a column, in a form that no index holds."""

    function = "GREATEST"
    template = "%(function)s(%(expressions)s, %(expressions)s)"

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, Any]:
        """The unary plus, which SQLite documents for this."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra_context)


class Counted(Paginator[Any]):
    """A paginator that is told how many rows there are: they have been counted already."""

    def __init__(self, rows: SituationQuerySet, asked: Asked, total: int, *, gathers: bool) -> None:
        self.sort, self.gathers = SORTS[asked.sort], gathers
        self.rows = rows.order_by(*self.sort)
        super().__init__(self.rows, PER_PAGE)
        self.__dict__["count"] = total

    def page(self, number: int | str) -> Page[Any]:
        """The rows of a page, with the names of their operators and GHT."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self._keys(first, min(first + self.per_page, self.count))
        rows = Situation.objects.filter(finess__in=keys).order_by(*self.sort)
        return Page(rows.select_related("operator", "ght").defer("search"), number, self)

    def _keys(self, first: int, last: int) -> QuerySet[Situation, Any]:
        """The numbers of the establishments from the rank `first` to `last`, counted from the nearer end."""
        sort: Iterable[str] = self.sort
        if first + last > self.count:
            first, last, sort = self.count - last, self.count - first, map(opposite, sort)
        order = [_unindexed(name) if self.gathers else name for name in sort]
        return self.rows.order_by(*order).values("finess")[first:last]


def opposite(name: str) -> str:
    """The same sort, from its end."""
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _unindexed(name: str) -> OrderBy:
    return OrderBy(Unindexed(F(name.removeprefix("-"))), descending=name.startswith("-"))


def page_of(rows: SituationQuerySet, asked: Asked, total: int, number: str | None) -> Page[Any]:
    """A page of the situations that were asked for, of which there are `total`."""
    gathers = asked.is_narrowed and (total <= GATHERED or bool(asked.words))
    return Counted(_ranked(rows, asked), asked, total, gathers=gathers).get_page(number)


def _ranked(rows: SituationQuerySet, asked: Asked) -> SituationQuerySet:
    """A level asked for, said by the rank too: the index of that sort is then begun where the level begins."""
    if asked.sort != "annuaire" or asked.audit is None:
        return rows
    match asked.audit:
        case Audit.NONE:
            return rows.filter(directory_rank=LAST_RANK)
        case Audit.ANY:
            return rows.filter(directory_rank__lt=LAST_RANK)
        case Audit.INCOMPLETE:
            return rows
        case _:
            return rows.filter(directory_rank=int(asked.audit))
