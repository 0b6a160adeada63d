"""The journal: every act, in the transaction of the act, each entry chained to the one before."""

import hashlib
import json
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from rempart.web.core.models import JournalEntry

GENESIS: Final = "0" * 64


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
    """Write one entry in the present transaction; `by` is a user, or None for the platform itself."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "The journal is written in the act's own transaction."
        )
    last = JournalEntry.objects.order_by("-id").select_for_update().first()
    entry = JournalEntry(
        recorded_at=timezone.now(),
        act=act,
        actor_id=by.pk if by else None,
        actor_label=str(by) if by else "Rempart",
        object_kind=object_kind,
        object_id=str(object_id),
        object_label=object_label[:200],
        establishment=establishment,
        details=details or {},
        previous_hash=last.hash if last else GENESIS,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    return entry


def entry_hash(entry: JournalEntry) -> str:
    """SHA-256 of the previous hash and of what the entry says, in canonical JSON."""
    said = {
        "previous": entry.previous_hash,
        "at": entry.recorded_at.isoformat(),
        "act": entry.act,
        "actor": entry.actor_id,
        "actor_label": entry.actor_label,
        "kind": entry.object_kind,
        "id": entry.object_id,
        "label": entry.object_label,
        "establishment": entry.establishment,
        "details": entry.details,
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
