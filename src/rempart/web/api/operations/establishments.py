"""The registry, as the scope lets it be seen."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from ninja import Field, Query, Router, Schema

from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import Page, Paging, page
from rempart.web.apps.establishments.access import acts_on, establishment_or_404
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.scope import Act
from rempart.web.core.text import folded

router = Router(tags=["Établissements"])


class EstablishmentFilters(Paging):
    """What to keep."""

    search: str = Field("", max_length=200, description="Mots du nom, de la commune, ou un FINESS.")
    department: str = Field("", max_length=3, description="Code du département : 35, 2A, 971.")
    region: str = Field("", max_length=2, description="Code de la région : 53.")
    category: str = Field("", max_length=4, description="Code de la catégorie FINESS : 355, 500.")
    is_closed: bool = Field(False, description="Les établissements fermés au lieu des ouverts.")


class EstablishmentItem(Schema):
    """An establishment (ET)."""

    finess: str
    name: str
    long_name: str
    operator: str | None = Field(description="FINESS de l’entité juridique.")
    category: str
    department: str
    region: str
    municipality: str
    municipality_code: str
    postal_code: str
    closed_on: date | None


class EstablishmentDetail(EstablishmentItem):
    """An establishment, and what this caller may do there."""

    siret: str
    opened_on: date | None
    longitude: float | None
    latitude: float | None
    acts: list[str] = Field(description="Ce que cet appelant peut y faire.")


@router.get("/establishments", response=Page[EstablishmentItem], summary="Lister et chercher")
@needs(Act.SEE_ESTABLISHMENT)
def list_establishments(
    request: ApiRequest, filters: Query[EstablishmentFilters]
) -> dict[str, Any]:
    """Les établissements du périmètre, par numéro FINESS."""
    rows = Establishment.objects.visible_to(request.scope)
    return page(request, _kept(rows, filters), filters, _item)


@router.get("/establishments/{finess}", response=EstablishmentDetail, summary="Un établissement")
@needs(Act.SEE_ESTABLISHMENT)
def get_establishment(request: ApiRequest, finess: str) -> dict[str, Any]:
    """Son identité, et ce que l’appelant peut y faire. 404 hors du périmètre."""
    found = establishment_or_404(request.scope, finess)
    return _item(found) | {
        "siret": found.siret,
        "opened_on": found.opened_on,
        "longitude": found.longitude,
        "latitude": found.latitude,
        "acts": sorted(acts_on(request.scope, found)),
    }


def _kept(rows: QuerySet[Establishment], filters: EstablishmentFilters) -> QuerySet[Establishment]:
    asked = {
        "department": filters.department,
        "region": filters.region,
        "category": filters.category,
    }
    rows = rows.filter(
        closed_on__isnull=not filters.is_closed, **{k: v for k, v in asked.items() if v}
    )
    for word in folded(filters.search).split():
        rows = rows.filter(search__contains=word)
    return rows


def _item(row: Establishment) -> dict[str, Any]:
    return {
        "finess": row.finess,
        "name": row.name,
        "long_name": row.long_name,
        "operator": row.operator_id,
        "category": row.category,
        "department": row.department,
        "region": row.region,
        "municipality": row.municipality,
        "municipality_code": row.municipality_code,
        "postal_code": row.postal_code,
        "closed_on": row.closed_on,
    }
