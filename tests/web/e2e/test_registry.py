"""The registry, as the person who keeps it uses it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from rempart.web.apps.establishments.models import Establishment, RegistryImport
from rempart.web.core import jobs
from support.registry_files import REAL, SAMPLES, a_file, a_site

PageAs = Callable[..., Page]
Look = Callable[..., None]


@pytest.fixture(autouse=True)
def own_data(settings: Settings, tmp_path: Path) -> None:
    """Stored files go to a folder of the test."""
    settings.DATA = tmp_path / "data"


def work(page: Page) -> None:
    """Leave the page, as it says one can, do what the worker would, and come back."""
    expect(page.locator("#avancement")).to_have_count(1)
    here = page.url
    page.goto("about:blank")
    done = jobs.perform(RegistryImport.objects.latest("pk").job_id or 0)
    assert done.state == done.State.DONE, done.error
    page.goto(here)
    expect(page.locator("#avancement")).to_have_count(0)


def test_a_file_is_compared_read_then_written(
    page_as: PageAs, axe_clean: Look, shoot: Look, tmp_path: Path
) -> None:
    page = page_as("nadia", "/registre/")
    axe_clean(page)
    page.get_by_label("Fichiers du registre").set_input_files(
        [a_stock(tmp_path), SAMPLES / "categories.csv"]
    )
    page.get_by_role("button", name="Comparer avec le registre").click()
    expect(page.get_by_text("En attente d’un moment libre")).to_be_visible()
    axe_clean(page)
    work(page)
    expect(page.get_by_text("date « hier », attendue sous la forme AAAA-MM-JJ")).to_be_visible()
    axe_clean(page)
    shoot(page, "registre-diff")
    assert not Establishment.objects.filter(pk="010000024").exists()
    page.get_by_role("button", name="Écrire dans le registre").click()
    work(page)
    expect(page.get_by_text(re.compile("Écrit le"))).to_be_visible()
    assert Establishment.objects.get(pk="010000024").name == "CH DE FLEYRIAT"


def a_stock(folder: Path) -> Path:
    """The real lines, and one that cannot be read."""
    lines = REAL.read_text("utf-8").splitlines()[1:]
    return a_file(folder, *lines, a_site("350000068", dateouv="hier"))


def test_a_file_of_something_else_is_refused_in_the_form(
    page_as: PageAs, tmp_path: Path, axe_clean: Look
) -> None:
    page = page_as("nadia", "/registre/")
    picture = tmp_path / "logo.csv"
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    page.get_by_label("Fichiers du registre").set_input_files(picture)
    with page.expect_response(lambda r: r.status == 422):
        page.get_by_role("button", name="Comparer avec le registre").click()
    expect(page.get_by_text("logo.csv est une image SVG").first).to_be_visible()
    axe_clean(page)


def test_an_establishment_is_found_by_words_and_says_where_it_stands(
    page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    Establishment.objects.filter(pk="350000019").update(
        longitude=-1.68, latitude=48.11, postal_code="35000"
    )
    page = page_as("rose", "/etablissements/")
    page.get_by_label("Mots à chercher").fill("ehpad GENETS rennes")
    expect(page.locator("#resultats tbody tr")).to_have_count(1)
    axe_clean(page)
    page.get_by_role("link", name="EHPAD Les Genêts").click()
    expect(page.get_by_role("heading", name="EHPAD Les Genêts")).to_be_visible()
    axe_clean(page)

    page.get_by_role("link", name="Association Ker").click()
    expect(page.get_by_role("heading", name="Ses établissements")).to_be_visible()
    axe_clean(page)


def test_a_grouping_shows_its_sites(page_as: PageAs, axe_clean: Look) -> None:
    page = page_as("bob", "/etablissements/220000020/")
    page.locator("summary", has_text="Fiche du registre").click()
    page.get_by_role("link", name="GHT Armor").first.click()
    expect(page.get_by_role("link", name="Centre hospitalier de démonstration")).to_be_visible()
    axe_clean(page)
