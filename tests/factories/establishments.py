"""Operators, establishments, groupings."""

from typing import Any

from rempart.web.apps.establishments.models import (
    Establishment,
    Grouping,
    GroupingMember,
    Operator,
)
from rempart.web.core.text import folded


def an_operator(finess: str = "350000001", **fields: Any) -> Operator:
    """An operator in Brittany."""
    values = {"name": "Association Ker", "department": "35", "region": "53"} | fields
    values.setdefault("search", folded(f"{values['name']} {finess}"))
    return Operator.objects.get_or_create(pk=finess, defaults=values)[0]


def an_establishment(finess: str = "350000019", **fields: Any) -> Establishment:
    """A nursing home in Rennes, of Association Ker."""
    values: dict[str, Any] = {
        "name": "EHPAD Les Genêts",
        "category": "500",
        "department": "35",
        "region": "53",
        "municipality": "Rennes",
    } | fields
    values.setdefault("operator", an_operator())
    values.setdefault("search", folded(f"{values['name']} {values['municipality']} {finess}"))
    return Establishment.objects.create(finess=finess, **values)


def a_ght(code: str = "BRE-07", *members: Operator, **fields: Any) -> Grouping:
    """A GHT and the operators that belong to it."""
    values = {"name": "GHT Armor", "kind": Grouping.Kind.GHT, "region": "53"} | fields
    made = Grouping.objects.create(code=code, **values)
    for operator in members:
        GroupingMember.objects.create(grouping=made, operator=operator)
    return made
