"""Answers brought in a workbook."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.assessments import ACCESS_1, ACCESS_2, BACKUP_1, TODAY, an_assessment, answered
from rempart.render.assessment.tables import as_ciso_xlsx, as_xlsx
from rempart.web.apps.assessments import documents
from rempart.web.apps.assessments.models import Answer, Assessment
from rempart.web.apps.assessments.tables import ReadTable, read_table
from rempart.web.core.errors import Refused
from support.frameworks import a_framework
from support.workbooks import Change, a_workbook
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
HEAD = ["identifiant", "niveau", "réponse", "note"]


def read(*rows: list[Any], change: Change | None = None) -> ReadTable:
    return read_table(a_workbook(HEAD, *rows, change=change), a_framework().items)


@pytest.fixture
def begun(cast: Cast) -> Assessment:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=1)
    return made


def brought(browser: Client, assessment: Assessment, data: bytes) -> Any:
    file = SimpleUploadedFile("reponses.xlsx", data)
    return browser.post(f"/evaluations/{assessment.pk}/classeur/", {"file": file})


def agreed(browser: Client, assessment: Assessment, page: Any) -> Any:
    token = page.content.decode().split('name="token" value="')[1].split('"')[0]
    return browser.post(f"/evaluations/{assessment.pk}/classeur/valider/", {"token": token})


def test_a_level_is_read_as_a_number_or_as_a_word() -> None:
    found = read([ACCESS_1, 2], [ACCESS_2, "3"], [BACKUP_1, "", "je ne sais pas"])
    assert found.faults == []
    assert [r.given.value for r in found.replies.values()] == [2, 3, None]


def test_a_row_without_an_answer_changes_nothing() -> None:
    assert read([ACCESS_1, ""], ["", ""], []).replies == {}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["demo.inconnue.1", 1], "n’est pas une question"),
        ([ACCESS_1, 9], "n’existe pas"),
        ([ACCESS_1, 1.5], "n’existe pas"),
        ([ACCESS_1, "", "peut-être"], "ne se lit pas"),
        ([ACCESS_1, "", "sans objet"], "pourquoi"),
        ([ACCESS_1, True], "n’existe pas"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_number(row: list[Any], words: str) -> None:
    found = read([ACCESS_2, 1], row)
    assert len(found.replies) == 1
    assert found.faults[0].startswith("Ligne 3 : ")
    assert words in found.faults[0]


def test_the_same_question_twice_is_told() -> None:
    found = read([ACCESS_1, 1], [ACCESS_1, 2])
    assert found.replies[ACCESS_1].given.value == 1
    assert "ligne 2" in found.faults[0]


def test_merged_cells_are_refused() -> None:
    with pytest.raises(Refused, match="fusionnées"):
        read([ACCESS_1, 1], change=lambda sheet: sheet.merge_range(1, 1, 3, 1, 2))


def test_a_title_merged_above_the_heads_is_no_trouble() -> None:
    rows = [["Mon titre"], HEAD, [ACCESS_1, 2]]
    data = a_workbook(*rows, change=lambda sheet: sheet.merge_range(0, 0, 0, 3, "Mon titre"))
    assert read_table(data, a_framework().items).replies[ACCESS_1].given.value == 2


def test_a_formula_is_never_computed() -> None:
    found = read(
        [ACCESS_1], change=lambda sheet: sheet.write_formula(1, 1, "=1+1", None, "=HYPERLINK(1)")
    )
    assert found.replies == {}
    assert "n’existe pas" in found.faults[0]


@pytest.mark.parametrize("data", [b"", b"texte", b"PK\x03\x04", b"%PDF-1.7"])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="n’est pas un classeur"):
        read_table(data, a_framework().items)


def test_a_workbook_that_swells_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b" " * 61 * 1024**2)
    with pytest.raises(Refused, match="démesuré"):
        read_table(target.getvalue(), a_framework().items)


def test_heads_that_are_not_known_are_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match="titres"):
        read_table(a_workbook(["a", "b"], [ACCESS_1, 1]), a_framework().items)


@pytest.mark.parametrize("make", [as_xlsx, as_ciso_xlsx])
def test_our_own_workbooks_come_back_as_they_went(begun: Assessment, make: Any) -> None:
    data = make(documents.sheet(begun, TODAY))
    found = read_table(data, a_framework().items)
    assert found.faults == []
    assert {name: r.given.value for name, r in found.replies.items()} == {ACCESS_1: 1}


def test_nothing_is_written_before_somebody_agrees(
    browser_of: BrowserOf, begun: Assessment
) -> None:
    browser = browser_of("alice")
    page = brought(browser, begun, a_workbook(HEAD, [ACCESS_1, 3], [BACKUP_1, "?"], ["x", 1]))
    assert "1 ligne ne se lit pas" in page.content.decode()
    assert Answer.objects.count() == 1
    assert agreed(browser, begun, page).status_code == 302
    rows = Answer.objects.order_by("item").values_list("item", "value", "kind", "origin")
    assert list(rows) == [
        (ACCESS_1, 3, "level", "table"), (BACKUP_1, None, "unknown", "table"),
    ]  # fmt: skip


def test_an_answer_given_meanwhile_is_not_overwritten(
    browser_of: BrowserOf, cast: Cast, begun: Assessment
) -> None:
    browser = browser_of("alice")
    page = brought(browser, begun, a_workbook(HEAD, [ACCESS_1, 3]))
    held = Assessment.objects.select_related("establishment").get(pk=begun.pk)
    answered(held, cast.bob, access_1=4)
    assert ACCESS_1 in agreed(browser, begun, page)["Location"]
    assert Answer.objects.get(item=ACCESS_1).value == 4


def test_the_mark_of_another_assessment_writes_nothing(
    browser_of: BrowserOf, cast: Cast, begun: Assessment
) -> None:
    browser = browser_of("alice")
    page = brought(browser, begun, a_workbook(HEAD, [ACCESS_1, 3]))
    other = an_assessment(cast.home, cast.alice, a_framework("other"))
    assert agreed(browser, other, page).status_code == 409
    assert Answer.objects.get().value == 1
