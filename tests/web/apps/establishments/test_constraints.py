"""What the database itself refuses."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from factories.establishments import a_ght, an_establishment, an_operator
from rempart.web.apps.establishments.models import Category, GroupingMember, RegistryImport

pytestmark = pytest.mark.django_db


def test_a_version_of_the_registry_is_made_once() -> None:
    RegistryImport.objects.create(version=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistryImport.objects.create(version=1)


def test_a_category_does_not_end_before_it_begins() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.create(
            code="X", label="x", valid_from_on=date(2000, 1, 1), valid_until_on=date(1999, 1, 1)
        )


def test_a_member_is_one_thing_and_only_once() -> None:
    group, site = a_ght("A", an_operator()), an_establishment()
    for wrong in (
        {},
        {"operator": an_operator(), "establishment": site},
        {"operator": an_operator()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            GroupingMember.objects.create(grouping=group, **wrong)
    GroupingMember.objects.create(grouping=group, operator=an_operator(), left_on=date(2020, 1, 1))
    assert group.members.count() == 2
