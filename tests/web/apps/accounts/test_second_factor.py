"""Second factors: asked of the roles that see a region, sealed in the database, and never a way round."""

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from pytest_django import Settings

from factories.people import PASSWORD
from rempart.web.core.errors import Refused
from rempart.web.core.sealing import seal, unseal
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ENTER = {"login": "rose@exemple.test", "password": PASSWORD}


def code_of(secret: str, late: int = 0) -> str:
    """What the application of the person shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + late)))


def entered(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_a_role_that_wants_a_second_factor_may_do_nothing_before_it(
    cast: Cast, browser_of: Browsers, settings: Settings
) -> None:
    settings.SECOND_FACTOR_ROLES = ["regional_officer"]
    answer = browser_of("rose").get("/etablissements/350000019/", follow=True)
    assert answer.redirect_chain == [("/compte/second-facteur/", 302)]
    assert "demande un second facteur" in answer.content.decode()
    assert browser_of("alice").get("/etablissements/350000019/").status_code == 200


def test_nothing_is_allowed_even_to_a_post_before_it(
    cast: Cast, browser_of: Browsers, settings: Settings
) -> None:
    settings.SECOND_FACTOR_ROLES = ["regional_officer"]
    sent = {"email": "x@exemple.test", "role": "adviser", "level": "region", "code": "53"}
    answer = browser_of("rose").post("/invitations/inviter/", sent)
    assert answer["Location"] == "/compte/second-facteur/"


def test_once_it_is_there_the_role_works(
    cast: Cast, browser_of: Browsers, settings: Settings
) -> None:
    settings.SECOND_FACTOR_ROLES = ["regional_officer"]
    TOTP.activate(cast.rose, SECRET)
    assert browser_of("rose").get("/etablissements/350000019/").status_code == 200


def test_the_installation_asks_it_of_regions_advisers_and_the_nation() -> None:
    from rempart.web.config.settings import base

    assert {*base.SECOND_FACTOR_ROLES} == {"regional_officer", "adviser", "national_cert"}


def test_a_password_alone_does_not_enter_where_a_second_factor_is(
    cast: Cast, browser_of: Browsers
) -> None:
    TOTP.activate(cast.rose, SECRET)
    browser = browser_of(None)
    answer = browser.post("/compte/connexion/", ENTER)
    assert answer["Location"].startswith("/compte/second-facteur/verifier/")
    assert not entered(browser)
    assert browser.get("/etablissements/350000019/").status_code == 302
    browser.post("/compte/second-facteur/verifier/", {"code": code_of(SECRET)})
    assert entered(browser)


def test_a_code_that_is_wrong_or_already_used_does_not_enter(
    cast: Cast, browser_of: Browsers
) -> None:
    TOTP.activate(cast.rose, SECRET)
    used = code_of(SECRET)
    browser, thief = browser_of(None), browser_of(None)
    browser.post("/compte/connexion/", ENTER)
    browser.post("/compte/second-facteur/verifier/", {"code": used})
    thief.post("/compte/connexion/", ENTER)
    again = thief.post("/compte/second-facteur/verifier/", {"code": used})
    assert "Code incorrect" in again.content.decode()
    assert entered(browser)
    assert not entered(thief)


def test_a_recovery_code_enters_once(cast: Cast, browser_of: Browsers) -> None:
    TOTP.activate(cast.rose, SECRET)
    code = RecoveryCodes.activate(cast.rose).get_unused_codes()[0]
    results = []
    for _ in range(2):
        browser = browser_of(None)
        browser.post("/compte/connexion/", ENTER)
        browser.post("/compte/second-facteur/verifier/", {"code": code})
        results.append(entered(browser))
    assert results == [True, False]


def test_an_application_is_added_through_the_pages(cast: Cast, browser_of: Browsers) -> None:
    browser = browser_of(None)
    browser.post("/compte/connexion/", ENTER | {"login": "alice@exemple.test"})
    assert browser.get("/compte/application/activer/")["Location"].startswith("/compte/confirmer/")
    browser.post("/compte/confirmer/", {"password": PASSWORD})
    page = browser.get("/compte/application/activer/").content.decode()
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found
    browser.post("/compte/application/activer/", {"code": code_of(found[1])})
    kinds = Authenticator.objects.filter(user=cast.alice).values_list("type", flat=True)
    assert {*kinds} == {"totp", "recovery_codes"}


def test_the_secrets_are_sealed_in_the_database(cast: Cast) -> None:
    TOTP.activate(cast.rose, SECRET)
    RecoveryCodes.activate(cast.rose)
    kept = {row.type: row.data for row in Authenticator.objects.all()}
    assert SECRET not in str(kept)
    assert unseal(kept["totp"]["secret"]) == SECRET
    assert kept["recovery_codes"]["seed"].startswith("gAAAA")


def test_a_changed_key_still_opens_while_the_old_one_is_a_fallback(settings: Settings) -> None:
    sealed = seal("secret")
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another key"
    with pytest.raises(Refused, match="ne s’ouvre plus"):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed) == "secret"


def test_the_same_secret_is_never_sealed_twice_alike() -> None:
    assert seal("secret") != seal("secret")


def test_too_many_wrong_passwords_close_the_door_for_a_while(
    cast: Cast, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    for _ in range(5):
        browser.post("/compte/connexion/", ENTER | {"password": "faux"})
    answer = browser.post("/compte/connexion/", ENTER)
    assert not entered(browser)
    assert "Trop de tentatives" in answer.content.decode()
