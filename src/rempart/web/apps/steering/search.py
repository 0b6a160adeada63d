"""Words searched by their beginnings, through the text index that each database has of its own.

PostgreSQL: a GIN index of `to_tsvector('simple', search)`. SQLite: an FTS5 table that follows the rows by triggers. Both
are made by the migration `0002_search`; the text is folded before it is kept (`core.text.folded`), so that neither has
to know of accents or case.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler

from rempart.web.core.text import folded

FTS_TABLE = "steering_search"


class SearchedField(models.TextField[str, str]):
    """A folded text with an index of its words; `__words` finds those that hold every word, or its beginning."""


@SearchedField.register_lookup
class Words(Lookup[Any]):
    """Every word of the text that is asked begins a word of the column."""

    lookup_name = "words"
    prepare_rhs = False

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Words of a `tsvector`, each a prefix."""
        column, params = self.process_lhs(compiler, connection)
        asked = " & ".join(f"{word}:*" for word in folded(self.rhs).split())
        return f"to_tsvector('simple', {column}) @@ to_tsquery('simple', %s)", [*params, asked]

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Rows of the FTS5 table, whose rowid is the key of ours."""
        column, params = self.process_lhs(compiler, connection)
        table = column.rpartition(".")[0]
        key = f"{table}." if table else ""
        asked = " ".join(f'"{word}"*' for word in folded(self.rhs).split())
        found = f"SELECT rowid FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s"  # noqa: S608  # our own names
        return f'{key}"id" IN ({found})', [*params, asked]
