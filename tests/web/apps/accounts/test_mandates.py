"""Mandates: what they lend, for how long, to whom, and that they end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from factories.invitations import a_mandate, an_invitation, scope
from factories.people import a_person
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.accounts.actions import revoke_delegation
from rempart.web.apps.accounts.models import Delegation, Invitation
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from rempart.web.core.scope import DELEGABLE, Act, Level, Role
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
PAGE = "/etablissements/350000019/"


def lent(cast: Cast, who: str = "bob") -> set[str]:
    """What a person may do on the establishment of Alice."""
    one = Establishment.objects.filter(pk=cast.home.pk)
    held = scope(getattr(cast, who))
    return {act for act in Act if one.visible_to(held, act).exists()}


def test_a_mandate_lends_the_acts_that_were_chosen_and_no_other(cast: Cast) -> None:
    assert lent(cast) == set()
    a_mandate(cast.alice, cast.home, "bob@exemple.test", acts=[Act.SEE_FINDINGS])
    assert lent(cast) == {Act.SEE_ESTABLISHMENT, Act.SEE_PORTFOLIO, Act.SEE_FINDINGS}


def test_a_mandate_never_lends_to_invite_to_mandate_or_to_see_who_looked(cast: Cast) -> None:
    a_mandate(cast.alice, cast.home, "bob@exemple.test", acts=DELEGABLE)
    assert not lent(cast) & {Act.INVITE, Act.DELEGATE, Act.SEE_ACCESS}
    with pytest.raises(Refused, match="ne donne rien"):
        a_mandate(cast.alice, cast.home, "bob@exemple.test", acts=[Act.INVITE])


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_mandate_counts_from_its_first_day_to_its_last(
    cast: Cast, days: int, allowed: bool
) -> None:
    a_mandate(cast.alice, cast.home, "bob@exemple.test")
    there = scope_of(cast.bob, timezone.localdate() + timedelta(days=days))
    seen = Establishment.objects.visible_to(there, Act.SEE_FINDINGS).filter(pk=cast.home.pk)
    assert seen.exists() is allowed


def test_a_revoked_mandate_ends_at_once_and_stays_in_the_list(
    cast: Cast, browser_of: Browsers
) -> None:
    made = a_mandate(cast.alice, cast.home, "bob@exemple.test")
    assert browser_of("bob").get(PAGE).status_code == 200
    assert browser_of("alice").post(f"/mandats/{made.pk}/finir/").status_code == 302
    assert browser_of("bob").get(PAGE).status_code == 404
    assert "révoqué" in browser_of("alice").get(f"{PAGE}mandats/").content.decode()
    with pytest.raises(Refused, match="a déjà pris fin"):
        revoke_delegation(delegation=made, by=cast.alice)


@pytest.mark.parametrize(
    ("to", "code", "role", "level", "at"),
    [
        (Delegation.To.GROUPING, "BRE-07", Role.RSSI, Level.GROUPING, "BRE-07"),
        (Delegation.To.ADVISERS, "", Role.ADVISER, Level.REGION, "53"),
        (Delegation.To.OFFICERS, "", Role.REGIONAL_OFFICER, Level.REGION, "53"),
    ],
)
def test_an_organisation_is_mandated_through_the_roles_that_people_hold_in_it(
    cast: Cast, to: Delegation.To, code: str, role: Role, level: Level, at: str
) -> None:
    a_mandate(cast.alice, cast.home, code, to=to)
    inside = a_person("inside@exemple.test", role, level, at)
    other = a_person("other@exemple.test", Role.READER, Level.ESTABLISHMENT, "220000020")
    assert scope(inside).codes(Act.SEE_FINDINGS, Level.ESTABLISHMENT) == {"350000019"}
    assert scope(other).codes(Act.SEE_FINDINGS, Level.ESTABLISHMENT) == {"220000020"}


def test_a_mandate_to_the_region_does_not_reach_another_region(cast: Cast) -> None:
    a_mandate(cast.alice, cast.home, "", to=Delegation.To.ADVISERS)
    far = a_person("south@exemple.test", Role.ADVISER, Level.REGION, "93")
    assert scope(far).codes(Act.SEE_FINDINGS, Level.ESTABLISHMENT) == frozenset()


@pytest.mark.parametrize("who", ["bob", "rose", "nadia", "charlie"])
def test_only_the_establishment_gives_its_mandates(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="un droit que vous n’avez pas"):
        a_mandate(getattr(cast, who), cast.home, "charlie@exemple.test")


def test_somebody_who_is_mandated_cannot_mandate_in_turn(cast: Cast) -> None:
    a_mandate(cast.alice, cast.home, "bob@exemple.test", acts=DELEGABLE)
    with pytest.raises(Refused):
        a_mandate(cast.bob, cast.home, "charlie@exemple.test")


@pytest.mark.parametrize("period", [{"until_on": -1}, {"until_on": 400}])
def test_a_period_that_is_past_or_too_long_is_refused(cast: Cast, period: dict[str, int]) -> None:
    days = {k: timezone.localdate() + timedelta(days=n) for k, n in period.items()}
    with pytest.raises(Refused, match="période"):
        a_mandate(cast.alice, cast.home, "bob@exemple.test", **days)


def test_somebody_without_an_account_is_invited_to_open_one(
    cast: Cast, browser_of: Browsers
) -> None:
    a_mandate(cast.alice, cast.home, "rssi@exemple.test")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("rssi@exemple.test", "")
    opened = a_person("rssi@exemple.test")
    assert scope(opened).codes(Act.SEE_FINDINGS, Level.ESTABLISHMENT) == {"350000019"}


def test_an_invitation_made_for_a_mandate_ends_with_it(cast: Cast) -> None:
    made = a_mandate(cast.alice, cast.home, "rssi@exemple.test")
    revoke_delegation(delegation=made, by=cast.alice)
    assert not Invitation.objects.pending().exists()


def test_the_form_gives_a_mandate_and_the_journal_says_it(cast: Cast, browser_of: Browsers) -> None:
    today = timezone.localdate()
    sent: dict[str, Any] = {
        "to": "person",
        "email": "Bob@exemple.test",
        "acts": ["see_findings", "edit_plan"],
        "from_on": today.isoformat(),
        "until_on": (today + timedelta(days=90)).isoformat(),
        "reason": "RSSI mutualisé",
    }
    answer = browser_of("alice").post(f"{PAGE}mandats/donner/", sent)
    assert answer.status_code == 302
    assert Act.EDIT_PLAN in lent(cast)
    entry = JournalEntry.objects.get(act="grant_delegation")
    assert entry.details["acts"] == ["edit_plan", "see_findings"]


def test_a_form_that_names_nobody_is_refused_beside_its_field(
    cast: Cast, browser_of: Browsers
) -> None:
    answer = browser_of("alice").post(f"{PAGE}mandats/donner/", {"to": "person"})
    assert answer.status_code == 422
    assert "à qui vous donnez ce mandat" in answer.content.decode()


def test_whoever_is_mandated_finds_it_on_their_own_page(cast: Cast, browser_of: Browsers) -> None:
    a_mandate(cast.alice, cast.home, "bob@exemple.test")
    seen = browser_of("bob").get("/compte/mandats/").content.decode()
    assert "EHPAD Les Genêts" in seen
    assert "voir les constats" in seen


def test_the_scope_costs_two_queries_however_much_it_holds(
    cast: Cast, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(2):
        scope(cast.bob)
    for k in range(5):
        a_mandate(cast.alice, cast.home, "bob@exemple.test", reason=str(k))
    an_invitation(cast.alice)
    with django_assert_num_queries(2):
        assert len(scope(cast.bob).grants) == 6
