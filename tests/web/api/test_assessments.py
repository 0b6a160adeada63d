"""Assessments and shared actions by the API: read under the scope, a page at a time."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories.assessments import ACCESS_1, ACCESS_2, TODAY, a_submitted, an_assessment, answered
from factories.establishments import an_establishment
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.establishments.models import Establishment, Grouping
from rempart.web.apps.remediation import sharing
from rempart.web.core.scope import Act
from web.conftest import Cast

Calling = Callable[..., Client]
LIST = "/api/v1/assessments"
SHARED = "/api/v1/shared-actions"


def answers_of(made: Assessment) -> str:
    return f"{LIST}/{made.pk}/answers"


def test_assessments_are_listed_with_their_figures(script: Calling, cast: Cast) -> None:
    a_submitted(cast.home, cast.alice, access_1=4, access_2="u")
    (found,) = script("alice").get(f"{LIST}?state=submitted&framework=demo").json()["items"]
    assert (found["answered"], found["unknown"], found["total"]) == (1, 1, 4)
    assert found["low_percent"] < found["high_percent"]
    assert script("alice").get(f"{LIST}?state=draft").json()["items"] == []


def test_answers_are_read_with_who_gave_them(script: Calling, cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2, access_2="n")
    first, second = script("alice").get(answers_of(made)).json()["items"]
    assert (first["item"], first["kind"], first["level"]) == (ACCESS_1, "level", 2)
    assert (second["item"], second["kind"], second["level"]) == (ACCESS_2, "not_applicable", None)
    assert second["note"] == "Parce que." and second["by"] == str(cast.alice)


def test_answers_come_a_page_at_a_time(script: Calling, cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2, access_2=1)
    first = script("alice").get(f"{answers_of(made)}?limit=1").json()
    rest = script("alice").get(first["next"]).json()
    assert [a["item"] for a in first["items"] + rest["items"]] == [ACCESS_1, ACCESS_2]
    assert rest["next"] is None


@pytest.mark.parametrize("name", ["charlie", "rose", "bob"])
def test_others_read_neither_the_list_nor_the_answers(
    script: Calling, cast: Cast, name: str
) -> None:
    made = a_submitted(cast.home, cast.alice)
    listed = script(name).get(f"{LIST}?establishment={cast.home.pk}")
    assert listed.status_code == 403 or listed.json()["items"] == []
    assert script(name).get(answers_of(made)).status_code in (403, 404)


def test_a_narrow_token_reads_no_answer(script: Calling, cast: Cast) -> None:
    made = a_submitted(cast.home, cast.alice)
    assert script("alice", Act.SEE_ESTABLISHMENT).get(answers_of(made)).status_code == 403


def a_shared(cast: Cast, other: Establishment, title: str = "Acheter ensemble") -> None:
    sharing.share_action(
        grouping=Grouping.objects.get(),
        values=sharing.SharedValues(title, days=8, euros=1000),
        parts={cast.hospital: 75, other: 25},
        today=TODAY,
        by=cast.bob,
    )


def test_a_shared_action_is_read_with_the_part_of_each(script: Calling, cast: Cast) -> None:
    a_shared(cast, an_establishment("220000038", operator=cast.hospital.operator))
    (found,) = script("bob").get(f"{SHARED}?grouping=BRE-07").json()["items"]
    assert (found["title"], found["euros"], found["grouping"]) == (
        "Acheter ensemble",
        1000,
        "BRE-07",
    )
    assert [(p["establishment"], p["percent"]) for p in found["parts"]] == [
        ("220000020", 75),
        ("220000038", 25),
    ]
    assert script("charlie").get(SHARED).json()["items"] == []


@pytest.mark.parametrize("count", [5, 50])
def test_the_lists_ask_a_fixed_number_of_queries(script: Calling, cast: Cast, count: int) -> None:
    other = an_establishment("220000038", operator=cast.hospital.operator)
    for n in range(count):
        a_shared(cast, other, f"Action {n}")
    calling = script("bob")
    with CaptureQueriesContext(connection) as seen:
        assert len(calling.get(SHARED).json()["items"]) == count
    assert len(seen) <= 12
