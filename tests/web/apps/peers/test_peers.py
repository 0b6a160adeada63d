"""Among peers: what is frozen, what is shown, and those who try to read one establishment in the figures."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from factories.assessments import a_submitted
from factories.establishments import an_establishment
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.peers import actions
from rempart.web.apps.peers.models import PeerGroup, PeerMember, Size
from rempart.web.apps.peers.rules import LARGEST, Quarter, size_class
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from web.conftest import Cast

SPRING = Quarter(2026, 2)
SHOWN = date(2026, 10, 1)


def finished(
    establishment: Establishment, cast: Cast, level: int, *, on: date = date(2026, 5, 4)
) -> Assessment:
    made = a_submitted(
        establishment, cast.alice, access_1=level, access_2=level, backup_1=level, backup_2=level
    )
    moment = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    Assessment.objects.filter(pk=made.pk).update(submitted_at=moment)
    return made


def neighbours(cast: Cast, count: int, *, start: int = 0) -> list[Establishment]:
    """Nursing homes of Alice's region, each with a result of its own."""
    made = []
    for n in range(start, start + count):
        home = an_establishment(f"3500{n:05d}", name=f"EHPAD numéro {n}")
        finished(home, cast, n % 5)
        made.append(home)
    return made


@pytest.mark.parametrize(
    ("day", "code", "shown"),
    [
        (date(2026, 1, 1), "2026-T1", date(2026, 7, 1)),
        (date(2026, 6, 30), "2026-T2", date(2026, 10, 1)),
        (date(2026, 12, 31), "2026-T4", date(2027, 4, 1)),
    ],
)
def test_figures_are_shown_a_whole_quarter_late(day: date, code: str, shown: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.code == code
    assert quarter.shown_from == shown
    assert Quarter.parse(code) == quarter


def test_sizes_fall_into_classes() -> None:
    assert [size_class(n) for n in (None, 59, 60, 600)] == [
        "", "moins de 60 places", "de 60 à 119 places", LARGEST,
    ]  # fmt: skip


def test_four_homes_make_no_figure(cast: Cast) -> None:
    neighbours(cast, 4)
    assert actions.freeze_quarter(SPRING) == 0
    assert not PeerGroup.objects.exists()


def test_five_homes_make_one_group_that_holds_each_once(cast: Cast) -> None:
    neighbours(cast, 6)
    assert actions.freeze_quarter(SPRING) == 1
    assert PeerMember.objects.count() == 6
    assert PeerGroup.objects.get().figures["overall"][0] == 5


def test_a_frozen_quarter_stays_so(cast: Cast) -> None:
    neighbours(cast, 5)
    actions.freeze_quarter(SPRING)
    before = PeerGroup.objects.get().figures
    neighbours(cast, 5, start=50)
    assert actions.freeze_quarter(SPRING) == 0
    assert PeerGroup.objects.get().figures == before


def test_what_is_submitted_after_the_quarter_does_not_count(cast: Cast) -> None:
    neighbours(cast, 4)
    late = an_establishment("350000999", name="EHPAD tardif")
    finished(late, cast, 4, on=date(2026, 7, 1))
    assert actions.freeze_quarter(SPRING) == 0


def test_a_range_too_wide_is_not_compared(cast: Cast) -> None:
    neighbours(cast, 4)
    unsure = an_establishment("350000999", name="EHPAD incertain")
    a_submitted(unsure, cast.alice, access_1="u", access_2="u", backup_1="u", backup_2="u")
    assert actions.freeze_quarter(SPRING) == 0


def test_a_newcomer_cannot_be_read_by_subtracting_two_quarters(cast: Cast) -> None:
    neighbours(cast, 5)
    actions.freeze_quarter(SPRING)
    newcomer = an_establishment("350000999", name="EHPAD nouveau")
    finished(newcomer, cast, 4, on=date(2026, 8, 1))
    actions.freeze_quarter(Quarter(2026, 3))
    spring, summer = PeerGroup.objects.order_by("quarter")
    assert summer.computed_for == spring.quarter
    assert summer.figures == spring.figures


def test_a_group_and_its_neighbours_never_overlap(cast: Cast) -> None:
    for home in neighbours(cast, 5):
        Size.objects.create(establishment=home, places=80, stated_by=cast.alice, stated_on=SHOWN)
    neighbours(cast, 5, start=20)
    actions.freeze_quarter(SPRING)
    assert PeerGroup.objects.count() == 2
    members = list(PeerMember.objects.values_list("establishment_id", flat=True))
    assert len(members) == len(set(members)) == 10


def test_the_freeze_is_journaled_without_any_value(cast: Cast) -> None:
    neighbours(cast, 5)
    actions.freeze_quarter(SPRING)
    entry = JournalEntry.objects.get(act="freeze_peer_figures")
    assert entry.details == {"groups": 1}


def test_an_impossible_size_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="entre 1"):
        actions.state_size(establishment=cast.home, places=0, today=SHOWN, by=cast.alice)


