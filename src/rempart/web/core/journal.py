"""The journal: every act, in the transaction of the act, each entry chained to the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from rempart.web.core import chain
from rempart.web.core.models import JournalEntry, JournalHead

GENESIS: Final = chain.GENESIS
ROWS_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts, where the person is known by a number and a name only."""

    pk: int
    label: str

    def __str__(self) -> str:
        return self.label


def record(
    act: str,
    *,
    by: Any,
    object_kind: str,
    object_id: str | int,
    object_label: str = "",
    establishment: str = "",
    details: dict[str, Any] | None = None,
) -> JournalEntry:
    """Write one entry in the present transaction; `by` is a user, or None for the platform itself.

    Call it last in the act: from here to the end of the transaction nobody else writes the journal.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "The journal is written in the act's own transaction."
        )
    head, _ = JournalHead.objects.select_for_update().get_or_create(
        pk=1, defaults={"hash": GENESIS}
    )
    said = {
        "id": head.last_id + 1,
        "act": act,
        "actor_id": by.pk if by else None,
        "actor_label": chain.plain(str(by))[:200] if by else "Rempart",
        "object_kind": object_kind,
        "object_id": chain.plain(str(object_id)),
        "object_label": chain.plain(object_label)[:200],
        "establishment": establishment,
        "details": chain.plain(details or {}),
        "previous_hash": head.hash,
    }
    now = timezone.now()
    entry = JournalEntry(
        **said, recorded_at=now, hash=chain.hash_of(said | {"recorded_at": chain.instant(now)})
    )
    entry.save(force_insert=True)
    head.last_id, head.hash = entry.pk, entry.hash
    head.save(update_fields=["last_id", "hash"])
    return entry


def rows() -> Iterator[tuple[Any, ...]]:
    """Every entry, first to last, a few in memory at a time, in the order of chain.FIELDS."""
    found = JournalEntry.objects.order_by("id").values_list(*chain.FIELDS)
    return found.iterator(chunk_size=ROWS_AT_ONCE)


def verified() -> chain.Walk:
    """Follow the whole chain, a few entries in memory at a time, and compare its end to the head."""
    walk = chain.walked(chain.from_rows(rows()))
    head = JournalHead.objects.filter(pk=1).first()
    last_id, last_hash = (head.last_id, head.hash) if head else (0, GENESIS)
    if walk.broken is None and (walk.last_id, walk.last_hash) != (last_id, last_hash):
        walk.broken = chain.Broken(
            walk.last_id + 1,
            f"La fin du journal manque ou a été refaite : la dernière entrée est la {walk.last_id}, "
            f"et la {last_id} avait été inscrite.",
        )
    return walk


def tail_holds() -> bool:
    """Whether the last entry is the one that the head names: quick, for whoever watches the server."""
    head = JournalHead.objects.filter(pk=1).first()
    last = JournalEntry.objects.order_by("-id").first()
    if head is None or last is None:
        return head is None and last is None
    return (head.last_id, head.hash) == (last.pk, last.hash)
