"""The file of a programme, as the RSSI of a GHT uses it, and what the region reads of it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from factories.assessments import an_assessment, answered
from factories.establishments import an_operator
from factories.funding import a_care_file, a_document, an_expense
from rempart.content.knowledge import frameworks
from rempart.web.apps.establishments.models import Grouping, GroupingMember
from rempart.web.apps.funding import actions
from rempart.web.apps.funding.models import CareFile, Span
from support.markup import faults_of, vnu
from web.conftest import Cast
from web.e2e.conftest import Look, PageAs

OWN = {"application_deposit": date(2025, 10, 20)}


@pytest.fixture
def file(cast: Cast, settings: Settings, tmp_path: Path) -> CareFile:
    """The second domain for a GHT of three legal entities, begun."""
    settings.DATA = tmp_path
    group = Grouping.objects.get(pk="BRE-07")
    for finess, name in (("220000038", "CH de la Baie"), ("220000046", "CH du Bourg")):
        GroupingMember.objects.create(grouping=group, operator=an_operator(finess, name=name))
    made = a_care_file(cast.hospital, cast.bob, span=Span.GROUPING, grouping=group)
    settled = actions.Settings(OWN, Decimal(60000), "Notification du 12 mars 2026")
    actions.settle(file=made, settings=settled, seen=1, by=cast.bob)
    assessment = an_assessment(cast.hospital, cast.bob, frameworks()["care_d2"])
    answered(assessment, cast.bob, P1=3, P2=2)
    a_document(cast.hospital, cast.bob, "piece:care_d2.P1/pssi", dated_on=date(2025, 3, 3))
    an_expense(made, cast.bob, euros=Decimal(52000))
    an_expense(made, cast.bob, label="Formation", engaged_on=date(2025, 5, 2))
    return made


def test_the_part_of_the_activity_says_whom_to_add(
    file: CareFile, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("bob", f"/care/{file.pk}/activite/")
    axe_clean(page)
    for line, weight in ((1, "55"), (2, "30"), (3, "15")):
        page.get_by_label(f"Activité combinée, ligne {line}").fill(weight)
        page.get_by_label(f"Source, ligne {line}").fill("ATIH")
        page.get_by_label(f"Année, ligne {line}").fill("2024")
    page.locator("tbody tr").first.get_by_label("D2.O1.C").check()
    page.get_by_role("button", name="Enregistrer et calculer").click()
    page.get_by_text("L’activité est enregistrée").wait_for()
    assert page.get_by_text("Pour y arriver au plus court").count() == 2
    axe_clean(page)
    shoot(page, "care-activite")


def test_each_page_of_a_file_is_for_everybody(
    file: CareFile, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("bob", "/care/")
    axe_clean(page)
    page.get_by_role("link", name="CaRE, domaine 2").click()
    page.get_by_role("heading", name="Objectif par objectif").wait_for()
    axe_clean(page)
    shoot(page, "care-dossier")
    parts = page.get_by_label("Parties du dossier")
    parts.get_by_role("link", name="Dépenses").click()
    axe_clean(page)
    shoot(page, "care-depenses")
    parts.get_by_role("link", name="Dates et plafond").click()
    axe_clean(page)
    shoot(page, "care-dates")


def test_an_expense_is_entered_then_its_invoice_is_asked(
    file: CareFile, page_as: PageAs, axe_clean: Look
) -> None:
    page = page_as("bob", f"/care/{file.pk}/depenses/ajouter/")
    page.get_by_role("button", name="Enregistrer").click()
    axe_clean(page)
    page.get_by_label("Dépense", exact=True).fill("Essai de restauration")
    page.get_by_label("Montant (€)").fill("12 000,50")
    page.get_by_label("Engagée le").fill("2025-11-03")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Le plafond est dépassé").wait_for()
    page.get_by_role("link", name="Joindre une pièce à Essai de restauration").click()
    page.get_by_role("heading", name="Déposer").wait_for()
    assert "expense%3A" in page.url


def test_the_region_reads_what_is_declared_and_nothing_before(
    file: CareFile, page_as: PageAs, axe_clean: Look
) -> None:
    rose = page_as("rose", "/care/declares/")
    rose.get_by_role("heading", name="Aucune déclaration").wait_for()
    page = page_as("bob", f"/care/{file.pk}/declaration/")
    axe_clean(page)
    page.get_by_label("Déclarés le").fill("2026-01-16")
    page.get_by_role("button", name="Noter la déclaration").click()
    page.get_by_text("la région la voit").wait_for()
    rose.reload()
    rose.get_by_text("1 objectif sur").wait_for()
    axe_clean(rose)
    assert rose.get_by_text("Notification").count() == 0


@pytest.mark.needs("java")
def test_every_page_of_a_file_is_valid_html(
    file: CareFile, browser_of: Callable[[str | None], Client], tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    wrong = {}
    parts = ("", "activite/", "depenses/", "depenses/ajouter/", "dates/", "declaration/")
    addresses = [f"/care/{file.pk}/{part}" for part in parts]
    for number, address in enumerate([*addresses, "/care/", "/etablissements/220000020/care/"]):
        html = browser_of("bob").get(address).content.decode()
        (folder / f"{number}.html").write_text(html, encoding="utf-8")
        if faults := faults_of(html):
            wrong[address] = faults
    assert wrong == {}
    assert vnu(folder) == []
