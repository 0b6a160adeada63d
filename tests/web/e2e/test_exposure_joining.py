"""The report of another tool, as people give it: joined to the last sweep, and a table whose columns they say."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from factories.joining import TABLE, a_swept_home, an_nmap_file
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import jobs
from web.conftest import Cast

PageAs = Callable[..., Page]
Look = Callable[..., None]
HOME = "/etablissements/350000019/exposition/"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def perform_last() -> None:
    """Read what was given last."""
    jobs.perform(ExposureAudit.objects.latest("pk").job_id or 0)


def test_the_report_of_another_tool_is_joined_and_read(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look, tmp_path: Path
) -> None:
    a_swept_home(cast.home, cast.alice)
    file = tmp_path / "scan.xml"
    file.write_bytes(an_nmap_file())
    page = page_as("alice", HOME)
    page.get_by_role("link", name="Joindre un autre outil").click()
    axe_clean(page)
    shoot(page, "exposition-joindre")
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Joindre").click()
    expect(page.get_by_text("En attente d’une place")).to_be_visible()
    axe_clean(page)
    perform_last()
    expect(page.get_by_role("heading", name="Ce que disent les autres outils")).to_be_visible()
    expect(page.get_by_role("heading", name="Hors périmètre")).to_be_visible()
    axe_clean(page)
    page.get_by_role("link", name="Voir les constats").click()
    page.get_by_label("Constaté par").select_option("un autre outil seul")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_text("constaté par nmap seul")).to_be_visible()
    axe_clean(page)
    page.goto(HOME)
    page.get_by_role("heading", name="Ce que disent les autres outils").scroll_into_view_if_needed()
    shoot(page, "exposition-autres-outils")


def test_the_columns_of_a_table_are_said_by_a_person(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look, tmp_path: Path
) -> None:
    a_swept_home(cast.home, cast.alice)
    file = tmp_path / "audit-etat.csv"
    file.write_text(TABLE, encoding="cp1252")
    page = page_as("alice", f"{HOME}joindre/")
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Joindre").click()
    expect(page.get_by_text("En attente d’une place")).to_be_visible()
    perform_last()
    expect(page.get_by_role("heading", level=1)).to_have_text("Que donne chaque colonne ?")
    axe_clean(page)
    shoot(page, "exposition-colonnes")
    page.get_by_role("button", name="Lire ce tableau").click()
    expect(page.get_by_role("link", name="D’où vient ce tableau ?")).to_be_visible()
    axe_clean(page)
    page.get_by_label("D’où vient ce tableau ?").fill("audit de l’État")
    page.get_by_role("button", name="Lire ce tableau").click()
    expect(page.get_by_text("En attente d’une place")).to_be_visible()
    perform_last()
    expect(page.get_by_text("« audit-etat.csv » (audit de l’État)").first).to_be_visible()
    axe_clean(page)
