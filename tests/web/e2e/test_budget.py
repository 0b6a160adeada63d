"""The budget and the calendar, as a référente uses them."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from factories.establishments import an_establishment
from rempart.content.knowledge import frameworks
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import actions
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.recording import ASSESSMENT, Observation
from rempart.web.apps.remediation.rules import Look as Looked
from web.conftest import Cast
from web.e2e.conftest import Look, PageAs

PLAN = "/etablissements/350000019/plan/"


def an_assessment(establishment: Establishment, by: User) -> None:
    """A gap in each question of the thirteen themes."""
    actions.record_findings(
        establishment=establishment, source_kind=ASSESSMENT, source_id="1", source_label="Les 13 thèmes",
        measured_on=timezone.localdate() - timedelta(3), subject="esms13", by=by,
        findings=[
            Observation(i.id, Looked.SEEN, i.title[:300], i.severity, weight=0.75)
            for i in frameworks()["esms13"].items
        ],
    )  # fmt: skip


@pytest.fixture
def assessed(cast: Cast, settings: Settings, tmp_path: Path) -> Cast:
    """A nursing home that has answered: a gap in each of the thirteen themes, and the measures for them."""
    settings.DATA = tmp_path
    an_assessment(cast.home, cast.alice)
    actions.propose_measures(establishment=cast.home, today=timezone.localdate(), by=cast.alice)
    return cast


def test_a_budget_gives_a_calendar_that_is_kept_and_tried_without_scripts(
    assessed: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("alice", PLAN + "calendrier/")
    axe_clean(page)
    page.get_by_role("link", name="Indiquer le budget").click()
    axe_clean(page)
    page.get_by_label("Euros par trimestre").fill("1500")
    page.get_by_label("Jours de travail par trimestre").fill("3")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("heading", name="Pourquoi pas les autres").wait_for()
    axe_clean(page)
    shoot(page, "budget-et-calendrier")
    page.get_by_role("link", name="200 % des euros").click()
    page.get_by_text("C’est un essai").wait_for()
    page.get_by_role("link", name="revenir au budget").click()
    page.get_by_role("button", name="Retenir ce calendrier").click()
    page.get_by_text("Calendrier retenu").wait_for()
    assert Action.objects.filter(state="planned", due_on__isnull=False).exists()
    axe_clean(page)


def test_the_slider_asks_again_by_itself(assessed: Cast, page_as: PageAs) -> None:
    page = page_as("alice", PLAN + "calendrier/budget/")
    page.get_by_label("Euros par trimestre").fill("1500")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_label("Euros, en % du budget").fill("50")
    page.get_by_label("Euros, en % du budget").dispatch_event("change")
    page.get_by_text("50 % des euros", exact=False).first.wait_for()
    page.get_by_text("C’est un essai").wait_for()


def test_a_risk_is_accepted_until_a_day_by_a_function(
    assessed: Cast, page_as: PageAs, axe_clean: Look
) -> None:
    action = Action.objects.first()
    assert action is not None
    page = page_as("alice", f"/actions/{action.pk}/")
    page.get_by_text("Accepter ce risque pour un temps").click()
    page.get_by_label("Jusqu’au").fill((timezone.localdate() + timedelta(90)).isoformat())
    page.get_by_label("Fonction qui accepte").fill("Direction")
    page.locator("#accept_reason").fill("Le changement d’éditeur est prévu en avril.")
    page.get_by_role("button", name="Accepter le risque").click()
    page.get_by_text("par Direction").first.wait_for()
    axe_clean(page)


def test_a_measure_is_shared_between_two_hospitals_of_a_group(
    cast: Cast, settings: Settings, tmp_path: Path, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    settings.DATA = tmp_path
    site = an_establishment("220000038", name="Site du littoral", operator=cast.hospital.operator)
    for member in (cast.hospital, site):
        an_assessment(member, cast.bob)
    page = page_as("bob", "/plan/")
    page.get_by_role("link", name="Actions partagées").click()
    axe_clean(page)
    shoot(page, "actions-partagees")
    page.get_by_role("link", name="Partager :").first.click()
    axe_clean(page)
    page.get_by_role("button", name="Mettre dans leurs plans").click()
    page.get_by_text("L’action est dans le plan de chaque établissement").wait_for()
    axe_clean(page)
    page.get_by_role("button", name="Commencer l’action pour tous").click()
    page.get_by_text("2 parts ont changé").wait_for()
    assert Action.objects.filter(shared__isnull=False, state="under_way").count() == 2
