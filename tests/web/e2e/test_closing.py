"""Leaving, being helped with a lost phone, and seeing where one is signed in, as people do."""

from collections.abc import Callable

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from playwright.sync_api import Page, expect

from factories.people import PASSWORD, a_person
from rempart.web.apps.accounts.models import User
from rempart.web.core.scope import Level, Role
from web.conftest import Cast

PageAs = Callable[..., Page]
Look = Callable[..., None]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"


def test_a_session_is_closed_from_another_place(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    entered = {"login": "alice@exemple.test", "password": PASSWORD}
    elsewhere = Client(headers={"User-Agent": FIREFOX})
    elsewhere.post("/compte/connexion/", entered)
    page = page_as(None, "/compte/connexion/")
    page.get_by_label("Adresse électronique").fill("alice@exemple.test")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_role("link", name="Se déconnecter")).to_be_visible()
    page.goto("/compte/")
    page.get_by_role("link", name="Connexions ouvertes").click()
    axe_clean(page)
    shoot(page, "connexions")
    page.get_by_role("button", name="Fermer la connexion de Firefox").click()
    expect(page.get_by_text("La connexion est fermée.")).to_be_visible()
    assert elsewhere.get("/compte/").status_code == 302


def test_a_lost_phone_then_a_departure_are_seen_to_from_the_list_of_people(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    lea = a_person("lea@exemple.test", Role.DIRECTION, Level.ESTABLISHMENT, "350000019")
    TOTP.activate(lea, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    page = page_as("alice", "/etablissements/350000019/acces/")
    page.get_by_role("link", name="Compte de Lea Essai").click()
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    axe_clean(page)
    shoot(page, "compte-d-une-personne")
    page.get_by_text("Réinitialiser le second facteur").click()
    page.get_by_role("button", name="Réinitialiser").click()
    expect(page.get_by_text("est réinitialisé")).to_be_visible()
    page.get_by_role("button", name="Fermer ce compte").click()
    expect(page.get_by_text("Le compte de Lea Essai est fermé.")).to_be_visible()
    assert not User.objects.get(pk=lea.pk).is_active


def test_the_last_lead_is_warned_before_leaving(
    cast: Cast, page_as: PageAs, axe_clean: Look
) -> None:
    page = page_as("alice", "/compte/fermer/")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text("Personne pour prendre la suite")).to_be_visible()
    axe_clean(page)
    page.get_by_role("button", name="Fermer mon compte").click()
    axe_clean(page)
    page.get_by_label("Je sais qu’il n’y aura plus").check()
    page.get_by_role("button", name="Fermer mon compte").click()
    expect(page.get_by_text("Votre compte est fermé.")).to_be_visible()
