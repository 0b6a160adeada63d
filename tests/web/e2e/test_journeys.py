"""Whole journeys: a nursing home, the RSSI of a GHT, a regional officer, and someone who must see nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tools.sample_directories import made

from factories.audits import MARCH, a_control, a_deposit, a_report
from rempart.web.apps.accounts.models import Membership, User
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.models import (
    Establishment,
    Grouping,
    GroupingMember,
    Operator,
)
from rempart.web.apps.frameworks.actions import load_shipped
from rempart.web.core import jobs
from rempart.web.demo import seed
from web.conftest import Cast
from web.demo.conftest import TODAY

PageAs = Callable[..., Page]
Look = Callable[..., None]
HOSPITAL = "/etablissements/220000020/"


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()


@pytest.fixture
def demo(settings: Any, cast: Cast) -> None:
    """A demonstration with the establishments of its people, in place of the cast."""
    for rows in (Membership, User, GroupingMember, Grouping, Establishment, Operator):
        rows.objects.all().delete()
    settings.DEMO = True
    settings.ROOT_URLCONF = "support.demo_urls"
    load_shipped()
    seed.begin(TODAY)


def test_a_nursing_home_finds_its_level_its_next_action_and_what_changed(
    demo: None, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as(None, "/demo/")
    axe_clean(page)
    shoot(page, "demonstration")
    page.get_by_role("button", name="Entrer comme Alice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("EHPAD Les Genêts (inventé)")
    expect(page.get_by_text("les audits et les chiffres sont inventés")).to_be_visible()
    expect(page.get_by_text("1 en retard")).to_be_visible()
    axe_clean(page)
    shoot(page, "etablissement")
    page.locator("summary", has_text="Annuaire").click()
    page.get_by_role("link", name="Voir l’audit").click()
    expect(page.get_by_role("heading", name="Depuis l’audit du")).to_be_visible()
    axe_clean(page)


def test_a_rssi_deposits_a_collection_then_a_mended_one_and_sees_the_difference(
    cast: Cast, page_as: PageAs, tmp_path: Path
) -> None:
    page = page_as("bob", HOSPITAL)
    for rank, (mended, title) in enumerate(((0, "niveau 1"), (5, "niveau"))):
        file = tmp_path / f"collecte-{rank}.zip"
        file.write_bytes(made("hopital.test", users=30, mended=mended))
        page.goto(f"{HOSPITAL}audits/deposer/")
        page.get_by_label("Fichiers").set_input_files(file)
        page.get_by_role("button", name="Déposer et analyser").click()
        expect(page.get_by_text("En attente d’une place")).to_be_visible()
        jobs.perform(Audit.objects.latest("pk").job_id or 0)
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"hopital.test : {title}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3")
    expect(page.get_by_role("heading", name="Depuis l’audit du")).to_be_visible()


def test_rose_reads_levels_and_no_finding_and_charlie_reads_nothing(
    cast: Cast, page_as: PageAs
) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a", level=1), on=MARCH))
    page = page_as("rose", "/portefeuille/")
    page.get_by_label("Annuaire").first.select_option("1")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("link", name="EHPAD Les Genêts")).to_be_visible()
    expect(page.get_by_role("link", name="Centre hospitalier de démonstration")).to_have_count(0)
    for name, paths in {
        "rose": [f"/audits/{audit.pk}/"],
        "charlie": [f"/audits/{audit.pk}/", "/etablissements/350000019/"],
    }.items():
        for path in paths:
            answer = page_as(name).request.get(path)
            assert answer.status in (403, 404), (name, path)
            assert "Genêts" not in answer.text()


def test_a_token_is_made_shown_once_and_revoked(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("alice", "/compte/jetons/")
    page.get_by_label("Nom").fill("inventaire")
    page.get_by_label("Voir la fiche et la situation").check()
    axe_clean(page)
    page.get_by_role("button", name="Faire le jeton").click()
    expect(page.get_by_text("rempart_").first).to_be_visible()
    axe_clean(page)
    page.goto("/compte/jetons/")
    shoot(page, "jetons")
    page.get_by_role("button", name="Révoquer").click()
    expect(page.get_by_text("révoqué", exact=True)).to_be_visible()


def test_the_documentation_of_the_api_breaks_no_rule(
    cast: Cast, page_as: PageAs, axe_clean: Look
) -> None:
    page = page_as(None, "/api/")
    for summary in page.locator("details > summary").all():
        summary.click()
    expect(page.get_by_text("Déposer un audit")).to_be_visible()
    axe_clean(page)
