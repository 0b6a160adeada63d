"""Findings, through their one door."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.findings import a_measure, an_observation
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.remediation.models import Finding, Measure, Sighting
from rempart.web.apps.remediation.rules import Look
from rempart.web.core.models import JournalEntry
from web.conftest import Cast

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))


def finding(key: str = "a") -> Finding:
    return Finding.objects.get(key=key)


def test_the_same_finding_seen_again_is_the_same_row(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a", objects_count=3), on=MARCH)
    a_measure(cast.home, an_observation("a", objects_count=2, title="Autre mot"), on=APRIL)
    assert Finding.objects.count() == 1
    assert (finding().first_seen_on, finding().last_seen_on) == (MARCH, APRIL)
    assert (finding().objects_count, finding().title) == (2, "Autre mot")


def test_what_a_later_measure_looked_for_and_did_not_see_is_mended(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), an_observation("b"), on=MARCH)
    told = a_measure(cast.home, an_observation("a", Look.ABSENT), an_observation("b"), on=APRIL)
    assert told.mended == ("a",)
    assert finding("a").mended_on == APRIL
    assert finding("b").mended_on is None


def test_what_a_later_measure_could_not_look_at_stays_open(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), an_observation("b"), on=MARCH)
    a_measure(cast.home, an_observation("a", Look.NOT_MEASURED), on=APRIL)
    assert [finding(k).mended_on for k in "ab"] == [None, None]
    assert [finding(k).not_remeasured_on for k in "ab"] == [APRIL, APRIL]


def test_an_older_measure_deposited_later_reopens_nothing(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), on=MARCH)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MAY)
    told = a_measure(cast.home, an_observation("a"), on=APRIL)
    assert (told.reopened, told.mended) == ((), ())
    assert (finding().last_seen_on, finding().mended_on) == (APRIL, MAY)


def test_what_only_an_older_measure_saw_is_born_mended(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MAY)
    a_measure(cast.home, an_observation("a"), on=MARCH)
    assert finding().mended_on == MAY


def test_an_older_measure_that_does_not_see_it_mends_nothing(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), on=MAY)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MARCH)
    assert finding().mended_on is None


def test_two_directories_of_one_establishment_do_not_mend_each_other(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), on=MARCH, subject="S-1")
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=APRIL, subject="S-2")
    assert finding().mended_on is None


def test_two_establishments_do_not_share_a_finding(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), on=MARCH)
    a_measure(cast.far, an_observation("a", Look.ABSENT), on=APRIL)
    assert Finding.objects.get(establishment=cast.home).mended_on is None


def test_a_measure_recorded_twice_is_recorded_once(cast: Cast) -> None:
    for _ in range(2):
        a_measure(cast.home, an_observation("a"), on=MARCH)
    assert (Measure.objects.count(), Sighting.objects.count()) == (1, 1)


def test_a_measure_is_in_the_journal_with_what_it_changed(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), on=MARCH)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=APRIL)
    entry = JournalEntry.objects.filter(act="record_findings").latest("id")
    assert (entry.establishment, entry.details["mended"]) == (cast.home.pk, ["a"])


def test_a_measure_takes_as_many_queries_for_fifty_findings_as_for_five(cast: Cast) -> None:
    counts = []
    a_measure(cast.home, an_observation("a"), subject="S-0")  # what is asked once is cached
    for number, subject in ((5, "S-5"), (50, "S-50")):
        with CaptureQueriesContext(connection) as queries:
            a_measure(cast.home, *(an_observation(str(k)) for k in range(number)), subject=subject)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["rose", "charlie", "nadia"])
def test_only_the_establishment_sees_its_findings(cast: Cast, who: str) -> None:
    a_measure(cast.home, an_observation("a"))
    today = timezone.localdate()
    assert not Finding.objects.visible_to(scope_of(getattr(cast, who), today)).exists()
    assert Finding.objects.visible_to(scope_of(cast.alice, today)).count() == 1
