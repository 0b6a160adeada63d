"""The journal of the establishments of the scope."""

from datetime import datetime
from typing import Any

from ninja import Field, Query, Router, Schema

from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import Page, Paging, page
from rempart.web.core.models import JournalEntry
from rempart.web.core.queries import told
from rempart.web.core.scope import Act

router = Router(tags=["Journal"])


class JournalFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS.")
    act: str = Field("", max_length=60, description="Un acte : deposit_audit, close_action…")


class JournalItem(Schema):
    """One act, chained to the one before by its hash."""

    id: int
    recorded_at: datetime
    act: str
    actor: str
    object_kind: str
    object_id: str
    object_label: str
    establishment: str
    details: dict[str, Any]
    previous_hash: str
    hash: str


@router.get("/journal", response=Page[JournalItem], summary="Lire le journal")
@needs(Act.SEE_JOURNAL)
def list_entries(request: ApiRequest, filters: Query[JournalFilters]) -> dict[str, Any]:
    """Les actes, du plus récent au plus ancien. Sans droit sur les constats, ce dont ils traitent reste vide."""
    rows = told(JournalEntry.objects.visible_to(request.scope), request.scope)
    if filters.establishment:
        rows = rows.filter(establishment=filters.establishment)
    if filters.act:
        rows = rows.filter(act=filters.act)
    return page(request, rows, filters, _item, newest_first=True)


def _item(row: JournalEntry) -> dict[str, Any]:
    is_told = bool(getattr(row, "is_told", False))
    return {
        "id": row.pk,
        "recorded_at": row.recorded_at,
        "act": row.act,
        "actor": row.actor_label,
        "object_kind": row.object_kind,
        "object_id": row.object_id,
        "object_label": row.object_label if is_told else "",
        "establishment": row.establishment,
        "details": row.details if is_told else {},
        "previous_hash": row.previous_hash,
        "hash": row.hash,
    }
