"""What makes the database itself refuse to change or delete an entry of the journal.

Called by a migration; an owner of the database can still remove it, which only an exported copy would show.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

REFUSAL: Final = "Le journal ne se modifie pas et ne s’efface pas."
ENTRIES: Final = "core_journalentry"
HEAD: Final = "core_journalhead"

_SQLITE_PUT: Final = (
    f"CREATE TRIGGER journal_no_update BEFORE UPDATE ON {ENTRIES} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER journal_no_delete BEFORE DELETE ON {ENTRIES} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER journal_head_forward BEFORE UPDATE ON {HEAD} WHEN NEW.last_id <> OLD.last_id + 1 "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER journal_head_stays BEFORE DELETE ON {HEAD} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
_SQLITE_LIFT: Final = (
    "DROP TRIGGER IF EXISTS journal_no_update",
    "DROP TRIGGER IF EXISTS journal_no_delete",
    "DROP TRIGGER IF EXISTS journal_head_forward",
    "DROP TRIGGER IF EXISTS journal_head_stays",
)
_POSTGRES_PUT: Final = (
    "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
    f"CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON {ENTRIES} "
    "FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
    f"CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON {ENTRIES} "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
    f"CREATE TRIGGER journal_head_forward BEFORE UPDATE ON {HEAD} "
    "FOR EACH ROW WHEN (NEW.last_id <> OLD.last_id + 1) EXECUTE FUNCTION journal_refuse()",
    f"CREATE TRIGGER journal_head_stays BEFORE DELETE ON {HEAD} "
    "FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
    f"CREATE TRIGGER journal_head_no_truncate BEFORE TRUNCATE ON {HEAD} "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
)
_POSTGRES_LIFT: Final = ("DROP FUNCTION IF EXISTS journal_refuse() CASCADE",)


def put(connection: Any) -> None:
    """Make the database refuse UPDATE, DELETE and TRUNCATE."""
    _run(connection, _POSTGRES_PUT if connection.vendor == "postgresql" else _SQLITE_PUT)


def lift(connection: Any) -> None:
    """Remove the refusal: for a test that empties its database, and for the reverse of the migration."""
    _run(connection, _POSTGRES_LIFT if connection.vendor == "postgresql" else _SQLITE_LIFT)


def is_put(connection: Any) -> bool:
    """Whether the refusal is in place."""
    table = (
        "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'journal_%%'"
        if connection.vendor == "postgresql"
        else "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal_%%'"
    )
    wanted = 5 if connection.vendor == "postgresql" else 4
    with connection.cursor() as cursor:
        cursor.execute(table, [])
        return int(cursor.fetchone()[0]) == wanted


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """Without the refusal for a moment."""
    lift(connection)
    try:
        yield
    finally:
        put(connection)


def _run(connection: Any, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
