"""The pages of files: what each says, and what the region reads."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from python_calamine import CalamineWorkbook

from factories.establishments import an_establishment
from factories.funding import a_care_file, a_document, an_expense
from rempart.web.apps.funding import actions
from rempart.web.apps.funding.models import CareFile
from rempart.web.apps.funding.rules import Activity
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]


@pytest.fixture
def file(cast: Cast, settings: Settings, tmp_path: object) -> CareFile:
    settings.DATA = tmp_path
    return a_care_file(cast.home, cast.alice)


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_file_is_opened_from_the_page_of_its_establishment(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    sent = {"programme": "care_d1", "span": "establishment"}
    answer = browser_of("alice").post("/etablissements/350000019/care/ouvrir/", sent)
    assert answer.status_code == 302
    assert CareFile.objects.filter(programme="care_d1", establishment=cast.home).exists()


def test_the_region_reads_nothing_of_a_file_in_preparation(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    assert "EHPAD Les Genêts" not in browser_of("rose").get("/care/declares/").content.decode()


def test_the_region_reads_what_is_declared_and_not_the_money(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    an_expense(file, cast.alice, label="Coffre secret")
    day = date(2026, 1, 20)
    actions.declare(file=file, items=["care_d2.P1"], on=day, today=day, seen=1, by=cast.alice)
    page = browser_of("rose").get("/care/declares/").content.decode()
    assert "EHPAD Les Genêts" in page and "D2.P1" in page and "20 janvier 2026" in page
    assert "Coffre secret" not in page and "D2.P2" not in page
    assert "EHPAD Les Genêts" not in browser_of("charlie").get("/care/").content.decode()


def test_a_csv_of_activities_comes_back_as_it_was_given(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    text = "finess;nom;activite;source;annee;D2.O1.C\n220000012;CH A;66,5;ATIH;2024;oui\n350000019;=1+1;33,5;;;\n"
    given = SimpleUploadedFile("a.csv", text.encode("utf-8-sig"))
    browser = browser_of("alice")
    answer = browser.post(f"/care/{file.pk}/activite/importer/", {"file": given, "seen": 1})
    assert answer.status_code == 302
    page = browser.get(f"/care/{file.pk}/activite/").content.decode()
    assert "66,5 %" in page and "atteint" in page
    back = browser.get(f"/care/{file.pk}/activite.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(back), delimiter=";"))
    assert rows[1][:6] == ["220000012", "CH A", "66,5", "ATIH", "2024", "oui"]
    assert not rows[2][1].startswith("=")


def test_a_csv_that_does_not_hold_says_its_line(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    given = SimpleUploadedFile("a.csv", b"finess;activite\n220000012;beaucoup\n")
    answer = browser_of("alice").post(
        f"/care/{file.pk}/activite/importer/", {"file": given, "seen": 1}
    )
    assert answer.status_code == 422
    assert "Ligne 2" in answer.content.decode()


def test_a_form_that_saw_an_older_file_changes_nothing(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    actions.set_activities(
        file=file, activities=[Activity("350000019", "A", Decimal(3))], seen=1, by=cast.alice
    )
    answer = browser_of("alice").post(
        f"/care/{file.pk}/dates/", {"seen": 1, "on_application_deposit": "2025-10-01"}
    )
    assert answer.status_code == 422
    assert "a changé ce dossier" in answer.content.decode()


def test_the_archive_holds_every_piece_with_its_true_hash(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    expense = an_expense(file, cast.alice)
    a_document(cast.home, cast.alice, "piece:care_d2.P1/pssi", "piece:care_d2.P2/organisation")
    a_document(cast.home, cast.alice, expense.subject, title="Facture")
    archive = zipfile.ZipFile(
        io.BytesIO(body(browser_of("alice").get(f"/care/{file.pk}/export/pieces/")))
    )
    assert archive.testzip() is None
    sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
    names = set(archive.namelist()) - {"SHA256SUMS"}
    assert set(sums) == names and len(names) == 5
    assert all(hashlib.sha256(archive.read(n)).hexdigest() == sums[n] for n in names)
    assert not any(name.startswith(("/", "..")) for name in names)
    assert "déclaré, avec document" in archive.read("objectifs.csv").decode("utf-8-sig")


def test_the_balance_is_a_workbook_without_a_formula(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    an_expense(file, cast.alice, label='=HYPERLINK("http://x")', euros=Decimal("1234.56"))
    data = body(browser_of("alice").get(f"/care/{file.pk}/export/tableur/"))
    row = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1]
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert (row[0], row[6]) == ('=HYPERLINK("http://x")', 1234.56)


@pytest.mark.parametrize("form", ["dossier", "bilan"])
def test_the_documents_are_tagged_and_the_same_twice(
    cast: Cast, browser_of: BrowserOf, file: CareFile, form: str
) -> None:
    an_expense(file, cast.alice)
    browser = browser_of("alice")
    first, again = (body(browser.get(f"/care/{file.pk}/export/{form}/")) for _ in range(2))
    assert first.startswith(b"%PDF-") and b"/MarkInfo" in first
    assert first == again


def test_the_dates_go_into_a_calendar_with_three_alarms(
    cast: Cast, browser_of: BrowserOf, file: CareFile
) -> None:
    text = browser_of("alice").get(f"/care/{file.pk}/dates.ics").content.decode()
    assert text.count("BEGIN:VEVENT") * 3 == text.count("BEGIN:VALARM") > 0
    assert "DTSTART;VALUE=DATE:20260116" in text


@pytest.mark.parametrize("count", [5, 50])
def test_a_list_of_files_costs_the_same_whatever_its_length(
    cast: Cast,
    browser_of: BrowserOf,
    file: CareFile,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        site = an_establishment(f"22{number + 900:07}", operator=cast.hospital.operator)
        a_care_file(site, cast.bob)
    browser = browser_of("bob")
    browser.get("/care/")
    with django_assert_max_num_queries(16):
        page = browser.get("/care/").content.decode()
    assert page.count("CaRE, domaine 2") >= min(count, 50)
