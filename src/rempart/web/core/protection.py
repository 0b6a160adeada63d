"""What makes the database itself refuse to change or delete an entry of the journal, or a row of another history.

Called by a migration; an owner of the database can still remove it, which only an exported copy would show.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class History:
    """A table of an outer app whose rows are only ever added; `name` is that of its triggers."""

    name: str
    table: str
    refusal: str


_HISTORIES: Final[dict[str, History]] = {}


def register(history: History) -> None:
    """Add a history to those that are looked after with the journal; its own migration puts its refusal."""
    _HISTORIES[history.name] = history


def put_on(connection: Any, history: History) -> None:
    """Make the database refuse UPDATE, DELETE and TRUNCATE on a history."""
    name, table, refusal = history.name, history.table, history.refusal
    if connection.vendor == "postgresql":
        statements = [
            f"CREATE OR REPLACE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$",
            f"CREATE TRIGGER {name}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}_refuse()",
            f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuse()",
        ]
    else:
        statements = [
            f"CREATE TRIGGER {name}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            for event in ("UPDATE", "DELETE")
        ]
    _run(connection, statements)


def lift_from(connection: Any, history: History) -> None:
    """Remove the refusal of a history."""
    if connection.vendor == "postgresql":
        _run(connection, [f"DROP FUNCTION IF EXISTS {history.name}_refuse() CASCADE"])
    else:
        names = (f"{history.name}_no_{event}" for event in ("update", "delete"))
        _run(connection, [f"DROP TRIGGER IF EXISTS {name}" for name in names])


def put(connection: Any) -> None:
    """Make the database refuse UPDATE, DELETE and TRUNCATE."""
    _run(connection, _POSTGRES_PUT if connection.vendor == "postgresql" else _SQLITE_PUT)


def lift(connection: Any) -> None:
    """Remove the refusal: for a test that empties its database, and for the reverse of the migration."""
    _run(connection, _POSTGRES_LIFT if connection.vendor == "postgresql" else _SQLITE_LIFT)


def is_put(connection: Any) -> bool:
    """Whether every refusal is in place, those of the histories included."""
    wanted = {"journal": 5 if connection.vendor == "postgresql" else 4} | dict.fromkeys(
        _HISTORIES, 2
    )
    return all(_count(connection, name) == count for name, count in wanted.items())


def _count(connection: Any, name: str) -> int:
    table = (
        "SELECT count(*) FROM pg_trigger WHERE tgname LIKE %s"
        if connection.vendor == "postgresql"
        else "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(table, [f"{name}_%"])
        return int(cursor.fetchone()[0])


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """Without any refusal for a moment."""
    lift(connection)
    for history in _HISTORIES.values():
        lift_from(connection, history)
    try:
        yield
    finally:
        put(connection)
        for history in _HISTORIES.values():
            put_on(connection, history)


def _run(connection: Any, statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
