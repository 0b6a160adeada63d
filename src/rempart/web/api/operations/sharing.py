"""The actions that groupings do once for several of their members: read only."""

from datetime import date
from typing import Any

from django.db.models import Prefetch
from ninja import Field, Query, Router, Schema

from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import BY_SCRIPT, Page, Paging, page
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.planning import SharedAction
from rempart.web.core import access_log
from rempart.web.core.scope import Act

router = Router(tags=["Actions partagées"])


class SharedFilters(Paging):
    """What to keep."""

    grouping: str = Field("", max_length=40, description="Code du groupement.")


class SharedPart(Schema):
    """The part of one member, which is an action of its own plan."""

    action: int
    establishment: str
    percent: float
    state: str


class SharedItem(Schema):
    """An action done once for several members."""

    id: int
    grouping: str
    title: str
    how: str
    measure: str = Field(description="Mesure du contenu qu’elle suit, s’il y en a une.")
    owner_function: str
    due_on: date | None
    days: float | None = Field(description="Pour tous ensemble.")
    euros: int | None
    euros_per_year: int | None
    made_on: date
    parts: list[SharedPart]


@router.get("/shared-actions", response=Page[SharedItem], summary="Lister les actions partagées")
@needs(Act.SEE_FINDINGS)
def list_shared_actions(request: ApiRequest, filters: Query[SharedFilters]) -> dict[str, Any]:
    """Les actions des groupements du périmètre ; parmi leurs parts, celles des établissements dont on lit le plan."""
    mine = Action.objects.visible_to(request.scope).order_by("establishment_id", "pk")
    rows = SharedAction.objects.visible_to(request.scope)
    if filters.grouping:
        rows = rows.filter(grouping_id=filters.grouping)
    rows = rows.prefetch_related(Prefetch("parts", queryset=mine))
    found = page(request, rows, filters, _shared)
    seen = (part["establishment"] for row in found["items"] for part in row["parts"])
    access_log.listed(request, seen, words=BY_SCRIPT)
    return found


def _shared(row: SharedAction) -> dict[str, Any]:
    return {
        "id": row.pk,
        "grouping": row.grouping_id,
        "title": row.title,
        "how": row.how,
        "measure": row.content_measure,
        "owner_function": row.owner_function,
        "due_on": row.due_on,
        "days": row.days,
        "euros": row.euros,
        "euros_per_year": row.euros_per_year,
        "made_on": row.made_on,
        "parts": [
            {
                "action": part.pk,
                "establishment": part.establishment_id,
                "percent": part.share_percent,
                "state": part.state,
            }
            for part in row.parts.all()
        ],
    }
