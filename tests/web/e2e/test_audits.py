"""An audit from its deposit to its verified actions, as people click."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from factories.audits import APRIL, MARCH, a_control, a_deposit, a_report
from factories.findings import an_action
from rempart.kernel.outcome import Outcome
from rempart.render.outputs import encoded
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.core import jobs
from support import reports
from web.conftest import Cast

PageAs = Callable[..., Page]
Look = Callable[..., None]
HOME = "/etablissements/350000019/"
SAMPLE = Path(__file__).parents[3] / "samples" / "chu-exemple.zip"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_a_collection_is_deposited_and_its_level_read(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("alice", HOME)
    page.locator("summary", has_text="Annuaire").click()
    page.get_by_role("link", name="Déposer un audit").first.click()
    page.get_by_label("Fichiers").set_input_files(SAMPLE)
    page.get_by_label("Analyser sans conserver la collecte").check()
    axe_clean(page)
    shoot(page, "deposer-un-audit")
    page.get_by_role("button", name="Déposer et analyser").click()
    expect(page.get_by_text("En attente d’une place")).to_be_visible()
    axe_clean(page)
    jobs.perform(Audit.objects.get().job_id or 0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("chu.test : niveau 1")
    expect(page.get_by_text("non conservés")).to_be_visible()
    axe_clean(page)
    shoot(page, "audit")
    for summary in page.locator("details > summary").all():
        summary.click()
    axe_clean(page)


def test_a_later_audit_shows_what_was_mended(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    dns, keys, tickets = "vuln_dnsadmins", "vuln_krbtgt", "vuln_kerberos_properties_preauth"
    a_deposit(cast.home, cast.alice, a_report(a_control(dns, level=1), a_control(keys), on=MARCH))
    after = (a_control(dns, Outcome.PASSED, level=1), a_control(keys), a_control(tickets))
    audit = a_deposit(cast.home, cast.alice, a_report(*after, on=APRIL))
    page = page_as("alice", f"/audits/{audit.pk}/")
    expect(page.get_by_role("heading", name="Depuis l’audit du")).to_be_visible()
    shoot(page, "difference")
    page.goto(f"{HOME}audits/")
    expect(page.get_by_text("Le niveau passe de 1 à 2 sur 5")).to_be_visible()
    axe_clean(page)
    shoot(page, "audits")


def test_a_file_that_cannot_be_read_says_what_to_do(
    cast: Cast, page_as: PageAs, axe_clean: Look, tmp_path: Path
) -> None:
    drawing = tmp_path / "collecte.json"
    drawing.write_text("<svg onload='alert(1)'/>", encoding="utf-8")
    page = page_as("alice", f"{HOME}audits/deposer/")
    page.get_by_label("Fichiers").set_input_files(drawing)
    page.get_by_role("button", name="Déposer et analyser").click()
    expect(page.get_by_role("alert")).to_contain_text("est une image SVG")
    axe_clean(page)
    audit = a_deposit(cast.home, cast.alice, b'{"title": "tronqu')
    page.goto(f"/audits/{audit.pk}/")
    expect(page.get_by_role("link", name="Déposer de nouveau")).to_be_visible()
    axe_clean(page)


def test_an_action_is_closed_by_a_person_and_verified_by_an_audit(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("vuln_krbtgt", level=2), on=MARCH))
    page = page_as("alice", f"{HOME}plan/")
    axe_clean(page)
    page.get_by_role("link", name="Choisir des actions").click()
    axe_clean(page)
    page.get_by_role("link", name="Changer la clé maîtresse de l’annuaire").click()
    axe_clean(page)
    page.get_by_label("Qui s’en charge").fill("Prestataire informatique")
    page.get_by_role("button", name="Mettre au plan").click()
    expect(page.get_by_text("planifiée")).to_be_visible()
    expect(page.get_by_text("Prestataire informatique")).to_be_visible()
    page.get_by_label("Fait le").fill("2026-03-15")
    page.get_by_label("Ce qui a été fait").fill("Corrigé avec le prestataire, ticket 1204.")
    page.get_by_role("button", name="Déclarer faite").click()
    expect(page.get_by_text("close (déclarée)")).to_be_visible()
    expect(page.get_by_text("un prochain audit le dira")).to_be_visible()
    a_deposit(
        cast.home, cast.alice, a_report(a_control("vuln_krbtgt", Outcome.PASSED, level=2), on=APRIL)
    )
    page.reload()
    expect(page.get_by_text("qui a cherché le défaut et ne l’a plus trouvé")).to_be_visible()
    axe_clean(page)
    shoot(page, "action-verifiee")


def test_the_plan_is_filtered_without_leaving_the_page(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    a_deposit(cast.home, cast.alice, encoded(reports.sample()))
    an_action(cast.home, cast.alice, title="Tester la restauration", due_on=MARCH, half_days=1)
    for months, action in enumerate(
        Action.objects.filter(state="proposed").order_by("rank")[:3], 1
    ):
        day = timezone.localdate() + timedelta(30 * months)
        who = "Prestataire informatique"
        Action.objects.filter(pk=action.pk).update(state="planned", due_on=day, owner_function=who)
    page = page_as("alice", f"{HOME}plan/")
    shoot(page, "plan")
    page.get_by_role("link", name="Tout, et chercher").click()
    page.get_by_label("État").select_option("en retard")
    expect(page.get_by_role("link", name="Corriger")).to_have_count(0)
    expect(page.get_by_role("link", name="Tester la restauration")).to_be_visible()
    assert "etat=retard" in page.url
    axe_clean(page)
    page.goto(f"{HOME}plan/ajouter/?constat={Finding.objects.first().pk}")  # type: ignore[union-attr]
    axe_clean(page)
    page.goto(f"{HOME}constats/")
    axe_clean(page)
    page.goto(f"/constats/{Finding.objects.get(key='exposure').pk}/")
    axe_clean(page)
    page.goto(HOME)
    axe_clean(page)
    assert Action.objects.overdue(APRIL).count() == 1
