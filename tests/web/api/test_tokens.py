"""Tokens open what their owner may do now, and no more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from factories.invitations import scope
from rempart.web.api.actions import make_token, revoke_token
from rempart.web.api.models import ApiToken
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.accounts.closing import close_account
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from rempart.web.core.scope import Act

HOME = "/api/v1/establishments/350000019"


def test_a_token_opens_what_its_owner_may_see(script: Callable[..., Client]) -> None:
    assert script("alice").get(HOME).json()["name"] == "EHPAD Les Genêts"


def test_a_narrowed_token_does_less_than_its_owner(script: Callable[..., Client]) -> None:
    only_seeing = script("alice", Act.SEE_ESTABLISHMENT)
    assert only_seeing.get(HOME).json()["acts"] == ["see_establishment"]
    assert only_seeing.get("/api/v1/journal").status_code == 403


def test_a_token_never_does_more_than_its_owner(script: Callable[..., Client]) -> None:
    everything = script("rose", *Act)
    assert "see_findings" not in everything.get(HOME).json()["acts"]


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": timezone.now() - timedelta(minutes=1)},
        {"revoked_at": timezone.now()},
    ],
    ids=["expired", "revoked"],
)
def test_a_dead_token_opens_nothing(script: Callable[..., Client], fields: dict[str, Any]) -> None:
    answer = script("alice", **fields).get(HOME)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "Ce jeton est inconnu, expiré ou révoqué."


def test_a_token_dies_with_the_account_of_its_owner(
    script: Callable[..., Client], cast: Any
) -> None:
    calling = script("alice")
    close_account(person=cast.alice, scope=scope(cast.alice), by=cast.alice, is_acknowledged=True)
    assert calling.get(HOME).status_code == 401


def test_a_wrong_token_is_not_made_good_by_a_session(cast: Any) -> None:
    browser = Client(headers={"Authorization": "Bearer rempart_faux"})
    browser.force_login(cast.alice)
    assert browser.get(HOME).status_code == 401


def test_a_call_without_a_token_is_told_how_to_get_one(cast: Any) -> None:
    answer = Client().get(HOME)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="rempart"')
    assert "Authorization: Bearer" in answer.json()["todo"]


def test_the_last_use_of_a_token_is_written(script: Callable[..., Client]) -> None:
    calling = script("alice")
    calling.get(HOME)
    first = ApiToken.objects.get().last_used_at
    calling.get(HOME)
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first


def test_nobody_makes_a_token_beyond_their_rights(cast: Any) -> None:
    scope = scope_of(cast.rose, timezone.localdate())
    with pytest.raises(Refused, match="des droits que vous n’avez pas"):
        make_token(by=cast.rose, scope=scope, name="x", acts=[Act.EDIT_PLAN], days=30)
    assert not ApiToken.objects.exists()


def test_a_token_for_nothing_or_for_ever_is_refused(cast: Any) -> None:
    scope = scope_of(cast.rose, timezone.localdate())
    with pytest.raises(Refused, match="ne permettrait rien"):
        make_token(by=cast.rose, scope=scope, name="x", acts=[], days=30)
    with pytest.raises(Refused, match="durée"):
        make_token(by=cast.rose, scope=scope, name="x", acts=[Act.SEE_PORTFOLIO], days=9999)


def test_making_and_revoking_are_in_the_journal_and_the_secret_is_not(cast: Any) -> None:
    scope = scope_of(cast.alice, timezone.localdate())
    token, secret = make_token(
        by=cast.alice, scope=scope, name="inventaire", acts=[Act.SEE_ESTABLISHMENT], days=30
    )
    revoke_token(by=cast.alice, token_id=token.pk)
    entries = JournalEntry.objects.filter(object_kind="token")
    assert [e.act for e in entries] == ["make_token", "revoke_token"]
    assert secret not in str([e.details for e in entries]) + token.digest


def test_only_its_owner_revokes_a_token(cast: Any) -> None:
    scope = scope_of(cast.alice, timezone.localdate())
    token, _ = make_token(
        by=cast.alice, scope=scope, name="x", acts=[Act.SEE_ESTABLISHMENT], days=30
    )
    with pytest.raises(Refused, match="n’existe pas"):
        revoke_token(by=cast.charlie, token_id=token.pk)


def test_a_write_by_session_needs_the_token_of_the_page(cast: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    answer = browser.post(f"{HOME}/actions", {"title": "x"}, content_type="application/json")
    assert (answer.status_code, "CSRF" in answer.json()["detail"]) == (403, True)


def test_the_page_shows_the_secret_of_a_new_token_once(browser_of: Callable[..., Client]) -> None:
    browser = browser_of("alice")
    asked = {"name": "inventaire", "acts": ["see_establishment"], "days": 90}
    made = browser.post("/compte/jetons/", asked).content.decode()
    again = browser.get("/compte/jetons/").content.decode()
    assert "ne sera plus jamais montré" in made
    assert "ne sera plus jamais montré" not in again
    assert ApiToken.objects.get().start in again


def test_a_token_without_rights_is_asked_again(browser_of: Callable[..., Client]) -> None:
    answer = browser_of("alice").post("/compte/jetons/", {"name": "x", "days": 90})
    assert answer.status_code == 422
    assert "Cochez au moins un droit." in answer.content.decode()


def test_a_token_is_revoked_from_the_page(
    browser_of: Callable[..., Client], script: Callable[..., Client]
) -> None:
    calling = script("alice")
    browser_of("alice").post(f"/compte/jetons/{ApiToken.objects.get().pk}/revoquer/")
    assert calling.get(HOME).status_code == 401
