"""Accounts as people open, protect and lend them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from factories.invitations import a_mandate, an_invitation
from factories.people import PASSWORD, a_person
from rempart.web.apps.accounts.models import AccessRecord, Delegation, User
from rempart.web.config.sso import RULES
from rempart.web.core.scope import Level, Role
from support.oidc import CLIENT, SECRET, provider
from web.conftest import Cast

PageAs = Callable[..., Page]
Look = Callable[..., None]
HOME = "/etablissements/350000019/"
ALICE = {
    "sub": "sujet",
    "email": "alice@exemple.test",
    "given_name": "Alice",
    "usual_name": "Essai",
}


def with_authenticator(page: Page) -> None:
    """A device that has a passkey ready, and whose owner always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_an_invitation_opens_an_account(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    sent = an_invitation(cast.alice)
    page = page_as(None, f"/invitations/350000019/{sent.token}/")
    axe_clean(page)
    shoot(page, "invitation")
    page.get_by_label("Prénom").fill("Paul")
    page.get_by_label("Nom", exact=True).fill("Essai")
    page.get_by_label("Mot de passe").fill("court")
    page.get_by_role("button", name="Ouvrir mon compte").click()
    expect(page.get_by_role("alert")).to_contain_text("trop court")
    expect(page.get_by_label("Prénom")).to_have_value("Paul")
    axe_clean(page)
    page.get_by_label("Mot de passe").fill("le train de nuit pour Rennes")
    page.get_by_role("button", name="Ouvrir mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("EHPAD Les Genêts")
    assert User.objects.filter(email="paul@exemple.test").exists()


def test_a_passkey_is_added_then_signs_in_without_a_password(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as(None, "/compte/connexion/")
    with_authenticator(page)
    axe_clean(page)
    shoot(page, "connexion")
    page.get_by_label("Adresse électronique").fill("alice@exemple.test")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.goto("/compte/cles/ajouter/")
    axe_clean(page)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    axe_clean(page)
    page.get_by_label("Nom de la clé").fill("Mon ordinateur")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Codes de secours")
    axe_clean(page)
    page.goto("/compte/deconnexion/")
    axe_clean(page)
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("EHPAD Les Genêts")


def test_a_mandate_is_given_used_seen_and_revoked(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    alice = page_as("alice", f"{HOME}mandats/")
    axe_clean(alice)
    alice.get_by_role("link", name="Donner un mandat").click()
    axe_clean(alice)
    alice.get_by_label("Adresse de la personne").fill("bob@exemple.test")
    alice.get_by_label("Pourquoi").fill("RSSI mutualisé du GHT Armor")
    alice.get_by_role("heading", level=1).scroll_into_view_if_needed()
    shoot(alice, "donner-un-mandat")
    alice.get_by_role("button", name="Donner le mandat").click()
    expect(alice.get_by_role("cell", name="en cours")).to_be_visible()
    axe_clean(alice)
    bob = page_as("bob", "/compte/mandats/")
    bob.get_by_role("link", name="EHPAD Les Genêts").click()
    expect(bob.get_by_role("heading", level=1)).to_contain_text("EHPAD Les Genêts")
    alice.get_by_role("link", name="Qui a consulté").click()
    expect(alice.get_by_role("row", name="bob@exemple.test")).to_contain_text("mandataire")
    axe_clean(alice)
    shoot(alice, "qui-a-consulte")
    alice.goto(f"{HOME}mandats/")
    alice.get_by_role("button", name="Révoquer").click()
    expect(alice.get_by_role("cell", name="révoqué")).to_be_visible()
    assert Delegation.objects.get().revoked_by == cast.alice
    assert AccessRecord.objects.filter(user=cast.bob).exists()


@pytest.mark.parametrize(
    "path",
    ["acces/", "acces/inviter/", "consultations/", "../../compte/", "../../compte/mandats/",
     "../../compte/second-facteur/", "../../compte/mot-de-passe/", "../../compte/identites/",
     "../../compte/cles/", "../../invitations/", "../../compte/sur-invitation/"],
)  # fmt: skip
def test_each_page_of_access_holds_to_the_rules(
    cast: Cast, page_as: PageAs, axe_clean: Look, path: str
) -> None:
    an_invitation(cast.alice)
    a_mandate(cast.alice, cast.home, "bob@exemple.test")
    page = page_as("alice", f"{HOME}{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe_clean(page)


def test_a_role_ends_only_once_it_is_confirmed(
    cast: Cast, page_as: PageAs, axe_clean: Look
) -> None:
    a_person("lea@exemple.test", Role.READER, Level.ESTABLISHMENT, "350000019")
    page = page_as("alice", f"{HOME}acces/")
    row = page.get_by_role("row", name="lea@exemple.test")
    row.get_by_text("Mettre fin").click()
    axe_clean(page)
    row.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("status")).to_contain_text("a pris fin")
    expect(page.get_by_role("row", name="lea@exemple.test")).to_have_count(0)


def test_proconnect_signs_in_under_the_policy_of_the_pages(
    cast: Cast, page_as: PageAs, live_server: LiveServer, settings: Settings
) -> None:
    with provider(ALICE) as op:
        own = dict(RULES["PROCONNECT"])
        app = {
            "provider_id": "proconnect", "name": own.pop("name"), "client_id": CLIENT,
            "secret": SECRET, "settings": own | {"server_url": op.discovery},
        }  # fmt: skip
        settings.SOCIALACCOUNT_PROVIDERS = {"health": {"APPS": [app]}}
        settings.PUBLIC_URL = live_server.url
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        origin = op.issuer.removesuffix("/api/v2")
        directives = policy | {"form-action": [*policy["form-action"], origin]}
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}
        page = page_as(None, "/compte/connexion/")
        page.get_by_role("button", name="ProConnect").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("EHPAD Les Genêts")
    assert op.refused == []