def page(browser: Client, finess: str) -> str:
    return browser.get(f"/etablissements/{finess}/pairs/").content.decode()


def shown(cast: Cast, quarter: Quarter = SPRING) -> None:
    """Figures of a quarter whose day has come."""
    actions.freeze_quarter(quarter)
    PeerGroup.objects.update(shown_from=date(2026, 1, 1))


def test_the_page_shows_oneself_beside_the_others(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    neighbours(cast, 6)
    finished(cast.home, cast, 2)
    shown(cast)
    found = page(browser_of("alice"), cast.home.pk)
    assert "Vous, et des établissements comparables" in found
    assert "2e trimestre 2026" in found
    assert "EHPAD numéro" not in found


def test_before_its_day_a_figure_is_not_shown(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    neighbours(cast, 6)
    finished(cast.home, cast, 2)
    actions.freeze_quarter(SPRING)
    PeerGroup.objects.update(shown_from=date(2999, 1, 1))
    assert "Pas encore de comparaison" in page(browser_of("alice"), cast.home.pk)


def test_a_group_of_one_mind_shows_nothing(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    for n in range(5):
        finished(an_establishment(f"3500{n:05d}", name=f"EHPAD {n}"), cast, 0)
    finished(cast.home, cast, 0)
    shown(cast)
    assert "désigneraient quelqu’un" in page(browser_of("alice"), cast.home.pk)


@pytest.mark.parametrize(
    ("level", "said"), [(0, "premier quart"), (2, "moitié du milieu"), (4, "dernier quart")]
)
def test_the_sentence_blames_nobody(
    cast: Cast, browser_of: Callable[[str | None], Client], level: int, said: str
) -> None:
    for n, other in enumerate((1, 1, 2, 2, 3, 3)):
        finished(an_establishment(f"3500{n:05d}", name=f"EHPAD {n}"), cast, other)
    finished(cast.home, cast, level)
    shown(cast)
    assert said in page(browser_of("alice"), cast.home.pk)


def test_contributions_never_leave_the_database(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    neighbours(cast, 6)
    finished(cast.home, cast, 2)
    shown(cast)
    group = PeerGroup.objects.get()
    others = [finess for finess in group.contributions if finess != cast.home.pk]
    found = page(browser_of("alice"), cast.home.pk)
    assert not [finess for finess in others if finess in found]


def test_a_size_is_stated_on_its_page(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    alice = browser_of("alice")
    address = f"/etablissements/{cast.home.pk}/taille/"
    assert alice.post(address, {"places": "0"}).status_code == 422
    assert alice.post(address, {"places": "82"}).status_code == 302
    assert "82 places (de 60 à 119 places)" in page(alice, cast.home.pk)


def test_the_page_asks_the_same_queries_for_many_frameworks(
    cast: Cast, browser_of: Callable[[str | None], Client], django_assert_max_num_queries: Any
) -> None:
    neighbours(cast, 6)
    finished(cast.home, cast, 2)
    shown(cast)
    browser = browser_of("alice")
    page(browser, cast.home.pk)
    with django_assert_max_num_queries(16):
        found = page(browser, cast.home.pk)
    assert "Vous, et des établissements comparables" in found
