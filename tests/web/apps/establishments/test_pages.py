"""Who sees the pages of the registry, and what they say."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from factories.establishments import an_establishment, an_operator
from rempart.web.apps.establishments import importing
from rempart.web.apps.establishments.models import (
    Category,
    Establishment,
    LegalStatus,
    RegistryChange,
    RegistryImport,
)
from rempart.web.core import jobs
from rempart.web.core.models import Job
from support.registry_files import REAL, a_file, a_position, a_site

Browsers = Callable[[str | None], Client]
Imported = Callable[..., RegistryImport]
HOME = "/etablissements/350000019/"


def upload(path: Path) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(path.name, path.read_bytes())


@pytest.mark.parametrize(
    ("who", "status"),
    [("nadia", 200), ("rose", 403), ("bob", 403), ("alice", 403), ("charlie", 403), (None, 302)],
)
def test_the_registry_is_for_those_who_import_it(
    browser_of: Browsers, compared: Imported, who: str | None, status: int
) -> None:
    made = compared(REAL)
    browser = browser_of(who)
    seen = [
        browser.get(path).status_code for path in ("/registre/", f"/registre/imports/{made.pk}/")
    ]
    assert seen == [status, status]


@pytest.mark.parametrize("act", ["ecrire", "comparer", "abandonner"])
def test_nobody_else_acts_on_an_import(browser_of: Browsers, compared: Imported, act: str) -> None:
    made = compared(REAL)
    assert browser_of("rose").post(f"/registre/imports/{made.pk}/{act}/").status_code == 403
    assert browser_of("nadia").get(f"/registre/imports/{made.pk}/{act}/").status_code == 405
    made.refresh_from_db()
    assert made.state == RegistryImport.State.READY


@pytest.mark.parametrize("path", ["/entites-juridiques/350000001/", HOME])
@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("rose", 200), ("bob", 404), ("charlie", 404)]
)
def test_an_operator_is_seen_through_one_of_its_sites(
    browser_of: Browsers, path: str, who: str, status: int
) -> None:
    assert browser_of(who).get(path).status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("bob", 200), ("rose", 200), ("alice", 404), ("charlie", 404)]
)
def test_a_grouping_is_seen_through_one_of_its_sites(
    browser_of: Browsers, who: str, status: int
) -> None:
    assert browser_of(who).get("/regroupements/BRE-07/").status_code == status


@pytest.mark.parametrize("path", ["/entites-juridiques/999999999/", "/regroupements/XXX/"])
def test_what_does_not_exist_is_not_found(browser_of: Browsers, path: str) -> None:
    assert browser_of("nadia").get(path).status_code == 404


def test_files_given_on_the_page_are_compared_then_written(browser_of: Browsers) -> None:
    browser = browser_of("nadia")
    answer = browser.post("/registre/", {"given": [upload(REAL)]}, follow=True)
    assert "En attente d’un moment libre" in answer.content.decode()
    made = RegistryImport.objects.get()
    jobs.perform(made.job_id or 0)
    page = browser.get(f"/registre/imports/{made.pk}/").content.decode()
    assert "Écrire dans le registre" in page and "CENTRE HOSPITALIER DE BOURG-EN-BRESSE" in page
    browser.post(f"/registre/imports/{made.pk}/ecrire/")
    made.refresh_from_db()
    assert jobs.perform(made.job_id or 0).state == Job.State.DONE
    assert Establishment.objects.filter(pk="010000024").exists()


def test_the_progress_is_a_fragment_and_its_end_reloads_the_page(browser_of: Browsers) -> None:
    browser = browser_of("nadia")
    browser.post("/registre/", {"given": [upload(REAL)]})
    made = RegistryImport.objects.get()
    asked = {"HX-Request": "true", "HX-Target": "avancement"}
    during = browser.get(f"/registre/imports/{made.pk}/", headers=asked)
    assert '<div id="avancement"' in during.content.decode()[:40] and "HX-Refresh" not in during
    jobs.perform(made.job_id or 0)
    after = browser.get(f"/registre/imports/{made.pk}/", headers=asked)
    assert after["HX-Refresh"] == "true" and "HX-Request" in after["Vary"]


def test_a_file_that_cannot_be_read_fails_with_its_sentence(
    browser_of: Browsers, tmp_path: Path
) -> None:
    browser = browser_of("nadia")
    empty = tmp_path / "vide.csv"
    empty.write_bytes(b"\n\n")
    browser.post("/registre/", {"given": [upload(empty)]})
    made = RegistryImport.objects.get()
    done = jobs.perform(made.job_id or 0)
    assert done.state == Job.State.FAILED and "vide.csv est vide" in done.error
    assert "vide.csv est vide" in browser.get(f"/registre/imports/{made.pk}/").content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='x'/>", "une image SVG"),
        (b"<!DOCTYPE html>", "une page web"),
        (b"%PDF-1.7", "un PDF"),
        (b"\x89PNG\r\n", "une image"),
    ],
)
def test_a_file_of_something_else_is_refused_at_once(
    browser_of: Browsers, content: bytes, said: str
) -> None:
    given = SimpleUploadedFile("logo.csv", content)
    answer = browser_of("nadia").post("/registre/", {"given": [given]})
    assert answer.status_code == 422 and f"logo.csv est {said}" in answer.content.decode()
    assert RegistryImport.objects.count() == 0


def test_a_file_too_large_is_refused_at_once(browser_of: Browsers, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    answer = browser_of("nadia").post("/registre/", {"given": [upload(REAL)]})
    assert answer.status_code == 422 and "la limite est de" in answer.content.decode()


def test_no_file_at_all_is_said(browser_of: Browsers) -> None:
    assert browser_of("nadia").post("/registre/", {}).status_code == 422


def test_an_import_is_abandoned_without_a_trace_in_the_registry(
    browser_of: Browsers, compared: Imported
) -> None:
    made = compared(REAL)
    answer = browser_of("nadia").post(f"/registre/imports/{made.pk}/abandonner/", follow=True)
    assert "rien n’a été écrit" in answer.content.decode()
    again = browser_of("nadia").post(f"/registre/imports/{made.pk}/ecrire/")
    assert again.status_code == 409 and not Establishment.objects.filter(pk="010000024").exists()


def test_a_stale_import_is_refused_then_compared_again(
    browser_of: Browsers, compared: Imported, imported: Imported, tmp_path: Path
) -> None:
    made = compared(REAL)
    imported(a_file(tmp_path, a_site()))
    browser = browser_of("nadia")
    answer = browser.post(f"/registre/imports/{made.pk}/ecrire/")
    assert answer.status_code == 409 and "a changé depuis" in answer.content.decode()
    browser.post(f"/registre/imports/{made.pk}/comparer/")
    made.refresh_from_db()
    jobs.perform(made.job_id or 0)
    made.refresh_from_db()
    assert (made.state, made.compared_with) == (RegistryImport.State.READY, 1)


def test_many_closures_ask_for_a_second_yes_on_the_page(
    browser_of: Browsers, imported: Imported, compared: Imported, tmp_path: Path
) -> None:
    imported(a_file(tmp_path, *(a_site(f"3500{n:04}0") for n in range(30))))
    made = compared(a_file(tmp_path, a_site("350000000")))
    browser = browser_of("nadia")
    assert (
        "plus d’un établissement sur dix"
        in browser.get(f"/registre/imports/{made.pk}/").content.decode()
    )
    assert browser.post(f"/registre/imports/{made.pk}/ecrire/").status_code == 409
    browser.post(f"/registre/imports/{made.pk}/ecrire/", {"closures_accepted": "on"})
    made.refresh_from_db()
    assert made.state == RegistryImport.State.APPLYING and made.closures_accepted


def test_a_job_that_runs_twice_writes_once(browser_of: Browsers, compared: Imported) -> None:
    made = compared(REAL)
    browser_of("nadia").post(f"/registre/imports/{made.pk}/ecrire/")
    made.refresh_from_db()
    jobs.perform(made.job_id or 0)
    Job.objects.filter(pk=made.job_id).update(state=Job.State.WAITING, ended_at=None)
    assert jobs.perform(made.job_id or 0).state == Job.State.DONE
    assert importing.current_version() == 1


def test_a_cancelled_comparison_can_be_asked_again(browser_of: Browsers) -> None:
    browser = browser_of("nadia")
    browser.post("/registre/", {"given": [upload(REAL)]})
    made = RegistryImport.objects.get()
    address = f"/registre/imports/{made.pk}/"
    assert browser.post(f"{address}comparer/").status_code == 409
    jobs.cancel(Job.objects.get(pk=made.job_id), by=None)
    assert "Ce travail s’est arrêté" in browser.get(address).content.decode()
    browser.post(f"{address}comparer/")
    made.refresh_from_db()
    assert jobs.perform(made.job_id or 0).state == Job.State.DONE
    made.refresh_from_db()
    assert made.state == RegistryImport.State.READY


def test_the_page_of_an_establishment_says_where_it_stands(
    browser_of: Browsers, imported: Imported, tmp_path: Path
) -> None:
    Category.objects.create(code="500", label="EHPAD (essai)")
    LegalStatus.objects.create(code="60", label="Association")
    first = [a_site(), a_site("350000027", rs="LE FOYER"), a_position()]
    imported(a_file(tmp_path, *first))
    imported(a_file(tmp_path, a_site(rs="LES MIMOSAS", categetab="501"), *first[1:]))
    page = browser_of("rose").get(HOME).content.decode()
    for words in (
        "LES MIMOSAS",
        "LE FOYER",
        "35000 RENNES",
        "Ille-et-Vilaine, Bretagne",
        "EHPAD (essai) (500)",
    ):
        assert words in page, words
    assert "Anciens noms" in page and "L&#x27;ÉTÉ" in page


def test_a_closed_establishment_stays_with_its_history(
    browser_of: Browsers, imported: Imported, tmp_path: Path
) -> None:
    imported(a_file(tmp_path, a_site()))
    imported(a_file(tmp_path, a_site("350000027")))
    page = browser_of("rose").get(HOME).content.decode()
    assert (
        "n’est plus dans le registre national depuis le 12 mai 2026" in page and "fermeture" in page
    )


@pytest.mark.parametrize(
    ("who", "found"), [("alice", 1), ("rose", 2), ("charlie", 1), ("nadia", 3)]
)
def test_the_search_finds_within_the_scope_only(browser_of: Browsers, who: str, found: int) -> None:
    page = browser_of(who).get("/etablissements/").content.decode()
    assert page.count('<th scope="row">') == found


def test_the_search_answers_a_fragment_and_says_when_it_finds_nothing(browser_of: Browsers) -> None:
    asked = {"HX-Request": "true", "HX-Target": "resultats"}
    answer = browser_of("rose").get("/etablissements/", {"q": "zzz"}, headers=asked)
    assert answer.content.decode().startswith('<div id="resultats"')
    assert "Aucun établissement trouvé" in answer.content.decode()


@pytest.mark.parametrize("count", [5, 50])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("/etablissements/", 5), ("/entites-juridiques/350000001/", 10), ("/registre/", 11)],
)
def test_a_list_asks_as_much_for_five_rows_as_for_fifty(
    browser_of: Browsers,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
    path: str,
    queries: int,
) -> None:
    for n in range(count):
        an_establishment(f"3501{n:04}0", operator=an_operator())
        made = importing.give_files(given=[("a.csv", [b"x"])], by=None)
        RegistryChange.objects.create(
            finess="350000001", what="moved", changed_on="2026-01-01", registry_import=made
        )
    browser = browser_of("nadia")
    browser.get(path)
    with django_assert_num_queries(queries):
        assert browser.get(path).status_code == 200
