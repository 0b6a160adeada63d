"""The vault: deposited once, proving several things, said in time, never lost."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.documents import PDF, a_document
from factories.establishments import an_establishment
from factories.funding import a_care_file
from rempart.web.apps.evidence import actions, keeping
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.evidence.queries import end_of, facts_of, of_subjects
from rempart.web.apps.evidence.subjects import Said as Described, named_dates, said, window_words
from rempart.web.apps.funding.actions import Settings as Stated, settle
from rempart.web.core import antivirus
from rempart.web.core.antivirus import Said, Scan
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry, Mail
from web.conftest import Cast

TODAY = date(2026, 11, 22)
PSSI = "piece:care_d2.P1/pssi"


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_the_same_document_proves_several_things_and_is_one_file(cast: Cast) -> None:
    first = a_document(cast.home, cast.alice, "item:a.b")
    second = a_document(cast.home, cast.alice, "item:c.d")
    assert first.pk == second.pk
    found = of_subjects(cast.home.pk, ["item:a.b", "item:c.d", "item:e.f"])
    assert [len(rows) for rows in found.values()] == [1, 1, 0]


def test_a_withdrawn_document_proves_nothing_and_stays(cast: Cast) -> None:
    document = a_document(cast.home, cast.alice, "item:a.b")
    with pytest.raises(Refused, match="pourquoi"):
        actions.withdraw(document=document, reason=" ", by=cast.alice)
    actions.withdraw(document=document, reason="Mauvais fichier", by=cast.alice)
    assert of_subjects(cast.home.pk, ["item:a.b"]) == {"item:a.b": []}
    assert Document.objects.filter(pk=document.pk).exists()
    with pytest.raises(Refused, match="retiré"):
        actions.attach(document=document, subjects=["item:x.y"], by=cast.alice)


def test_a_newer_version_proves_all_that_the_former_proved(cast: Cast) -> None:
    former = a_document(cast.home, cast.alice, "item:a.b")
    newer = a_document(cast.home, cast.alice, content=PDF + b"2", title="PSSI 2027")
    actions.replace(document=former, newer=newer, by=cast.alice)
    assert of_subjects(cast.home.pk, ["item:a.b"]) == {"item:a.b": [newer]}
    assert end_of(former, TODAY) == ("remplacé", "none")


def test_a_document_of_another_establishment_replaces_nothing(cast: Cast) -> None:
    former = a_document(cast.home, cast.alice)
    other = a_document(an_establishment("350000999"), cast.alice, content=PDF + b"2")
    with pytest.raises(Refused, match="même établissement"):
        actions.replace(document=former, newer=other, by=cast.alice)


def test_what_is_attached_can_be_detached_once(cast: Cast) -> None:
    document = a_document(cast.home, cast.alice)
    actions.attach(document=document, subjects=["item:a.b"], by=cast.alice)
    actions.detach(document=document, subject="item:a.b", by=cast.alice)
    with pytest.raises(Refused, match="ne prouvait pas"):
        actions.detach(document=document, subject="item:a.b", by=cast.alice)


def test_a_document_that_ends_before_its_day_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="fin de validité"):
        a_document(cast.home, cast.alice, dated_on=TODAY, valid_until=TODAY - timedelta(1))


def test_a_piece_gives_its_usual_end_of_validity(cast: Cast) -> None:
    subject = "piece:esms13.antivirus.1/antivirus_report"
    document = a_document(cast.home, cast.alice, subject, dated_on=date(2026, 1, 31))
    assert document.valid_until == date(2026, 7, 31)
    undated = a_document(cast.home, cast.alice, subject, title="Autre")
    assert undated.valid_until is None


@pytest.mark.parametrize(
    ("dated_on", "said_words", "is_right"),
    [
        (date(2022, 7, 15), "Trop ancien", False),
        (date(2025, 1, 1), "", True),
        (None, "Dites la date", False),
    ],
)
def test_a_window_is_checked_by_itself(
    cast: Cast, dated_on: date | None, said_words: str, is_right: bool
) -> None:
    subject = policy_piece()
    words, right = window_words(subject, dated_on, named_dates(cast.home.pk, TODAY))
    assert words.startswith(said_words)
    assert right is is_right or "dépend d’une date" in words


def test_the_vault_asks_the_file_for_the_dates_that_a_candidate_states(cast: Cast) -> None:
    file = a_care_file(cast.home, cast.alice)
    unknown = window_words(PSSI, date(2025, 9, 1), named_dates(cast.home.pk, TODAY))
    assert unknown[0].startswith("La période dépend")
    stated = Stated({"application_deposit": date(2025, 10, 20)})
    settle(file=file, settings=stated, seen=1, by=cast.alice)
    known = named_dates(cast.home.pk, TODAY)
    assert window_words(PSSI, date(2025, 9, 1), known) == ("La date convient.", True)
    assert window_words(PSSI, date(2025, 10, 21), known)[0].startswith("Trop récent")
    assert window_words(PSSI, date(2025, 9, 1), named_dates(cast.hospital.pk, TODAY)) == unknown


def policy_piece() -> str:
    """The piece of CaRE that must be dated from 16 July 2022."""
    from rempart.content.knowledge import frameworks

    item = next(i for i in frameworks()["care_d2"].items if i.ref == "D2.P1")
    return f"piece:{item.id}/{next(p.id for p in item.pieces if p.window.since)}"


def test_a_subject_that_nobody_knows_keeps_its_name(cast: Cast) -> None:
    assert said(cast.home.pk, ["expense:9"]) == {"expense:9": Described("expense:9")}
    assert window_words("piece:nowhere.x/y", TODAY, {}) == ("", True)


def test_each_reminder_is_written_once_even_after_a_long_sleep(cast: Cast) -> None:
    document = a_document(cast.home, cast.alice, valid_until=TODAY + timedelta(60))
    assert [actions.remind(TODAY), actions.remind(TODAY)] == [1, 0]
    assert actions.remind(TODAY + timedelta(57)) == 1
    document.refresh_from_db()
    assert document.reminded_for == 7
    assert Mail.objects.count() == 2


def test_a_restore_test_and_an_exercise_give_their_age(cast: Cast) -> None:
    a_document(
        cast.home, cast.alice, title="Essai", kind="restore_test", dated_on=date(2026, 11, 2)
    )
    a_document(
        cast.home, cast.alice, title="Retex", kind="exercise_report", dated_on=date(2026, 10, 23)
    )
    a_document(cast.home, cast.alice, title="Futur", kind="restore_test", dated_on=date(2027, 1, 1))
    found = {fact.name: fact.value for fact in facts_of(cast.home.pk, TODAY)}
    assert found == {"restore.age_days": 20, "exercise.age_days": 30}


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "n’est plus valable"), (30, "encore 30 j"), (91, "valable")]
)
def test_the_end_of_validity_is_said(cast: Cast, days: int, words: str) -> None:
    document = a_document(cast.home, cast.alice, valid_until=TODAY + timedelta(days))
    assert end_of(document, TODAY)[0] == words


def given(content: bytes = PDF, name: str = "pssi.pdf", **more: Any) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile(name, content), "title": "PSSI 2026", "kind": "policy", "proves": [],
    } | more  # fmt: skip


def address(finess: str) -> str:
    return f"/etablissements/{finess}/preuves/deposer/"


def test_a_person_deposits_a_document_and_takes_it_back(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    alice = browser_of("alice")
    response = alice.post(address(cast.home.pk), given(dated_on="2026-01-01"))
    document = Document.objects.get()
    assert response.url == f"/preuves/{document.pk}/"  # type: ignore[attr-defined]
    assert "non analysé" in alice.get(response.url).content.decode()  # type: ignore[attr-defined]
    taken = alice.get(f"/preuves/{document.pk}/fichier")
    assert b"".join(taken) == PDF  # type: ignore[call-overload]
    assert taken["Content-Disposition"].startswith("attachment")
    assert JournalEntry.objects.filter(act="download_document").exists()
    alice.post(f"/preuves/{document.pk}/retirer/", {"reason": "Erreur"})
    assert "Erreur" in alice.get(f"/preuves/{document.pk}/").content.decode()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<html>", "page.html", "ne peut pas servir"),
        (PDF + b"<script>x</script>", "pssi.pdf", "plusieurs choses"),
        (PDF + b" " * 200, "gros.pdf", "dépasse"),
    ],
)
def test_a_bad_document_is_refused_and_nothing_is_kept(
    cast: Cast,
    browser_of: Callable[[str | None], Client],
    settings: Settings,
    content: bytes,
    name: str,
    words: str,
) -> None:
    settings.PROOF_MAX_BYTES = 200
    response = browser_of("alice").post(address(cast.home.pk), given(content, name))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Document.objects.exists()


def test_dates_that_cross_are_refused(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    dates = {"dated_on": "2026-02-01", "valid_until": "2026-01-01"}
    response = browser_of("alice").post(address(cast.home.pk), given(**dates))
    assert "avant la date du document" in response.content.decode()


def test_an_infected_document_is_refused_and_journaled(
    cast: Cast, browser_of: Callable[[str | None], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping.antivirus, "scan", lambda pieces: Scan(Said.INFECTED, "Eicar"))
    response = browser_of("alice").post(address(cast.home.pk), given())
    assert "Eicar" in response.content.decode()
    assert not Document.objects.exists()
    assert JournalEntry.objects.get(act="refuse_document").details == {"found": "Eicar"}


def test_a_scanned_document_says_so(
    cast: Cast, browser_of: Callable[[str | None], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(antivirus, "scan", lambda pieces: Scan(Said.CLEAN))
    browser_of("alice").post(address(cast.home.pk), given())
    assert Document.objects.get().scan == Document.Scan.CLEAN


def test_a_new_version_is_deposited_in_the_place_of_the_former(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    former = a_document(cast.home, cast.alice, "item:a.b")
    alice = browser_of("alice")
    page = alice.get(f"{address(cast.home.pk)}?remplace={former.pk}").content.decode()
    assert "prendra la place" in page
    alice.post(
        f"{address(cast.home.pk)}?remplace={former.pk}", given(PDF + b"2", title="PSSI 2027")
    )
    former.refresh_from_db()
    assert former.replaced_by is not None
    assert former.replaced_by.title == "PSSI 2027"


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("", "En place"),
        ("expire", "Bientôt fini"),
        ("sans-usage", "En place"),
        ("retires", "Retiré"),
    ],
)
def test_the_list_has_its_states(
    cast: Cast, browser_of: Callable[[str | None], Client], state: str, seen: str
) -> None:
    a_document(cast.home, cast.alice, title="En place")
    a_document(
        cast.home, cast.alice, "item:a.b", title="Bientôt fini",
        valid_until=timezone.localdate() + timedelta(5),
    )  # fmt: skip
    gone = a_document(cast.home, cast.alice, title="Retiré")
    actions.withdraw(document=gone, reason="Erreur", by=cast.alice)
    page = browser_of("alice").get(f"/etablissements/{cast.home.pk}/preuves/?etat={state}")
    assert seen in page.content.decode()


@pytest.mark.parametrize("count", [5, 50])
def test_the_list_asks_a_fixed_number_of_queries(
    cast: Cast,
    browser_of: Callable[[str | None], Client],
    django_assert_max_num_queries: Any,
    count: int,
) -> None:
    for n in range(count):
        a_document(cast.home, cast.alice, f"item:a.b{n}", title=f"Document {n}")
    browser = browser_of("alice")
    with django_assert_max_num_queries(14):
        page = browser.get(f"/etablissements/{cast.home.pk}/preuves/")
    assert "Document 4" in page.content.decode()


def test_another_establishment_sees_nothing(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    document = a_document(cast.home, cast.alice)
    charlie = browser_of("charlie")
    assert charlie.get(f"/preuves/{document.pk}/").status_code == 404
    assert charlie.get(f"/preuves/{document.pk}/fichier").status_code == 404
    assert charlie.post(f"/preuves/{document.pk}/retirer/", {"reason": "x"}).status_code == 404
