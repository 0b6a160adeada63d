"""The pages of accounts: all in French, all in our layout, and none that opens an account by itself."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.urls import reverse

from factories.people import PASSWORD
from rempart.web.apps.accounts.library import ENTRANCE, OWN
from rempart.web.core import jobs
from rempart.web.core.models import Job
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
ENGLISH = re.compile(
    r"\b(the|your|you|password|sign (in|out|up)|account|email|address|code is|security key|please|used|passkey|"
    r"add|edit|remove|name|master|backup|authenticator|cancel|confirm|recovery|third-party|enter|current|forgot|activate|error)\b",
    re.IGNORECASE,
)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ARGUED = {"account_reset_password_from_key", "mfa_remove_webauthn", "mfa_edit_webauthn"}
NOT_PAGES = {"mfa_login_webauthn", "mfa_download_recovery_codes"}
PAGES = sorted({str(p.name) for p in (*ENTRANCE, *OWN)} - ARGUED - NOT_PAGES)


def words_of(page: str) -> str:
    """What a person reads: without tags, addresses, scripts, and what assistive technology does not say."""
    page = re.sub(r"<(script|style|svg|code|pre)\b.*?</\1>", " ", page, flags=re.DOTALL)
    said = re.findall(r'(?:placeholder|aria-label|title|alt|value)="([^"]*)"', page)
    return re.sub(r"<[^>]+>", " ", page) + " ".join(said)


def leaks(page: str) -> list[str]:
    """The English words that a person would read."""
    return [found.group() for found in ENGLISH.finditer(words_of(page))]


def entered(email: str, browser: Client) -> Client:
    """Signed in by the form, and confirmed: the pages that protect an account ask again who you are."""
    browser.post("/compte/connexion/", {"login": email, "password": PASSWORD})
    browser.post("/compte/confirmer/", {"password": PASSWORD})
    return browser


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_accounts_says_no_english(cast: Cast, browser_of: Browsers, name: str) -> None:
    browser = entered("alice@exemple.test", browser_of(None))
    if "recovery" in name or "deactivate" in name or name == "mfa_reauthenticate":
        TOTP.activate(cast.alice, SECRET)
        RecoveryCodes.activate(cast.alice)
    if name in {"account_login", "account_reset_password"}:
        browser = browser_of(None)
    answer = browser.get(reverse(name), follow=True)
    assert answer.status_code == (401 if name == "socialaccount_login_error" else 200)
    assert 'lang="fr"' in answer.content.decode()
    assert leaks(answer.content.decode()) == []


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("account_login", {}),
        ("account_login", {"login": "alice@exemple.test", "password": "faux"}),
        ("account_login", {"login": "pas une adresse", "password": "faux"}),
        ("account_reset_password", {}),
        ("account_reset_password", {"email": "pas une adresse"}),
    ],
)
def test_an_error_of_accounts_says_no_english(
    cast: Cast, browser_of: Browsers, name: str, sent: dict[str, str]
) -> None:
    answer = browser_of(None).post(reverse(name), sent)
    assert "callout bad" in answer.content.decode()
    assert leaks(answer.content.decode()) == []


@pytest.mark.parametrize(
    "name", ["account_change_password", "mfa_activate_totp", "mfa_add_webauthn"]
)
def test_an_error_of_one_s_own_pages_says_no_english(
    cast: Cast, browser_of: Browsers, name: str
) -> None:
    browser = entered("alice@exemple.test", browser_of(None))
    sent = {"oldpassword": "faux", "password1": "court", "password2": "autre", "code": "000000"}
    answer = browser.post(reverse(name), sent)
    assert leaks(answer.content.decode()) == []


@pytest.mark.parametrize("page", ["", "mandats/", "sur-invitation/"])
def test_our_own_pages_of_accounts_answer(cast: Cast, browser_of: Browsers, page: str) -> None:
    answer = browser_of("alice").get(f"/compte/{page}")
    assert answer.status_code == 200
    assert leaks(answer.content.decode()) == []


def test_the_account_page_says_roles_places_and_protection(
    cast: Cast, browser_of: Browsers
) -> None:
    page = browser_of("alice").get("/compte/").content.decode()
    for expected in ("référent cybersécurité", "EHPAD Les Genêts", "350000019", "absent"):
        assert expected in page


def test_the_keys_of_a_person_are_listed_renamed_and_removed(
    cast: Cast, browser_of: Browsers
) -> None:
    browser = entered("alice@exemple.test", browser_of(None))
    key = Authenticator.objects.create(
        user=cast.alice, type="webauthn", data={"name": "Clé bleue", "credential": {}}
    )
    assert "Clé bleue" in browser.get("/compte/cles/").content.decode()
    for page in ("renommer", "retirer"):
        shown = browser.get(f"/compte/cles/{key.pk}/{page}/")
        assert shown.status_code == 200
        assert leaks(shown.content.decode()) == []
    browser.post(f"/compte/cles/{key.pk}/retirer/")
    assert not Authenticator.objects.exists()


def test_nobody_touches_the_key_of_another(cast: Cast, browser_of: Browsers) -> None:
    key = Authenticator.objects.create(user=cast.alice, type="webauthn", data={"name": "Clé"})
    browser = entered("charlie@exemple.test", browser_of(None))
    assert browser.post(f"/compte/cles/{key.pk}/retirer/").status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_nobody_opens_an_account_alone(db: None, browser_of: Browsers) -> None:
    sent = {"email": "x@exemple.test", "password1": PASSWORD, "password2": PASSWORD}
    answer = browser_of(None).post(reverse("account_signup"), sent)
    assert "sur invitation" in answer.content.decode()
    assert Job.objects.count() == 0


def test_a_forgotten_password_is_chosen_again_by_the_link_of_a_message(
    cast: Cast, browser_of: Browsers
) -> None:
    browser = browser_of(None)
    browser.post(reverse("account_reset_password"), {"email": "alice@exemple.test"})
    jobs.perform(Job.objects.get().pk)
    body = str(mail.outbox[0].body)
    found = re.search(r"http://testserver(/\S+)", body)
    assert found
    assert leaks(body.replace(found[0], "")) == []
    form = browser.get(found[1], follow=True)
    page = form.redirect_chain[0][0]
    browser.post(page, {"password1": "un autre mot de passe", "password2": "un autre mot de passe"})
    cast.alice.refresh_from_db()
    assert cast.alice.check_password("un autre mot de passe")
    assert "ne vaut plus" in browser_of(None).get(found[1], follow=True).content.decode()


def test_a_password_asked_for_an_unknown_address_says_the_same_and_writes_to_nobody(
    cast: Cast, browser_of: Browsers
) -> None:
    known, unknown = (
        browser_of(None).post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in ("alice@exemple.test", "inconnu@exemple.test")
    )
    assert known.redirect_chain == unknown.redirect_chain
    assert Job.objects.count() == 1


def test_a_change_of_password_is_told_to_its_owner(cast: Cast, browser_of: Browsers) -> None:
    browser = entered("alice@exemple.test", browser_of(None))
    new = "encore un autre, plus long"
    browser.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    jobs.perform(Job.objects.get().pk)
    assert "mot de passe a été changé" in str(mail.outbox[0].body)
