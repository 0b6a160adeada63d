"""An action shared between the members of a GHT: one action, a part in each plan."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories.establishments import an_establishment
from factories.findings import a_measure, a_shared_action, an_observation
from rempart.web.apps.establishments.models import Establishment, GroupingMember
from rempart.web.apps.remediation import actions, proposing, sharing
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.planning import SharedAction
from rempart.web.apps.remediation.states import State
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from web.apps.remediation.test_choosing import a_content_measure
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
MARCH = date(2026, 3, 1)
PLAN = "/regroupements/BRE-07/plan/"


@pytest.fixture
def site(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Establishment:
    """Another member of Bob's GHT; both have the same finding, and a measure can be shared for it."""
    other = an_establishment("220000038", name="Site du littoral", operator=cast.hospital.operator)
    known = {"both": a_content_measure("both", "vuln_x", "vuln_y", days=8, is_shareable=True)}
    for module in (proposing, sharing):
        monkeypatch.setattr(module, "measures", lambda: known)
    for member in (cast.hospital, other):
        a_measure(member, an_observation("vuln_x"), an_observation("vuln_y"))
    return other


def shared(
    cast: Cast, *members: Establishment, parts: tuple[float, ...] = (75, 25)
) -> SharedAction:
    return sharing.share_action(
        grouping=GroupingMember.objects.get().grouping,
        values=sharing.SharedValues("Acheter ensemble", content_measure="both", days=8, euros=1000),
        parts=dict(zip(members, parts, strict=True)),
        today=MARCH,
        by=cast.bob,
    )


def test_each_member_has_its_part_of_the_cost_on_its_own_findings(
    cast: Cast, site: Establishment
) -> None:
    row = shared(cast, cast.hospital, site)
    parts = {p.establishment_id: p for p in Action.objects.filter(shared=row)}
    assert [(p.days_low, p.euros_high) for p in (parts[cast.hospital.pk], parts[site.pk])] == [
        (6, 750),
        (2, 250),
    ]
    for part in parts.values():
        assert {f.establishment_id for f in part.findings.all()} == {part.establishment_id}
        assert part.findings.count() == 2
    assert JournalEntry.objects.get(act="share_action").actor_id == cast.bob.pk


@pytest.mark.parametrize("parts", [(50, 40), (100, 0), (120, -20)])
def test_the_parts_make_a_hundred(
    cast: Cast, site: Establishment, parts: tuple[float, ...]
) -> None:
    with pytest.raises(Refused, match="100"):
        shared(cast, cast.hospital, site, parts=parts)


def test_one_alone_shares_nothing(cast: Cast, site: Establishment) -> None:
    with pytest.raises(Refused, match="deux"):
        shared(cast, site, parts=(100,))


def test_what_was_proposed_to_a_member_alone_is_not_proposed_any_more(
    cast: Cast, site: Establishment
) -> None:
    actions.propose_measures(establishment=site, today=MARCH, by=cast.bob)
    shared(cast, cast.hospital, site)
    actions.propose_measures(establishment=site, today=MARCH, by=cast.bob)
    mine = Action.objects.filter(establishment=site).open()
    assert [a.title for a in mine] == ["Acheter ensemble"]


def test_what_two_members_lack_is_offered_to_share_and_prefilled(
    cast: Cast, site: Establishment, browser_of: Browsers
) -> None:
    bob = browser_of("bob")
    assert "Mesure both" in bob.get(PLAN).text
    form = bob.get(f"{PLAN}partager/?mesure=both").text
    assert form.count('value="50.0"') == 2
    values = {"title": "Ensemble", "content_measure": "both", "days": 8}
    values |= {f"part_{cast.hospital.pk}": 60, f"part_{site.pk}": 40}
    answer = bob.post(f"{PLAN}partager/", values)
    row = SharedAction.objects.get()
    assert answer.headers["Location"] == f"{PLAN}{row.pk}/"
    assert "Mesure both" not in bob.get(PLAN).text
    assert "Site du littoral" in bob.get(f"{PLAN}{row.pk}/").text


def test_parts_that_do_not_make_a_hundred_are_refused_in_the_form(
    cast: Cast, site: Establishment, browser_of: Browsers
) -> None:
    values = {"title": "X", f"part_{cast.hospital.pk}": 60, f"part_{site.pk}": 10}
    answer = browser_of("bob").post(f"{PLAN}partager/", values)
    assert (answer.status_code, SharedAction.objects.exists()) == (422, False)


def test_every_part_is_started_then_closed_at_once(
    cast: Cast, site: Establishment, browser_of: Browsers
) -> None:
    row, bob = shared(cast, cast.hospital, site), browser_of("bob")
    address = f"{PLAN}{row.pk}/etat/"
    bob.post(address, {"event": "start"})
    assert {a.state for a in Action.objects.filter(shared=row)} == {State.UNDER_WAY}
    assert bob.post(address, {"event": "close"}).status_code == 422
    bob.post(address, {"event": "close", "done_on": "2026-03-02", "note": "Contrat signé."})
    assert {a.state for a in Action.objects.filter(shared=row)} == {State.CLOSED}
    assert bob.post(address, {"event": "plan"}).status_code == 409


def test_abandoning_for_all_wants_a_reason(
    cast: Cast, site: Establishment, browser_of: Browsers
) -> None:
    row, bob = shared(cast, cast.hospital, site), browser_of("bob")
    address = f"{PLAN}{row.pk}/etat/"
    assert bob.post(address, {"event": "abandon"}).status_code == 422
    bob.post(address, {"event": "abandon", "reason": "Appel d’offres sans suite."})
    assert {a.state for a in Action.objects.filter(shared=row)} == {State.ABANDONED}


def test_a_member_that_has_left_goes_on_alone(
    cast: Cast, site: Establishment, browser_of: Browsers
) -> None:
    row = shared(cast, cast.hospital, cast.home)
    browser_of("bob").post(f"{PLAN}{row.pk}/etat/", {"event": "start"})
    states = dict(Action.objects.filter(shared=row).values_list("establishment_id", "state"))
    assert states == {cast.hospital.pk: State.UNDER_WAY, cast.home.pk: State.PLANNED}


def test_a_member_sees_its_own_part_and_not_the_plan_of_the_others(
    cast: Cast, site: Establishment, browser_of: Browsers
) -> None:
    row = shared(cast, cast.hospital, cast.home)
    part = Action.objects.get(establishment=cast.home)
    page = browser_of("alice").get(f"/actions/{part.pk}/").text
    assert "votre part : 25 %" in page
    assert browser_of("alice").get(f"{PLAN}{row.pk}/").status_code == 404


def test_the_plan_of_a_region_leads_to_what_its_grouping_shares(
    cast: Cast, browser_of: Browsers
) -> None:
    assert PLAN in browser_of("bob").get("/plan/").text
    assert PLAN not in browser_of("alice").get("/plan/").text


@pytest.mark.parametrize("count", [2, 12])
def test_the_page_of_a_grouping_asks_as_much_whatever_its_length(
    cast: Cast, site: Establishment, browser_of: Browsers, count: int
) -> None:
    for _ in range(count):
        a_shared_action(cast.bob, "BRE-07", cast.hospital, site)
    bob = browser_of("bob")
    bob.get(PLAN)
    with CaptureQueriesContext(connection) as queries:
        bob.get(PLAN)
    assert len(queries) <= 16
