"""The file of a GHT: what its members answer, and only when they share it."""

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from factories.assessments import an_assessment, answered
from factories.establishments import an_establishment, an_operator
from factories.funding import a_care_file
from rempart.content.knowledge import frameworks
from rempart.kernel.outcome import Outcome
from rempart.web.apps.assessments.actions import share
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.establishments.models import Establishment, Grouping, GroupingMember
from rempart.web.apps.funding import actions
from rempart.web.apps.funding.models import CareFile, Span
from rempart.web.apps.funding.rules import Activity
from rempart.web.apps.funding.standing import Objective, shares, standing
from web.conftest import Cast

TODAY = date(2026, 1, 20)
P1 = "care_d2.P1"


@pytest.fixture
def other(cast: Cast, settings: Settings, tmp_path: object) -> Establishment:
    """A second hospital of Bob’s GHT."""
    settings.DATA = tmp_path
    operator = an_operator("220000038", name="CH de la Côte", department="22")
    GroupingMember.objects.create(grouping=Grouping.objects.get(), operator=operator)
    return an_establishment("220000046", name="Site de la Côte", operator=operator)


@pytest.fixture
def file(cast: Cast, other: Establishment) -> CareFile:
    ght = Grouping.objects.get()
    return a_care_file(cast.hospital, cast.bob, span=Span.GROUPING, grouping=ght)


def reply(
    cast: Cast, place: Establishment, *, shared: bool = True, **values: int | str
) -> Assessment:
    made = an_assessment(place, cast.bob, frameworks()["care_d2"])
    answered(made, cast.bob, **values)
    share(assessment=made, with_region=False, with_grouping=shared, by=cast.bob)
    return made


def objective(file: CareFile, name: str = P1) -> Objective:
    return next(o for o in standing(file, TODAY).objectives if o.item.id == name)


def test_a_member_below_the_target_keeps_the_file_below_and_is_named(
    cast: Cast, file: CareFile, other: Establishment
) -> None:
    reply(cast, cast.hospital, P1=3)
    reply(cast, other, P1=0)
    found = objective(file)
    assert found.outcome is Outcome.FAILED
    first = found.members[0]
    assert (first.name, first.words) == ("CH de la Côte", "pas atteint")


def test_what_a_member_does_not_share_is_neither_counted_nor_shown(
    cast: Cast, file: CareFile, other: Establishment
) -> None:
    reply(cast, cast.hospital, P1=3)
    reply(cast, other, shared=False, P1=0)
    found = objective(file)
    assert found.declared_level is not None and found.declared_level.value == 3
    assert all("pas de réponse partagée" in member.words for member in found.members)


def test_the_lowest_site_speaks_for_its_legal_entity(
    cast: Cast, file: CareFile, other: Establishment
) -> None:
    site = an_establishment("220000053", operator=other.operator)
    reply(cast, other, P1=3)
    reply(cast, site, P1=1)
    assert objective(file).members[0].tone == "bad"


def test_a_member_that_answers_enough_counts_in_the_part_of_the_activity(
    cast: Cast, file: CareFile, other: Establishment
) -> None:
    rows = [Activity("220000012", "A", Decimal(20)), Activity("220000038", "B", Decimal(80))]
    actions.set_activities(file=file, activities=rows, seen=1, by=cast.bob)
    framework = frameworks()["care_d2"]
    assert shares(file, framework)[0][1].value == 0
    reply(cast, other, O1_C=3)
    assert shares(file, framework)[0][1].value == Decimal("0.8")


def test_the_file_of_one_establishment_has_no_members(cast: Cast, other: Establishment) -> None:
    alone = a_care_file(cast.home, cast.alice)
    reply(cast, other, P1=0)
    assert all(o.members == [] for o in standing(alone, TODAY).objectives)


@pytest.mark.parametrize("count", [2, 20])
def test_members_are_read_in_one_query(
    cast: Cast, file: CareFile, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    operator = Establishment.objects.get(pk="220000046").operator
    for n in range(count):
        reply(cast, an_establishment(f"2210000{n:02d}", operator=operator), P1=2)
    with django_assert_max_num_queries(9):
        assert objective(file).members
