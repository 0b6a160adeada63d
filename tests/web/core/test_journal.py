"""The journal: chained, in the transaction of the act, refused to whoever would change it."""

import contextlib
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from rempart.web.core import chain, journal, protection
from rempart.web.core.models import JournalEntry, JournalHead

CHANGES = (
    "UPDATE core_journalentry SET act = 'other'",
    "DELETE FROM core_journalentry",
    "UPDATE core_journalhead SET last_id = 0",
    "DELETE FROM core_journalhead",
)


def said(n: int = 1, **fields: Any) -> list[JournalEntry]:
    """Entries in the journal."""
    values: dict[str, Any] = {"by": None, "object_kind": "thing", "object_id": 7} | fields
    with transaction.atomic():
        for _ in range(n):
            journal.record("try", **values)
    return list(JournalEntry.objects.order_by("-id")[:n])[::-1]


def tampered(statement: str) -> chain.Walk:
    """The chain as it is verified after somebody who owns the database has changed it."""
    with protection.lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement)
    return journal.verified()


def test_entries_follow_each_other_and_hold(db: None) -> None:
    first, second = said(2)
    assert (first.pk, second.pk, second.previous_hash) == (1, 2, first.hash)
    assert (journal.verified().entries, journal.verified().broken) == (2, None)


def test_an_entry_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(TransactionManagementError):
        journal.record("try", by=None, object_kind="thing", object_id=7)


def test_an_act_that_fails_leaves_no_entry(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        said()
        raise ZeroDivisionError
    assert JournalEntry.objects.count() == 0
    assert said()[0].pk == 1


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_a_change(db: None, statement: str) -> None:
    said()
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        connection.cursor().execute(statement)


def test_emptying_the_table_is_refused_where_it_is_a_statement_of_its_own(db: None) -> None:
    statement = "TRUNCATE core_journalentry" if connection.vendor == "postgresql" else CHANGES[1]
    said()
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_protection_says_whether_it_is_there(db: None) -> None:
    before = protection.is_put(connection)
    with protection.lifted(connection):
        during = protection.is_put(connection)
    assert (before, during, protection.is_put(connection)) == (True, False, True)


def test_a_changed_content_is_named_with_its_entry(db: None) -> None:
    said(3)
    broken = tampered("UPDATE core_journalentry SET actor_label = 'Personne' WHERE id = 2").broken
    assert broken and broken.entry_id == 2
    assert "contenu" in broken.reason


def test_a_changed_hash_is_named_with_its_entry(db: None) -> None:
    said(3)
    statement = "UPDATE core_journalentry SET previous_hash = hash WHERE id = 3"
    broken = tampered(statement).broken
    assert broken and broken.entry_id == 3
    assert "ne suit pas" in broken.reason


def test_a_missing_entry_is_named(db: None) -> None:
    said(3)
    broken = tampered("DELETE FROM core_journalentry WHERE id = 2").broken
    assert broken and broken.entry_id == 2
    assert "manque" in broken.reason


def test_an_entry_cut_from_the_end_is_seen(db: None) -> None:
    said(3)
    broken = tampered("DELETE FROM core_journalentry WHERE id = 3").broken
    assert broken and broken.entry_id == 3
    assert not journal.tail_holds()


def test_values_that_databases_give_back_otherwise_still_verify(db: None) -> None:
    details = {"cost": 3.0, "share": 0.1, "tiny": 1e-9, "name": "a\x00b", "list": [1.0, None, True]}
    said(details=details, object_label="É" * 300)
    assert journal.verified().broken is None
    assert JournalEntry.objects.get().details["name"] == "ab"


def test_the_head_cannot_go_back_nor_stand_twice(db: None) -> None:
    said()
    with pytest.raises(DatabaseError), transaction.atomic():
        JournalHead.objects.create(id=2, hash="0" * 64)
    assert journal.tail_holds()


def test_the_pieces_of_an_entry_make_its_canonical_text() -> None:
    entry = dict.fromkeys(chain.HASHED, 'é"\\') | {"id": 7, "details": {"b": 1, "a": None}}
    first, second, third, last = chain.pieces(entry)
    entry |= {"previous_hash": "beef", "recorded_at": "2026-11-21T09:00:00.000000+00:00"}
    text = f"{first}7{second}beef{third}{entry['recorded_at']}{last}"
    assert text.encode() == chain.canonical(entry)


def test_gathered_entries_are_written_in_order_at_the_end(db: None) -> None:
    with transaction.atomic(), journal.gathered():
        for number in range(3):
            journal.record("try", by=None, object_kind="thing", object_id=number)
        assert not JournalEntry.objects.exists()
    assert list(JournalEntry.objects.values_list("object_id", flat=True)) == ["0", "1", "2"]
    assert journal.verified().broken is None


def test_what_fails_before_its_end_tells_nothing(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), journal.gathered():
        journal.record("try", by=None, object_kind="thing", object_id=1)
        raise ZeroDivisionError
    said()
    assert JournalEntry.objects.count() == 1


def test_a_part_that_is_rolled_back_is_not_told(db: None) -> None:
    with transaction.atomic(), journal.gathered():
        journal.record("try", by=None, object_kind="thing", object_id="stays")
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            journal.record("try", by=None, object_kind="thing", object_id="goes")
            raise ZeroDivisionError
    assert [entry.object_id for entry in JournalEntry.objects.all()] == ["stays"]


def test_a_gathered_part_lets_others_write_the_journal_meanwhile(transactional_db: None) -> None:
    said()
    with transaction.atomic(), journal.gathered(), CaptureQueriesContext(connection) as asked:
        journal.record("try", by=None, object_kind="thing", object_id=1)
        assert not any("core_journal" in query["sql"] for query in asked)
    assert journal.verified().entries == 2


def test_writers_at_the_same_time_make_one_chain(transactional_db: None) -> None:
    def write() -> None:
        for _ in range(10):
            said()
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    walk = journal.verified()
    assert (walk.entries, walk.broken) == (40, None)
