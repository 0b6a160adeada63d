"""The journal: every act, in the transaction of the act, each entry chained to the one before."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.db import connection, transaction

from rempart.web.core import appending, chain
from rempart.web.core.models import JournalEntry, JournalHead

GENESIS: Final = chain.GENESIS
ROWS_AT_ONCE: Final = 2000
_WAITING: Final[ContextVar[list["_Held"] | None]] = ContextVar("journal", default=None)


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
) -> None:
    """Write one entry in the present transaction; `by` is a user, or None for the platform itself.

    Call it last in the act: from here to the end of the transaction nobody else writes the journal. Acts made of
    several acts open `gathered`.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "The journal is written in the act's own transaction."
        )
    said = {
        "act": act,
        "actor_id": by.pk if by else None,
        "actor_label": chain.plain(str(by))[:200] if by else "Rempart",
        "object_kind": object_kind,
        "object_id": chain.plain(str(object_id)),
        "object_label": chain.plain(object_label)[:200],
        "establishment": establishment,
        "details": chain.plain(details or {}),
    }
    waiting = _WAITING.get()
    if waiting is None:
        appending.append(said)
    else:
        waiting.append(_Held(said))


class Owned(Protocol):
    """A row that belongs to an establishment."""

    @property
    def pk(self) -> Any:
        """Its key."""

    @property
    def establishment_id(self) -> str:
        """The establishment."""


def record_on(kind: str, row: Owned, act: str, by: Any, /, **details: Any) -> None:
    """Write one act on a row, as `record` does, under the label that the row gives itself; apps fix their `kind`."""
    record(
        act,
        by=by,
        object_kind=kind,
        object_id=row.pk,
        object_label=str(row),
        establishment=row.establishment_id,
        details=details,
    )


@dataclass(eq=False, slots=True)
class _Held:
    """An entry that waits for the end of its act. Django forgets what an inner rollback undoes, this mark with it."""

    said: dict[str, Any]

    def __post_init__(self) -> None:
        transaction.on_commit(self.stands)

    def stands(self) -> bool:
        """Whether what the entry tells has not been rolled back meanwhile."""
        marks = [entry[1] for entry in connection.run_on_commit]
        return any(getattr(mark, "__self__", None) is self for mark in marks)


@contextmanager
def gathered() -> Iterator[None]:
    """Many acts, whose entries are written at their end: open it inside the transaction that holds them.

    Whoever appends to the journal holds it until its transaction ends. An act that goes on working after a part of it
    has been told would make everybody wait; and what fails before the end writes nothing, entries included.
    """
    if _WAITING.get() is not None:
        yield
        return
    waiting: list[_Held] = []
    token = _WAITING.set(waiting)
    try:
        yield
    finally:
        _WAITING.reset(token)
    for held in waiting:
        if held.stands():
            appending.append(held.said)


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
