"""A regional officer at work: the list, its filters, its map, its views."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from factories.establishments import an_establishment
from factories.situations import an_action, an_audited
from rempart.web.apps.establishments.models import Category
from rempart.web.apps.steering.actions import rebuild_situations
from web.conftest import Cast
from web.e2e.conftest import NARROW, Look, PageAs

PORTFOLIO = "/portefeuille/"
HOMES = (
    ("220000104", "EHPAD Les Ajoncs", "22", "Lannion", 0),
    ("220000112", "Résidence du Port", "22", "Paimpol", 3),
    ("290000108", "EHPAD de la Rade", "29", "Brest", 1),
    ("290000116", "CH du Léon", "29", "Landerneau", 4),
    ("350000100", "EHPAD des Landes", "35", "Redon", 0),
    ("350000118", "CH de la Vilaine", "35", "Rennes", 2),
    ("560000102", "EHPAD du Blavet", "56", "Lorient", 0),
    ("560000110", "CH du Golfe", "56", "Vannes", 3),
)


@pytest.fixture
def region(cast: Cast) -> Cast:
    """A dozen establishments of Brittany, some with an audit, one of them late."""
    Category.objects.create(code="500", label="EHPAD", short_label="EHPAD")
    Category.objects.create(code="355", label="Centre hospitalier (CH)", short_label="CH")
    today = timezone.localdate()
    for finess, name, department, town, level in HOMES:
        found = an_establishment(
            finess,
            name=name,
            department=department,
            municipality=town,
            category="500" if name.startswith(("EHPAD", "Résidence")) else "355",
        )
        if level:
            measured = today - timedelta(days=40 * level)
            an_audited(found, cast.alice, level, measured_on=measured, at_most=level < 3)
        if level == 1:
            an_action(found, due_on=today - timedelta(days=9))
    an_audited(cast.hospital, cast.bob, 2, at_most=True, points_not_measured=13)
    rebuild_situations()
    return cast


def test_the_portfolio_breaks_no_rule_of_accessibility(
    region: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("rose", PORTFOLIO)
    expect(page.get_by_role("status")).to_contain_text("10 établissements")
    axe_clean(page)
    shoot(page, "portefeuille")
    shoot(page, "portefeuille-telephone", narrow=True)


def test_a_filter_refreshes_the_list_and_the_address(region: Cast, page_as: PageAs) -> None:
    page = page_as("rose", PORTFOLIO)
    page.get_by_label("Rechercher").press_sequentially("ehpad br")
    expect(page.get_by_role("status")).to_contain_text("1 établissement")
    expect(page.get_by_role("link", name="EHPAD de la Rade")).to_be_visible()
    assert "q=ehpad" in page.url
    expect(page.get_by_label("Rechercher")).to_be_focused()


def test_a_sort_survives_the_filter_that_follows(region: Cast, page_as: PageAs) -> None:
    page = page_as("rose", PORTFOLIO)
    page.get_by_role("link", name="Annuaire").click()
    expect(page.locator("[aria-sort]")).to_have_text("Annuaire ▲")
    page.get_by_role("combobox", name="Département").select_option("29")
    expect(page.get_by_role("status")).to_contain_text("2 établissements")
    expect(page.locator("tbody th").first).to_contain_text("EHPAD de la Rade")


def test_the_map_leads_to_a_department(region: Cast, page_as: PageAs) -> None:
    page = page_as("rose", PORTFOLIO)
    page.locator("a.land[href*='departement=56']").click()
    expect(page.get_by_role("combobox", name="Département")).to_have_value("56")
    expect(page.get_by_role("status")).to_contain_text("2 établissements")


def test_going_back_gives_the_list_that_was_there(region: Cast, page_as: PageAs) -> None:
    page = page_as("rose", PORTFOLIO)
    page.get_by_role("combobox", name="Audit d’annuaire").select_option("aucun")
    expect(page.get_by_role("status")).to_contain_text("4 établissements")
    page.go_back()
    expect(page.get_by_role("status")).to_contain_text("10 établissements")
    expect(page.locator("main")).to_have_count(1)


def test_everything_works_without_script(region: Cast, page_as: PageAs) -> None:
    page = page_as("rose", PORTFOLIO, java_script_enabled=False)
    page.get_by_role("combobox", name="Département").select_option("29")
    page.get_by_text("Plus de filtres").click()
    page.get_by_role("checkbox", name="Gestionnaire").check()
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("status")).to_contain_text("2 établissements")
    expect(page.get_by_role("columnheader", name="Gestionnaire")).to_be_visible()


def test_a_view_is_kept_and_found_again(region: Cast, page_as: PageAs) -> None:
    page = page_as("rose", f"{PORTFOLIO}?audit=aucun")
    page.get_by_text("Garder cette vue").click()
    page.get_by_label("Nom de la vue").fill("Sans audit")
    page.get_by_role("button", name="Garder", exact=True).click()
    expect(page.get_by_text("La vue « Sans audit » est gardée.")).to_be_visible()
    page.goto(PORTFOLIO)
    page.get_by_text("Vues", exact=True).click()
    page.get_by_role("link", name="Sans audit").click()
    expect(page.get_by_role("status")).to_contain_text("4 établissements")


def test_the_list_is_exported(region: Cast, page_as: PageAs) -> None:
    page = page_as("rose", f"{PORTFOLIO}?departement=29")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 3


def test_the_portfolio_fits_a_telephone(region: Cast, page_as: PageAs) -> None:
    page = page_as("rose", PORTFOLIO, viewport=NARROW)
    assert page.locator("html").evaluate("e => e.scrollWidth") <= NARROW["width"]
    expect(page.get_by_role("button", name="Menu")).to_be_visible()
