"""The vault in a real browser: a document is deposited, listed, read, taken back; and what the region sees."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings

from factories.assessments import a_reply, an_assessment
from factories.documents import PDF, a_document
from factories.situations import an_audited
from rempart.content.knowledge import frameworks
from rempart.web.apps.assessments import actions
from rempart.web.apps.assessments.answering import Author, save_answers
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.steering.actions import rebuild_situations
from web.conftest import Cast
from web.e2e.conftest import Look, PageAs

HOME = "/etablissements/350000019"
PDF_FILE = {"name": "pssi-2026.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.fixture(autouse=True)
def _own_data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    cache.clear()


@pytest.fixture
def known(cast: Cast) -> Cast:
    """Alice's home with the thirteen themes answered and finished, an audit, and three documents."""
    today = timezone.localdate()
    made = an_assessment(cast.home, cast.alice, frameworks()["esms13"])
    items = frameworks()["esms13"].items
    replies = {item.id: a_reply(n % 4) for n, item in enumerate(items)}
    save_answers(assessment=made, replies=replies, seen={}, author=Author.of(cast.alice))
    actions.submit(assessment=made, today=today, by=cast.alice)
    an_audited(cast.home, cast.alice, 2)
    dated = {"dated_on": today - timedelta(days=200), "author_words": "Direction"}
    for title, left, kind in (
        ("Charte informatique", 30, "policy"),
        ("Compte rendu d’exercice de crise", 300, "exercise_report"),
        ("Contrat de l’infogérant", -5, "contract"),
    ):
        a_document(
            *(cast.home, cast.alice, f"item:{items[0].id}"),
            **dated | {"title": title, "kind": kind, "valid_until": today + timedelta(days=left)},
        )
    rebuild_situations()
    return cast


def test_a_document_is_deposited_and_proves_several_things(
    known: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("alice", f"{HOME}/preuves/")
    expect(page.get_by_text("n’est plus valable")).to_be_visible()
    axe_clean(page)
    shoot(page, "preuves")
    page.get_by_role("link", name="Déposer un document").click()
    axe_clean(page)
    page.get_by_label("Document", exact=True).set_input_files(PDF_FILE)  # type: ignore[arg-type]
    page.get_by_label("Titre").fill("PSSI 2026")
    page.get_by_label("Date du document").fill("2026-03-01")
    page.get_by_label("Auteur").fill("RSSI du GHT")
    shoot(page, "preuve-deposer")
    page.get_by_role("button", name="Garder ce document").click()
    page.get_by_text("Le document est gardé").wait_for()
    assert Document.objects.get(title="PSSI 2026").file_name == "pssi-2026.pdf"


def test_what_is_not_a_document_is_refused_beside_its_field(
    known: Cast, page_as: PageAs, axe_clean: Look
) -> None:
    page = page_as("alice", f"{HOME}/preuves/deposer/")
    trap = PDF_FILE | {"buffer": b"<html><script>alert(1)</script>"}
    page.get_by_label("Document", exact=True).set_input_files(trap)  # type: ignore[arg-type]
    page.get_by_label("Titre").fill("Piège")
    page.get_by_role("button", name="Garder ce document").click()
    page.get_by_text("n’en est pas un").first.wait_for()
    axe_clean(page)
    assert not Document.objects.filter(title="Piège").exists()


def test_one_document_says_what_it_proves_and_is_taken_back_with_a_reason(
    known: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    found = Document.objects.get(title="Charte informatique")
    page = page_as("alice", f"/preuves/{found.pk}/")
    axe_clean(page)
    shoot(page, "preuve")
    shoot(page, "preuve-telephone", narrow=True)
    with page.expect_download() as taken:
        page.locator(f"a[href='/preuves/{found.pk}/fichier']").first.click()
    assert taken.value.suggested_filename == "pssi.pdf"
    page.locator("summary", has_text="Retirer").click()
    page.get_by_label("Pourquoi le retirer").fill("Mauvaise version")
    page.locator("form[action$='/retirer/'] button").click()
    page.get_by_text("Le document est retiré").wait_for()
    found.refresh_from_db()
    assert found.withdrawn_reason == "Mauvaise version"


def test_an_establishment_reads_what_the_region_sees_of_it(
    known: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    officer = page_as("rose", "/portefeuille/?evaluation=terminee")
    expect(officer.get_by_text("terminée le")).to_have_count(1)
    officer.goto(f"{HOME}/")
    page = page_as("alice", f"{HOME}/")
    page.locator("summary", has_text="Ce que voit la région").click()
    page.get_by_role("link", name="Voir exactement ce qu’elle voit").click()
    expect(page.get_by_text("non partagé")).to_have_count(1)
    expect(page.get_by_role("cell", name="Fiche de l’établissement")).to_have_count(1)
    axe_clean(page)
    shoot(page, "ce-que-voit-la-region")
    shoot(page, "ce-que-voit-la-region-telephone", narrow=True)
