"""The registry and the people of the demonstration, written at once."""

from rempart.web.apps.accounts.models import Membership, User
from rempart.web.apps.establishments.models import (
    Category,
    Establishment,
    Grouping,
    GroupingMember,
    Operator,
)
from rempart.web.core.text import folded
from rempart.web.demo import data
from rempart.web.demo.people import PEOPLE


def fill() -> None:
    """Categories, operators, establishments and groupings."""
    Category.objects.bulk_create(Category(**row) for row in data.categories())
    rows = list(data.establishments())
    operators = {row.operator: row for row in rows}
    Operator.objects.bulk_create(_operator(finess, row) for finess, row in operators.items())
    Establishment.objects.bulk_create(_establishment(row) for row in rows)
    Grouping.objects.bulk_create(
        Grouping(code=code, kind=Grouping.Kind.GHT, name=name, region=region)
        for code, name, region in data.groups()
    )
    GroupingMember.objects.bulk_create(
        GroupingMember(grouping_id=row.grouping, operator_id=finess)
        for finess, row in operators.items()
        if row.grouping
    )


def fill_people() -> dict[str, User]:
    """The invented people, who have no password: the door of the demonstration lets them in."""
    users = {}
    for person in PEOPLE:
        user = User.objects.create_user(
            person.email, first_name=person.first_name, last_name=person.last_name
        )
        Membership.objects.create(user=user, role=person.role, level=person.level, code=person.code)
        users[person.key] = user
    return users


def _operator(finess: str, row: data.Row) -> Operator:
    name = row.operator_name or f"Entité juridique {finess}"
    return Operator(
        finess=finess,
        name=name[:120],
        search=folded(f"{name} {finess}"),
        legal_status=row.legal_status,
        department=row.department,
        region=row.region,
        is_only_cited=not row.operator_name,
    )


def _establishment(row: data.Row) -> Establishment:
    return Establishment(
        finess=row.finess,
        name=row.name,
        search=folded(f"{row.name} {row.municipality} {row.finess}"),
        operator_id=row.operator,
        category=row.category,
        siret=row.siret,
        department=row.department,
        region=row.region,
        municipality=row.municipality,
        municipality_code=row.municipality_code,
        postal_code=row.postal_code,
    )
