"""The next link of the journal, written under the lock of its head.

PostgreSQL: one statement, so that nobody waits while Python comes and goes; it takes the lock, hashes the canonical
text that Python made, writes the entry and moves the head. SQLite has one writer at a time: the rows are enough.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from rempart.web.core import chain
from rempart.web.core.models import JournalEntry, JournalHead

COLUMNS: Final = tuple(name for name in chain.HASHED if name not in chain.GIVEN_LAST)
APPEND: Final = f"""
WITH head AS MATERIALIZED (SELECT last_id, hash FROM core_journalhead WHERE id = 1 FOR UPDATE),
told AS MATERIALIZED (SELECT last_id + 1 AS id, hash AS previous_hash, clock_timestamp() AS recorded_at FROM head),
entry AS (
    INSERT INTO core_journalentry ({", ".join(COLUMNS)}, id, previous_hash, recorded_at, hash)
    SELECT {", ".join(["%s"] * (len(COLUMNS) - 1))}, %s::jsonb, id, previous_hash, recorded_at, encode(sha256(convert_to(
        %s || id || %s || previous_hash || %s
        || to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00' || %s, 'UTF8')), 'hex')
    FROM told RETURNING id, hash
)
UPDATE core_journalhead SET last_id = entry.id, hash = entry.hash FROM entry WHERE core_journalhead.id = 1
"""  # noqa: S608  # our own names


def append(said: Mapping[str, Any]) -> None:
    """Write an entry that says this after the last one, in the present transaction."""
    write = _by_one_statement if connection.vendor == "postgresql" else _by_rows
    if not write(said):
        JournalHead.objects.get_or_create(pk=1, defaults={"hash": chain.GENESIS})
        write(said)


def _by_one_statement(said: Mapping[str, Any]) -> bool:
    values = [said[name] for name in COLUMNS[:-1]]
    details = json.dumps(said["details"], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [*values, details, *chain.pieces(said)])
        return bool(cursor.rowcount)


def _by_rows(said: Mapping[str, Any]) -> bool:
    head = JournalHead.objects.filter(pk=1).first()
    if head is None:
        return False
    now = timezone.now()
    entry = dict(said) | {"id": head.last_id + 1, "previous_hash": head.hash}
    digest = chain.hash_of(entry | {"recorded_at": chain.instant(now)})
    JournalEntry.objects.create(**entry, recorded_at=now, hash=digest)
    head.last_id, head.hash = entry["id"], digest
    head.save(update_fields=["last_id", "hash"])
    return True
