"""Signing in by ProConnect and Pro Santé Connect, against a provider that refuses what their rules refuse."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client
from joserfc.jwk import RSAKey
from pytest_django import Settings

from factories.invitations import an_invitation
from rempart.web.apps.accounts.models import Membership, User
from rempart.web.apps.accounts.second_factor import BY_PROVIDER
from rempart.web.config.sso import RULES
from support.oidc import CLIENT, SECRET, Provider, provider
from support.parts import LOOPBACK
from web.conftest import Cast

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
Browsers = Callable[[str | None], Client]
ALICE = {
    "sub": "sujet-alice",
    "email": "Alice@exemple.test",
    "given_name": "Alice",
    "usual_name": "Essai",
    "siret": "13002526500013",
}
DOCTOR = {
    "sub": "f:550dc1c8:899700000000",
    "SubjectNameID": "899700000000",
    "given_name": "Paul",
    "family_name": "Médecin",
}


@pytest.fixture
def opened(settings: Settings) -> Callable[..., Any]:
    """A provider that is configured here: `with opened(ALICE) as op`."""

    @contextmanager
    def serve(
        person: dict[str, Any], rules: str = "proconnect", **fields: Any
    ) -> Iterator[Provider]:
        with provider(person, rules=rules, **fields) as op:
            own = dict(RULES[{"proconnect": "PROCONNECT", "psc": "PSC"}[rules]])
            app = {
                "provider_id": rules,
                "name": own.pop("name"),
                "client_id": CLIENT,
                "secret": SECRET,
                "settings": own | {"server_url": op.discovery},
            }
            settings.SOCIALACCOUNT_PROVIDERS = {"health": {"APPS": [app]}}
            settings.PUBLIC_URL = "http://testserver"
            yield op

    return serve


def sign_in(browser: Client, rules: str = "proconnect", query: str = "") -> HttpResponse:
    """Go to the provider as a browser would, and come back."""
    away = browser.post(f"/compte/sso/{rules}/{query}")
    assert away.status_code == 302, away.content.decode()
    answer = requests.get(away["Location"], allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return browser.get(f"{back.path}?{back.query}")


def who(browser: Client) -> str:
    """The address of whoever is signed in, or nothing."""
    number = browser.session.get("_auth_user_id")
    return User.objects.get(pk=number).email if number else ""


def test_a_known_address_that_proconnect_vouches_for_signs_in(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    with opened(ALICE) as op:
        assert sign_in(browser)["Location"] == "/"
    assert who(browser) == "alice@exemple.test"
    assert op.refused == []


def test_the_identity_is_found_again_when_its_address_changes(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    with opened(ALICE):
        sign_in(browser_of(None))
    browser = browser_of(None)
    with opened(ALICE | {"email": "alice.mariee@exemple.test"}):
        sign_in(browser)
    assert who(browser) == "alice@exemple.test"
    assert SocialAccount.objects.count() == 1


def test_little_is_kept_of_an_identity(cast: Cast, opened: Any, browser_of: Browsers) -> None:
    with opened(ALICE | {"birthdate": "1980-01-01", "phone_number": "0299000000"}):
        sign_in(browser_of(None))
    assert set(SocialAccount.objects.get().extra_data) == {"sub", "email", "siret", "acr"}


def test_an_unknown_identity_opens_no_account(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    with opened(ALICE | {"email": "inconnu@exemple.test"}):
        answer = sign_in(browser)
    assert answer.status_code == 403
    assert "n’ouvre pas de compte" in answer.content.decode()
    assert who(browser) == ""
    assert not User.objects.filter(email="inconnu@exemple.test").exists()


def test_an_identity_accepts_the_invitation_whose_link_was_opened(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    sent = an_invitation(cast.alice)
    browser = browser_of(None)
    with opened(ALICE | {"sub": "paul", "email": "paul@exemple.test", "given_name": "Paul"}):
        browser.get(f"/invitations/350000019/{sent.token}/")
        sign_in(browser)
    assert who(browser) == "paul@exemple.test"
    paul = User.objects.get(email="paul@exemple.test")
    assert not paul.has_usable_password()
    assert Membership.objects.get(user=paul).code == "350000019"


def test_an_identity_with_another_address_does_not_take_the_invitation(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    sent = an_invitation(cast.alice)
    browser = browser_of(None)
    with opened(ALICE | {"sub": "eve", "email": "eve@exemple.test"}):
        browser.get(f"/invitations/350000019/{sent.token}/")
        answer = sign_in(browser)
    assert answer.status_code == 409
    assert "dit eve@exemple.test" in answer.content.decode()
    assert not User.objects.filter(email__in=["eve@exemple.test", "paul@exemple.test"]).exists()


def test_a_professional_accepts_by_pro_sante_connect_and_the_rpps_number_is_kept(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    sent = an_invitation(cast.alice)
    browser = browser_of(None)
    with opened(DOCTOR, "psc", signs_userinfo=False) as op:
        browser.get(f"/invitations/350000019/{sent.token}/")
        sign_in(browser, "psc")
    assert op.refused == []
    assert who(browser) == "paul@exemple.test"
    assert SocialAccount.objects.get().extra_data["rpps"] == "99700000000"
    assert browser.session[BY_PROVIDER] is True


def test_an_address_that_pro_sante_connect_says_proves_nothing(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    with opened(DOCTOR | {"email": "alice@exemple.test"}, "psc"):
        answer = sign_in(browser, "psc")
    assert answer.status_code == 403
    assert who(browser) == ""


def test_nothing_that_our_address_says_reaches_proconnect(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    with opened(ALICE) as op:
        sign_in(browser_of(None), query="?auth_params=prompt%3Dnone&scope=offline_access")
    assert op.refused == []


def test_state_and_nonce_are_long_and_new_each_time(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    with opened(ALICE):
        asked = [
            parse_qs(urlsplit(browser.post("/compte/sso/proconnect/")["Location"]).query)
            for _ in "12"
        ]
    values = [one[name][0] for one in asked for name in ("state", "nonce")]
    assert len(set(values)) == 4
    assert min(map(len, values)) >= 32


def test_two_tabs_can_sign_in_each_with_its_own_nonce(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    with opened(ALICE):
        first = browser.post("/compte/sso/proconnect/")["Location"]
        browser.post("/compte/sso/proconnect/")
        back = urlsplit(requests.get(first, allow_redirects=False, timeout=5).headers["Location"])
        browser.get(f"{back.path}?{back.query}")
    assert who(browser) == "alice@exemple.test"


REFUSALS: dict[str, dict[str, Any]] = {
    "another nonce": {"wrong": {"nonce": "x" * 43}},
    "no nonce": {"wrong": {"nonce": None}},
    "another issuer": {"wrong": {"iss": "https://ailleurs.test"}},
    "another audience": {"wrong": {"aud": "autre"}},
    "two audiences without ours authorised": {"wrong": {"aud": [CLIENT, "autre"], "azp": "autre"}},
    "an ended token": {"wrong": {"exp": 1}},
    "a token without end": {"wrong": {"exp": None}},
    "another person in the user information": {"wrong_userinfo": {"sub": "eve"}},
    "user information for another client": {"wrong_userinfo": {"aud": "autre"}},
    "user information that is not signed": {"signs_userinfo": False},
    "a discovery under another name": {"wrong_issuer": "https://ailleurs.test"},
    "another key": {"signing": RSAKey.generate_key(2048, {"kid": "k1"})},
}


@pytest.mark.parametrize("case", [*REFUSALS])
def test_an_answer_that_is_not_as_it_must_be_signs_nobody_in(
    cast: Cast, opened: Any, browser_of: Browsers, case: str
) -> None:
    browser = browser_of(None)
    fields = dict(REFUSALS[case])
    with opened(ALICE) as op:
        late = fields.pop("wrong_issuer", "")
        for name, value in fields.items():
            setattr(op, name, value)
        away = browser.post("/compte/sso/proconnect/")
        answer = requests.get(away["Location"], allow_redirects=False, timeout=5)
        op.wrong_issuer = late
        back = urlsplit(answer.headers["Location"])
        refused = browser.get(f"{back.path}?{back.query}")
    assert "n’a pas abouti" in refused.content.decode()
    assert who(browser) == ""


def test_a_weaker_authentication_than_asked_is_refused_with_what_to_do(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    with opened(DOCTOR, "psc", acr="eidas0"):
        answer = sign_in(browser, "psc")
    assert "trop faible (eidas0)" in answer.content.decode()
    assert who(browser) == ""


def test_a_code_comes_back_once(cast: Cast, opened: Any, browser_of: Browsers) -> None:
    browser, thief = browser_of(None), browser_of(None)
    with opened(ALICE):
        away = browser.post("/compte/sso/proconnect/")["Location"]
        back = urlsplit(requests.get(away, allow_redirects=False, timeout=5).headers["Location"])
        stolen = thief.get(f"{back.path}?{back.query}")
    assert "n’a pas abouti" in stolen.content.decode()
    assert who(thief) == ""


def test_a_provider_that_does_not_answer_is_said(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    with opened(ALICE):
        pass
    answer = browser_of(None).post("/compte/sso/proconnect/")
    assert "n’a pas abouti" in answer.content.decode()


def test_a_second_factor_at_the_provider_counts_here(
    cast: Cast, opened: Any, browser_of: Browsers, settings: Settings
) -> None:
    settings.SECOND_FACTOR_ROLES = ["regional_officer"]
    weak, strong = browser_of(None), browser_of(None)
    rose = ALICE | {"sub": "rose", "email": "rose@exemple.test"}
    with opened(rose):
        sign_in(weak)
    with opened(rose, amr=["pwd", "otp", "mfa"]):
        sign_in(strong)
    assert weak.get("/etablissements/350000019/")["Location"] == "/compte/second-facteur/"
    assert strong.get("/etablissements/350000019/").status_code == 200


def test_the_session_of_the_provider_is_closed_with_ours(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    with opened(ALICE) as op:
        sign_in(browser)
        away = urlsplit(browser.post("/compte/deconnexion/")["Location"])
    said = parse_qs(away.query)
    assert away.path == "/api/v2/logout"
    assert op.issuer.startswith(f"{away.scheme}://{away.netloc}")
    assert said["post_logout_redirect_uri"] == ["http://testserver/compte/connexion/"]
    assert len(said["state"][0]) >= 32
    assert who(browser) == ""


def test_somebody_signed_in_links_an_identity_to_the_account(
    cast: Cast, opened: Any, browser_of: Browsers
) -> None:
    browser = browser_of("bob")
    with opened(DOCTOR, "psc"):
        sign_in(browser, "psc", "?process=connect")
    assert SocialAccount.objects.get().user == cast.bob


def test_an_unknown_provider_does_not_exist(db: None, browser_of: Browsers) -> None:
    assert browser_of(None).post("/compte/sso/ailleurs/").status_code == 404
