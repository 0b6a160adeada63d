"""An establishment sees who, from outside, looked at what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.invitations import a_mandate
from factories.people import a_person
from rempart.web.apps.accounts.models import AccessRecord
from rempart.web.core.scope import Level, Role
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
PAGE = "/etablissements/350000019/"


@pytest.mark.parametrize("who", ["rose", "nadia"])
def test_somebody_from_outside_leaves_a_trace(cast: Cast, browser_of: Browsers, who: str) -> None:
    browser_of(who).get(PAGE)
    found = AccessRecord.objects.get()
    assert (found.user, found.establishment_id) == (getattr(cast, who), "350000019")
    assert found.words == "Fiche de l’établissement"


def test_the_people_of_the_house_leave_none(cast: Cast, browser_of: Browsers) -> None:
    a_person("direction@exemple.test", Role.DIRECTION, Level.OPERATOR, "350000001")
    of_operator = Client()
    of_operator.force_login(type(cast.alice).objects.get(email="direction@exemple.test"))
    assert browser_of("alice").get(PAGE).status_code == 200
    assert of_operator.get(PAGE).status_code == 200
    assert not AccessRecord.objects.exists()


def test_a_page_that_was_refused_leaves_none(cast: Cast, browser_of: Browsers) -> None:
    assert browser_of("charlie").get(PAGE).status_code == 404
    assert not AccessRecord.objects.exists()


def test_the_same_page_is_told_once_an_hour(cast: Cast, browser_of: Browsers) -> None:
    browser = browser_of("rose")
    browser.get(PAGE)
    browser.get(PAGE)
    assert AccessRecord.objects.count() == 1
    AccessRecord.objects.update(hour_at=timezone.now() - timedelta(hours=2))
    browser.get(PAGE)
    assert AccessRecord.objects.count() == 2


def test_the_trace_names_the_mandate_that_was_used(cast: Cast, browser_of: Browsers) -> None:
    made = a_mandate(cast.alice, cast.home, "bob@exemple.test")
    browser_of("bob").get(PAGE)
    found = AccessRecord.objects.get()
    assert (found.role, found.delegation_id) == (Role.DELEGATE, made.pk)


def test_alice_reads_who_looked_and_rose_may_not(cast: Cast, browser_of: Browsers) -> None:
    browser_of("rose").get(PAGE)
    seen = browser_of("alice").get(f"{PAGE}consultations/").content.decode()
    assert "rose@exemple.test" in seen
    assert "chargé de mission de l’ARS" in seen
    assert browser_of("rose").get(f"{PAGE}consultations/").status_code == 403


def test_a_second_look_costs_reads_and_no_write(cast: Cast, browser_of: Browsers) -> None:
    browser = browser_of("rose")
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as seen:
        browser.get(PAGE)
    assert [q["sql"] for q in seen.captured_queries if not q["sql"].startswith("SELECT")] == []


@pytest.mark.parametrize("many", [5, 50])
def test_the_list_costs_the_same_however_long(
    cast: Cast, browser_of: Browsers, django_assert_max_num_queries: Callable[[int], Any], many: int
) -> None:
    now = timezone.now()
    AccessRecord.objects.bulk_create(
        AccessRecord(
            establishment=cast.home, user=cast.rose, role=Role.REGIONAL_OFFICER, address=f"/{k}/",
            words="Fiche", hour_at=now, seen_at=now,
        )
        for k in range(many)
    )  # fmt: skip
    browser = browser_of("alice")
    with django_assert_max_num_queries(8):
        assert browser.get(f"{PAGE}consultations/").status_code == 200
