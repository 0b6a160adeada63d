"""Frameworks of others, brought through the page of import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from factories.assessments import TODAY
from rempart.web.apps.assessments.campaigns import Wish, establishments_of
from rempart.web.apps.assessments.queries import stored_or_404
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.frameworks.actions import Origin, check_importable, keep
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from rempart.web.core.scope import Grant, Level, Role, Scope
from support.frameworks import a_framework
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]

LIBRARY = """
urn: urn:test:risk:library:trial
ref_id: trial
name: Référentiel d’essai
version: {version}
locale: fr
provider: Une agence
copyright: Licence ouverte
objects:
  framework:
    urn: urn:test:risk:framework:trial
    ref_id: trial
    name: Essai
    requirement_nodes:
    - {{urn: 'urn:a', assessable: false, ref_id: '1', name: Gouverner}}
    - {{urn: 'urn:b', parent_urn: 'urn:a', assessable: true, ref_id: '1.1', name: {first}}}
    - {{urn: 'urn:c', parent_urn: '{parent}', assessable: true, ref_id: '1.2', name: Décider}}
"""


@pytest.fixture(autouse=True)
def _files_are_elsewhere(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def library(version: int = 2, first: str = "Nommer", parent: str = "urn:a") -> bytes:
    return LIBRARY.format(version=version, first=first, parent=parent).encode()


def read(browser: Client, data: bytes, name: str = "essai.yaml") -> Any:
    return browser.post("/referentiels/importer/", {"file": SimpleUploadedFile(name, data)})


def confirm(browser: Client, page: Any) -> Any:
    token = page.content.decode().split('name="token" value="')[1].split('"')[0]
    return browser.post("/referentiels/importer/valider/", {"token": token})


def test_a_library_is_shown_before_anything_is_imported(browser_of: BrowserOf, cast: Cast) -> None:
    page = read(browser_of("rose"), library())
    text = page.content.decode()
    assert page.status_code == 200
    assert "Une agence" in text
    assert "Licence ouverte" in text
    assert not StoredFramework.objects.filter(framework_id="trial").exists()


def test_a_region_imports_for_itself_and_the_journal_says_so(
    browser_of: BrowserOf, cast: Cast
) -> None:
    browser = browser_of("rose")
    assert confirm(browser, read(browser, library())).status_code == 302
    row = StoredFramework.objects.get(framework_id="trial")
    assert (row.region, row.provider, row.items_count) == ("53", "Une agence", 2)
    assert JournalEntry.objects.latest("id").act == "import_framework"
    assert browser_of("alice").get("/referentiels/trial/").status_code == 200
    assert browser_of("charlie").get("/referentiels/trial/").status_code == 404


def test_a_new_version_says_what_it_changes(browser_of: BrowserOf, cast: Cast) -> None:
    browser = browser_of("rose")
    confirm(browser, read(browser, library()))
    page = read(browser, library(3, "Nommer quelqu’un"))
    assert "0 en plus, 0 en moins, 1 dont le texte change" in page.content.decode()
    confirm(browser, page)
    rows = StoredFramework.objects.filter(framework_id="trial")
    assert sorted(rows.values_list("version", "is_current")) == [("2", False), ("3", True)]


def test_an_older_version_is_refused(browser_of: BrowserOf, cast: Cast) -> None:
    browser = browser_of("rose")
    confirm(browser, read(browser, library(10)))
    text = read(browser, library(9)).content.decode()
    assert "plus ancienne que celle en place (10)" in text
    assert 'name="token"' not in text


def test_the_same_file_again_changes_nothing(browser_of: BrowserOf, cast: Cast) -> None:
    browser = browser_of("rose")
    confirm(browser, read(browser, library()))
    assert "déjà en place, mot pour mot" in read(browser, library()).content.decode()


def test_two_regions_import_the_same_identifier_each_for_itself(
    browser_of: BrowserOf, cast: Cast
) -> None:
    theirs = keep(a_framework("trial"), Origin.IMPORTED, by=cast.nadia, region="93")
    browser = browser_of("rose")
    page = read(browser, library())
    assert theirs.title not in page.content.decode()
    confirm(browser, page)
    rows = StoredFramework.objects.filter(framework_id="trial", is_current=True)
    assert sorted(rows.values_list("region", flat=True)) == ["53", "93"]
    for name, title in (("alice", "Référentiel d’essai"), ("charlie", theirs.title)):
        shown = browser_of(name).get("/referentiels/trial/").content.decode()
        assert title in shown
    nation = browser_of("nadia")
    assert "pour Bretagne" in nation.get("/referentiels/").content.decode()
    assert theirs.title in nation.get("/referentiels/trial/?region=93").content.decode()


def test_an_establishment_answers_the_text_of_its_own_region(cast: Cast) -> None:
    stored = {
        region: keep(
            a_framework("trial", version=region), Origin.IMPORTED, by=cast.nadia, region=region
        )
        for region in ("53", "93")
    }
    nation = Scope(cast.nadia.pk, (Grant(Role.NATIONAL_CERT, Level.NATIONAL),))
    for place, region in ((cast.home, "53"), (cast.far, "93")):
        assert stored_or_404(nation, "trial", place) == stored[region]
        assert catalogue.get("trial", region=region).version == region


@pytest.mark.parametrize(("before", "after"), [("", "53"), ("53", "")])
def test_a_name_of_everyone_is_not_that_of_a_region(cast: Cast, before: str, after: str) -> None:
    keep(a_framework("trial"), Origin.IMPORTED, by=cast.nadia, region=before)
    with pytest.raises(Refused, match="déjà pris"):
        check_importable(a_framework("trial", version="9"), after)


def test_a_campaign_asks_the_framework_of_a_region_in_that_region_only(cast: Cast) -> None:
    stored = keep(a_framework("trial"), Origin.IMPORTED, by=cast.nadia, region="93")
    nation = Scope(cast.nadia.pk, (Grant(Role.NATIONAL_CERT, Level.NATIONAL),))
    wish = Wish("Campagne", stored, Level.NATIONAL, "", TODAY)
    assert list(establishments_of(wish, nation)) == [cast.far]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "vide"),
        (b"PK\x03\x04rien", "classeur"),
        ("é".encode("latin-1"), "UTF-8"),
        (b"a: &a [x]\nb: *a\n", "alias"),
        (b"{}", "catalogue OSCAL"),
        (b"une phrase", "objects"),
        (library(parent="urn:c"), "tournent en rond"),
        (library(parent="urn:z"), "n’existe pas"),
        (library().replace(b"'urn:c'", b"'urn:b'", 1), "deux exigences"),
        (b"[" * 100 + b"]" * 100, "imbriqué"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_a_framework_is_refused_with_its_reason(
    browser_of: BrowserOf, cast: Cast, data: bytes, words: str
) -> None:
    page = read(browser_of("rose"), data)
    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_mark_of_somebody_else_imports_nothing(browser_of: BrowserOf, cast: Cast) -> None:
    page = browser_of("rose").post("/referentiels/importer/valider/", {"token": "x:y:z"})
    assert page.status_code == 409
    assert not StoredFramework.objects.exists()


def test_a_framework_goes_out_as_a_library_and_comes_back(
    browser_of: BrowserOf, cast: Cast
) -> None:
    browser = browser_of("nadia")
    confirm(browser, read(browser, library()))
    answer = browser.get("/referentiels/trial/ciso-assistant.yaml")
    data = b"".join(answer.streaming_content)
    assert "Une agence" in data.decode()
    assert read(browser, data).status_code == 200


@pytest.mark.parametrize("count", [5, 50])
def test_the_list_costs_the_same_whatever_its_length(
    browser_of: BrowserOf, cast: Cast, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for k in range(count):
        keep(a_framework(f"own_{k}"), Origin.IMPORTED, by=cast.nadia)
    browser = browser_of("rose")
    with django_assert_num_queries(5):
        assert browser.get("/referentiels/").status_code == 200
