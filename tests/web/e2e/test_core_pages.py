"""Work in the background and the journal, where a person would click."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from rempart.web.core import journal
from rempart.web.core.models import Job


def wrote(by: Any, n: int) -> None:
    with transaction.atomic():
        for number in range(n):
            journal.record(
                "deposit_audit",
                by=by,
                object_kind="audit",
                object_id=number,
                object_label="Audit d’annuaire du 14 novembre 2026",
                establishment="350000019",
                details={"files": ["collecte.zip"], "is_kept": True},
            )


def test_a_job_shows_its_progress_then_its_end_without_a_click(
    page_as: Any, axe_clean: Any, cast: Any
) -> None:
    now = timezone.now()
    row = Job.objects.create(
        kind="analyse_audit", establishment="350000019", asked_by_id=cast.alice.pk,
        state="running", stage="Lecture des objets", done_units=420, total_units=1585,
        started_at=now, seen_at=now, attempts=1, worker="here#1",
    )  # fmt: skip
    page = page_as("alice", f"/travaux/{row.pk}/")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "420")
    axe_clean(page)
    Job.objects.update(
        state="failed", ended_at=now, error="Cette archive est coupée. Refaites la collecte."
    )
    expect(page.get_by_text("Cette archive est coupée.")).to_be_visible()
    axe_clean(page)
    page.goto("/travaux/")
    expect(page.get_by_role("link", name="Analyser un audit d’annuaire")).to_be_visible()
    axe_clean(page)


def test_a_person_stops_a_job_from_its_page(page_as: Any, cast: Any) -> None:
    row = Job.objects.create(kind="analyse_audit", establishment="350000019")
    page = page_as("alice", f"/travaux/{row.pk}/")
    page.get_by_role("button", name="Arrêter ce travail").click()
    expect(page.get_by_text("Annulé avant de commencer")).to_be_visible()
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_the_journal_is_read_and_filtered(page_as: Any, axe_clean: Any, cast: Any) -> None:
    wrote(cast.alice, 12)
    page = page_as("alice", "/etablissements/350000019/journal/")
    expect(page.get_by_role("row")).to_have_count(13)
    page.get_by_text("Détail").first.click()
    expect(page.get_by_text("collecte.zip").first).to_be_visible()
    axe_clean(page)
    page.get_by_label("Acte").select_option(label="Personne invitée")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_text("Rien dans le journal")).to_be_visible()


def test_a_person_asks_for_each_message_at_once(page_as: Any, axe_clean: Any) -> None:
    page = page_as("alice", "/courriels/")
    axe_clean(page)
    page.get_by_label("chaque message dès qu’il est écrit").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Votre choix est enregistré.")).to_be_visible()
    assert page.get_by_label("chaque message dès qu’il est écrit").is_checked()
