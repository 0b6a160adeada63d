"""Who has access to an establishment, and how a role ends."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories.invitations import an_invitation, scope
from factories.people import a_person
from rempart.web.apps.accounts.actions import end_membership
from rempart.web.apps.accounts.models import Invitation, Membership
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from rempart.web.core.scope import Level, Role
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
PAGE = "/etablissements/350000019/acces/"


def of(cast: Cast, who: str) -> Membership:
    return Membership.objects.get(user=getattr(cast, who))


def test_the_page_names_everybody_who_has_access_and_by_what(
    cast: Cast, browser_of: Browsers
) -> None:
    seen = browser_of("alice").get(PAGE).content.decode()
    for expected in ("alice@exemple.test", "rose@exemple.test", "nadia@exemple.test"):
        assert expected in seen
    assert "bob@exemple.test" not in seen
    assert "charlie@exemple.test" not in seen


def test_a_role_that_ends_closes_the_door_at_once(cast: Cast, browser_of: Browsers) -> None:
    reader = a_person("lea@exemple.test", Role.READER, Level.ESTABLISHMENT, "350000019")
    browser = Client()
    browser.force_login(reader)
    assert browser.get("/etablissements/350000019/").status_code == 200
    held = Membership.objects.get(user=reader)
    assert browser_of("alice").post(f"/acces/{held.pk}/finir/").status_code == 302
    assert browser.get("/etablissements/350000019/").status_code == 403
    assert JournalEntry.objects.get(act="end_membership").establishment == "350000019"


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_a_role_of_elsewhere_does_not_exist(cast: Cast, browser_of: Browsers, who: str) -> None:
    answer = browser_of(who).post(f"/acces/{of(cast, 'alice').pk}/finir/")
    assert answer.status_code == 404
    assert of(cast, "alice").ended_at is None


def test_nobody_ends_the_role_of_a_wider_level(cast: Cast, browser_of: Browsers) -> None:
    answer = browser_of("alice").post(f"/acces/{of(cast, 'rose').pk}/finir/")
    assert answer.status_code == 404
    assert of(cast, "rose").ended_at is None


def test_a_region_ends_the_role_of_a_referent_who_left(cast: Cast, browser_of: Browsers) -> None:
    assert browser_of("rose").post(f"/acces/{of(cast, 'alice').pk}/finir/").status_code == 302
    assert of(cast, "alice").ended_at is not None


def test_one_leaves_one_s_own_role(cast: Cast, browser_of: Browsers) -> None:
    assert browser_of("alice").post(f"/acces/{of(cast, 'alice').pk}/finir/").status_code == 302
    assert of(cast, "alice").ended_at is not None


def test_the_last_national_account_cannot_leave(cast: Cast) -> None:
    with pytest.raises(Refused, match="dernier compte national"):
        end_membership(membership=of(cast, "nadia"), scope=scope(cast.nadia), by=cast.nadia)


def test_a_role_ends_once(cast: Cast) -> None:
    held = of(cast, "alice")
    end_membership(membership=held, scope=scope(cast.alice), by=cast.alice)
    with pytest.raises(Refused, match="a déjà pris fin"):
        end_membership(membership=held, scope=scope(cast.rose), by=cast.rose)


def test_an_invitation_of_elsewhere_cannot_be_cancelled(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice)
    answer = browser_of("charlie").post(f"/invitations/{sent.invitation.pk}/annuler/")
    assert answer.status_code == 404
    assert Invitation.objects.pending().exists()


def test_the_form_invites_and_says_it(cast: Cast, browser_of: Browsers) -> None:
    answer = browser_of("alice").post(
        f"{PAGE}inviter/", {"email": "paul@exemple.test", "role": "reader"}, follow=True
    )
    assert "Invitation envoyée à paul@exemple.test" in answer.content.decode()
    assert Invitation.objects.get().email == "paul@exemple.test"


def test_the_wide_form_refuses_a_place_out_of_reach_on_the_form(
    cast: Cast, browser_of: Browsers
) -> None:
    sent = {"email": "x@exemple.test", "role": "adviser", "level": "region", "code": "93"}
    answer = browser_of("rose").post("/invitations/inviter/", sent)
    assert answer.status_code == 422
    assert "ne permet pas" in answer.content.decode()


def test_a_code_goes_with_every_level_but_the_nation(cast: Cast, browser_of: Browsers) -> None:
    sent = {"email": "x@exemple.test", "role": "national_cert", "level": "national", "code": "53"}
    answer = browser_of("nadia").post("/invitations/inviter/", sent)
    assert answer.status_code == 422
    assert "n’a pas de code" in answer.content.decode()


def queries_of(page: str, browser: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(page).status_code == 200
    return len(seen)


@pytest.mark.parametrize(
    ("page", "make"),
    [
        (PAGE, lambda cast, k: a_person(f"p{k}@exemple.test", Role.READER, Level.ESTABLISHMENT, "350000019")),
        (PAGE, lambda cast, k: an_invitation(cast.alice, f"p{k}@exemple.test")),
        ("/invitations/", lambda cast, k: an_invitation(cast.alice, f"p{k}@exemple.test")),
    ],
)  # fmt: skip
def test_a_list_costs_the_same_queries_for_5_and_for_50(
    cast: Cast, browser_of: Browsers, page: str, make: Callable[[Cast, int], Any]
) -> None:
    browser = browser_of("alice")
    for k in range(5):
        make(cast, k)
    few = queries_of(page, browser)
    for k in range(5, 50):
        make(cast, k)
    assert queries_of(page, browser) == few
