"""The page where another tool's file is given: bad files leave nothing, tables are read as a person says."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from factories.joining import (
    ALONE,
    COLUMNS,
    MAPPING,
    TABLE,
    a_swept_home,
    an_nmap_file,
    nmap_file,
)
from rempart.web.apps.exposure import recording, tables
from rempart.web.apps.exposure.models import ExposedFinding, ExposureAudit
from rempart.web.core import jobs
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
HOME: Final = "/etablissements/350000019/exposition/"
JOIN: Final = f"{HOME}joindre/"
NMAP: Final = an_nmap_file()
BOMB: Final = (
    b'<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<nmaprun scanner="nmap"><host>&b;&b;&b;</host></nmaprun>'
)


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def give(browser: Client, content: bytes, name: str = "scan.xml", **more: Any) -> HttpResponse:
    """Give a file, and have it read."""
    answer = browser.post(JOIN, {"upload": SimpleUploadedFile(name, content)} | more)
    made = ExposureAudit.objects.latest("pk")
    if answer.status_code == 302 and made.job_id and made.state == "waiting":
        jobs.perform(made.job_id)
    return answer


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (NMAP[:60], "scan.xml", "incomplet"),
        (BOMB, "scan.xml", "type de document"),
        (gzip.compress(NMAP[:60] + b" " * (128 << 20)), "scan.gz", "démesuré"),
        (gzip.compress(NMAP)[:-20], "scan.xml.gz", "incomplet"),
        (b"\x1f\x8b\xff\xff" * 40, "scan.gz", "abîmé"),
        (b"PK\x03\x04" + b"\0" * 40, "scan.zip", "archive ou un classeur"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "rapport.pdf", "aucun format connu"),
        (b"<html><body>Connexion</body></html>", "scan.html", "aucun format connu"),
        (b'{"a": ' * 5000, "scan.json", "aucun format connu"),
        (b'[{"id": "x", "finding": ', "testssl.json", "testssl.sh lisible"),
        ("é;à\nù;".encode("utf-16")[:-1], "tableau.csv", "utf-16"),
        (b" \n\n ", "scan.xml", "est vide"),
        (nmap_file(), "scan.xml", "aucun résultat"),
    ],
    ids=["cut", "bomb", "gzip", "cut-gzip", "broken-gzip", "zip", "pdf", "html", "deep", "json", "text", "blank", "none"],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_own_name_and_leaves_nothing(
    cast: Cast, browser_of: BrowserOf, tmp_path: Path, content: bytes, name: str, said: str
) -> None:
    base = a_swept_home(cast.home, cast.alice)
    kept = set(ExposedFinding.objects.values_list("key", flat=True))
    browser = browser_of("alice")
    assert give(browser, content, name).status_code == 302
    audit = ExposureAudit.objects.latest("pk")
    assert audit.state == "refused"
    words = f"{audit.refusal['found']} {audit.refusal['expected']} {audit.refusal['todo']}"
    assert said in words
    assert str(tmp_path) not in words and (audit.source_id or "-") not in words
    base.refresh_from_db()
    assert base.is_latest and set(ExposedFinding.objects.values_list("key", flat=True)) == kept
    page = browser.get(f"/exposition/audits/{audit.pk}/", follow=True).content.decode()
    assert "pas donné de résultat" in page or "Que donne chaque colonne" in page


def test_an_empty_file_and_one_too_large_are_refused_at_once(
    cast: Cast, browser_of: BrowserOf, settings: Settings
) -> None:
    a_swept_home(cast.home, cast.alice)
    browser = browser_of("alice")
    empty = give(browser, b"")
    assert (empty.status_code, "vide" in empty.content.decode()) == (422, True)
    settings.UPLOAD_MAX_BYTES = 1000
    large = give(browser, b"<" * 2000)
    assert (large.status_code, "Au plus 1" in large.content.decode()) == (422, True)
    assert ExposureAudit.objects.count() == 1


def test_a_cut_file_of_nmap_keeps_what_came_before_and_says_so(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_swept_home(cast.home, cast.alice)
    browser = browser_of("alice")
    give(browser, NMAP[:-30])
    audit = ExposureAudit.objects.latest("pk")
    assert audit.state == "done"
    page = browser.get(f"/exposition/audits/{audit.pk}/").content.decode()
    assert "Fichier incomplet" in page


def test_a_table_is_read_with_the_mapping_that_is_given(cast: Cast, browser_of: BrowserOf) -> None:
    a_swept_home(cast.home, cast.alice)
    mapping = SimpleUploadedFile("colonnes.yaml", MAPPING.encode())
    give(browser_of("alice"), TABLE.encode(), "audit.csv", mapping=mapping)
    found = ExposedFinding.objects.get(sources="audit de l’État")
    assert (found.target, found.severity) == ("www.chu.example:8081", "medium")


@pytest.mark.parametrize(
    "text", ["tool: [", "tool: x\n", "tool: rempart\ncolumns: {target: A, rule: B}", "x" * 70000]
)
def test_a_mapping_that_is_none_is_refused_at_once(
    cast: Cast, browser_of: BrowserOf, text: str
) -> None:
    a_swept_home(cast.home, cast.alice)
    mapping = SimpleUploadedFile("colonnes.yaml", text.encode())
    answer = give(browser_of("alice"), TABLE.encode(), "audit.csv", mapping=mapping)
    assert (answer.status_code, "colonnes.yaml" in answer.content.decode()) == (422, True)
    assert ExposureAudit.objects.count() == 1


def test_the_columns_of_an_unknown_table_are_asked_for(cast: Cast, browser_of: BrowserOf) -> None:
    a_swept_home(cast.home, cast.alice)
    browser = browser_of("alice")
    give(browser, TABLE.encode("cp1252"), "audit.csv")
    audit = ExposureAudit.objects.latest("pk")
    assert (audit.state, audit.refusal["found"]) == (
        "refused",
        "Ce tableau n’est d’aucun outil connu.",
    )
    asked = browser.get(f"/exposition/audits/{audit.pk}/")
    assert asked.headers["Location"] == f"/exposition/audits/{audit.pk}/colonnes/"
    page = browser.get(asked.headers["Location"]).content.decode()
    assert '<option value="Adresse" selected>' in page and "AX-40" in page
    answer = browser.post(asked.headers["Location"], {"tool": "Audit de l’État"} | COLUMNS)
    audit.refresh_from_db()
    assert (answer.status_code, audit.state) == (302, "waiting")
    jobs.perform(audit.job_id or 0)
    assert ExposedFinding.objects.filter(sources="Audit de l’État").count() == 1


def test_columns_that_give_nothing_can_be_corrected(cast: Cast, browser_of: BrowserOf) -> None:
    a_swept_home(cast.home, cast.alice)
    browser = browser_of("alice")
    give(browser, TABLE.encode(), "audit.csv")
    audit = ExposureAudit.objects.latest("pk")
    address = f"/exposition/audits/{audit.pk}/colonnes/"
    browser.post(address, {"tool": "Audit"} | COLUMNS | {"target": "Constat", "port": ""})
    audit.refresh_from_db()
    jobs.perform(audit.job_id or 0)
    page = browser.get(f"/exposition/audits/{audit.pk}/").content.decode()
    assert "aucun résultat à joindre" in page and "Corriger les colonnes" in page
    again = browser.get(address).content.decode()
    assert '<option value="Constat" selected>' in again
    browser.post(address, {"tool": "Audit"} | COLUMNS)
    audit.refresh_from_db()
    jobs.perform(audit.job_id or 0)
    assert browser.get(address).headers["Location"] == f"/exposition/audits/{audit.pk}/"


@pytest.mark.parametrize(
    "given",
    [{"tool": " REMPART "}, {"tool": ""}, {"target": ""}, {"rule": "Ailleurs"}, {"default_port": "70000"}],
)  # fmt: skip
def test_columns_that_cannot_be_are_refused(
    cast: Cast, browser_of: BrowserOf, given: dict[str, str]
) -> None:
    a_swept_home(cast.home, cast.alice)
    browser = browser_of("alice")
    give(browser, TABLE.encode(), "audit.csv")
    audit = ExposureAudit.objects.latest("pk")
    sent = {"tool": "Audit"} | COLUMNS | given
    assert browser.post(f"/exposition/audits/{audit.pk}/colonnes/", sent).status_code == 422


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["IP", "Port", "Nom", "Titre"], {"target": "IP", "port": "Port", "rule": "Titre", "name": "Nom"}),
        (["Hôte", "Référence", "Libellé", "Criticité"], {"target": "Hôte", "rule": "Référence", "title": "Libellé", "severity": "Criticité"}),
        (["", "x"], {}),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_their_names(columns: list[str], expected: dict[str, str]) -> None:
    assert tables.guessed(columns) == expected


def test_what_a_tool_says_harms_no_page(cast: Cast, browser_of: BrowserOf) -> None:
    a_swept_home(cast.home, cast.alice)
    bad = '=HYPERLINK("http://x")<script>alert(1)</script>\u202e'
    table = TABLE.replace("Console ouverte", bad).replace("AX-40", f"AX{bad}")
    browser = browser_of("alice")
    give(browser, table.encode(), f"audit{bad}.csv")
    audit = ExposureAudit.objects.latest("pk")
    sent = {"tool": f"Audit{bad}"[:40]} | COLUMNS
    browser.post(f"/exposition/audits/{audit.pk}/colonnes/", sent)
    audit.refresh_from_db()
    jobs.perform(audit.job_id or 0)
    line = ExposedFinding.objects.exclude(sources__startswith="rempart").get()
    for address in (
        HOME,
        f"/exposition/audits/{audit.pk}/",
        f"/exposition/constats/{line.pk}/",
        JOIN,
    ):
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page and "\u202e" not in page, address


def test_the_pages_say_who_saw_what(cast: Cast, browser_of: BrowserOf) -> None:
    a_swept_home(cast.home, cast.alice)
    browser = browser_of("alice")
    give(browser, NMAP)
    page = browser.get(HOME).content.decode()
    assert "constaté par nmap seul" in page and "constaté par Rempart et nmap" in page
    assert "Où un autre outil dit le contraire" in page and "Hors périmètre" in page
    alone = browser.get(f"{HOME}?source=autres").content.decode()
    assert "nmap seul" in alone and "Rempart et nmap" not in alone
    line = ExposedFinding.objects.get(check_id=ALONE)
    assert "nmap seul" in browser.get(f"/exposition/constats/{line.pk}/").content.decode()
    assert "Déjà joints à ce balayage" in browser.get(JOIN).content.decode()


def test_the_page_says_why_nothing_can_be_joined(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of("alice")
    page = browser.get(JOIN).content.decode()
    assert "ne déclare encore rien" in page and 'type="file"' not in page
    answer = browser.post(JOIN, {"upload": SimpleUploadedFile("scan.xml", NMAP)})
    assert (answer.status_code, ExposureAudit.objects.count()) == (422, 0)


@pytest.mark.parametrize("count", [5, 50])
def test_the_page_of_a_sweep_costs_the_same_whatever_was_joined(
    cast: Cast, browser_of: BrowserOf, django_assert_num_queries: Any, count: int
) -> None:
    base = a_swept_home(cast.home, cast.alice)
    give(browser_of("alice"), NMAP)
    audit = ExposureAudit.objects.latest("pk")
    fields = {"establishment": cast.home, "form": "import", "state": "done", "joined_to": base}
    figures = {"swept_at": base.swept_at, "swept_on": base.swept_on, "score": 1, "score_low": 1}
    rows = [ExposureAudit(**fields, **figures, report=audit.report) for _ in range(count)]
    ExposureAudit.objects.bulk_create(rows)
    browser = browser_of("alice")
    browser.get(JOIN)
    with django_assert_num_queries(7):
        assert browser.get(JOIN).status_code == 200
    assert recording.report_of(audit).findings
