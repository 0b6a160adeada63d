"""The situations: what one row says of an establishment, and when it is written again."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from factories.establishments import an_establishment
from factories.situations import an_action, an_audited
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.steering.actions import rebuild_situations
from rempart.web.apps.steering.models import NEVER, NO_DUE, UNKNOWN_LEVEL, Situation
from rempart.web.core import projections
from web.conftest import Cast


def of(establishment: Establishment) -> Situation:
    """The situation of an establishment."""
    return Situation.objects.get(finess=establishment.pk)


def test_an_establishment_that_gave_nothing_has_no_level_and_no_sign(situations: Cast) -> None:
    row = of(situations.home)
    assert (row.directory_level, row.directory_on) == (UNKNOWN_LEVEL, None)
    assert (row.last_sign_on, row.next_due_on) == (NEVER, NO_DUE)


def test_the_last_audit_gives_the_level(cast: Cast) -> None:
    an_audited(cast.home, cast.alice, 2, at_most=True)
    rebuild_situations([cast.home.pk])
    row = of(cast.home)
    assert (row.directory_level, row.directory_at_most, row.directory_rank) == (2, True, 2)
    assert row.directory_on == date(2026, 3, 1)
    assert row.last_sign_on > date(2026, 1, 1)


def test_an_audit_that_is_not_the_last_says_nothing(cast: Cast) -> None:
    an_audited(cast.home, cast.alice, 4, is_latest=False, is_newest=False)
    rebuild_situations()
    assert of(cast.home).directory_level == UNKNOWN_LEVEL


def test_the_next_due_date_is_that_of_the_open_actions(cast: Cast) -> None:
    an_action(cast.home, due_on=date(2026, 5, 1))
    an_action(cast.home, due_on=date(2026, 4, 1))
    an_action(cast.home, due_on=date(2026, 1, 1), state="abandoned")
    rebuild_situations()
    assert (of(cast.home).next_due_on, of(cast.home).actions_open) == (date(2026, 4, 1), 2)


def test_only_what_a_person_moved_is_a_sign_of_life(cast: Cast) -> None:
    an_action(cast.home, by=None, state_on=date(2026, 9, 1))
    an_action(cast.home, by=cast.alice, state_on=date(2026, 6, 1))
    rebuild_situations()
    assert of(cast.home).last_sign_on == date(2026, 6, 1)


def test_the_ght_is_that_of_the_operator(situations: Cast) -> None:
    assert of(situations.hospital).ght_id == "BRE-07"
    assert of(situations.home).ght_id is None


def test_a_closed_establishment_has_no_situation(situations: Cast) -> None:
    Establishment.objects.filter(pk=situations.home.pk).update(closed_on=date(2026, 1, 1))
    rebuild_situations([situations.home.pk])
    assert not Situation.objects.filter(finess=situations.home.pk).exists()
    assert Situation.objects.filter(finess=situations.hospital.pk).exists()


def test_an_act_refreshes_the_situation_of_its_establishment(situations: Cast) -> None:
    an_audited(situations.home, situations.alice, 3)
    projections.refresh([situations.home.pk])
    assert of(situations.home).directory_level == 3


def test_a_whole_registry_is_written_in_a_constant_number_of_queries(cast: Cast) -> None:
    asked = []
    for start, stop in ((0, 3), (3, 30)):
        for k in range(start, stop):
            an_establishment(f"56000{k:04d}", name=f"EHPAD {k}")
        with CaptureQueriesContext(connection) as seen:
            rebuild_situations()
        asked.append(len(seen))
    assert asked[0] == asked[1]
    assert Situation.objects.count() == 33


def test_only_what_changed_is_written_again(situations: Cast) -> None:
    Situation.objects.update(findings_open=5)
    Establishment.objects.filter(pk=situations.home.pk).update(municipality="Redon")
    rebuild_situations()
    assert (of(situations.home).municipality, of(situations.home).findings_open) == ("Redon", 0)
    assert of(situations.far).findings_open == 0


def test_the_database_refuses_a_sixth_level(situations: Cast) -> None:
    rows = Situation.objects.filter(finess=situations.home.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(directory_level=6, directory_on=date(2026, 1, 1))


def test_the_database_refuses_a_level_without_its_day(situations: Cast) -> None:
    rows = Situation.objects.filter(finess=situations.home.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(directory_level=3)
