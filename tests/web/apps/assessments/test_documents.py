"""The documents of an assessment, and the public page that verifies the code of one."""

import io
import json
from collections.abc import Callable
from typing import Any

import docx
import pikepdf
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories.assessments import ACCESS_1, TODAY, a_submitted, an_assessment, answered
from factories.findings import an_action
from rempart.content.frameworks import Theme
from rempart.web.apps.assessments import actions, completing, documents
from rempart.web.apps.assessments.models import Assessment, Completion
from rempart.web.core import facts
from rempart.web.core.models import JournalEntry
from support.frameworks import a_framework, a_prefill, an_item
from web.conftest import Cast

QUERIES = 7
BrowserOf = Callable[[str | None], Client]


@pytest.fixture
def done(cast: Cast) -> Assessment:
    return a_submitted(cast.home, cast.alice)


def taken(browser: Client, assessment: Assessment, form: str) -> bytes:
    answer: Any = browser.get(f"/evaluations/{assessment.pk}/documents/{form}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("form", sorted(documents.FORMS))
def test_each_form_is_sent_and_the_journal_says_so(
    browser_of: BrowserOf, done: Assessment, form: str
) -> None:
    data = taken(browser_of("alice"), done, form)
    starts = {"pdf": b"%PDF", "docx": b"PK", "xlsx": b"PK", "json": b"{", "csv": b"\xef\xbb\xbf"}
    assert data.startswith(starts[form.rpartition(".")[2]])
    entry = JournalEntry.objects.latest("id")
    assert (entry.act, entry.details) == ("export_assessment", {"form": form})


def test_the_report_bears_the_result_and_the_code(browser_of: BrowserOf, done: Assessment) -> None:
    data = taken(browser_of("alice"), done, "rapport.docx")
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)
    assert Completion.objects.get().code in text
    assert "alice" in text.lower()
    assert "je ne sais pas" in text


def test_the_pdf_is_tagged_and_speaks_french(browser_of: BrowserOf, done: Assessment) -> None:
    with pikepdf.open(io.BytesIO(taken(browser_of("alice"), done, "rapport.pdf"))) as pdf:
        assert str(pdf.Root.Lang).startswith("fr")
        assert pdf.Root.MarkInfo.Marked


def test_the_export_has_the_answers_of_the_assessment(
    browser_of: BrowserOf, done: Assessment
) -> None:
    whole = json.loads(taken(browser_of("alice"), done, "reponses.json"))
    given = {a["item"]: (a["kind"], a["level"]) for a in whole["answers"] if a["kind"]}
    assert given["demo.access.1"] == ("level", 1)
    assert given["demo.backup.1"] == ("unknown", None)
    assert whole["establishment"]["finess"] == done.establishment_id


def test_the_report_shows_the_one_before(cast: Cast, done: Assessment) -> None:
    again = an_assessment(cast.home, cast.alice)
    answered(again, cast.alice, access_1=4)
    found = documents.sheet(Assessment.objects.get(pk=again.pk), TODAY)
    assert found.before is not None
    assert found.before.count.answered == 2
    assert found.code == ""


def test_there_is_no_certificate_of_what_is_not_finished(browser_of: BrowserOf, cast: Cast) -> None:
    begun = an_assessment(cast.home, cast.alice)
    answer = browser_of("alice").get(f"/evaluations/{begun.pk}/documents/attestation.pdf")
    assert answer.status_code == 409
    assert "Terminez-la" in answer.content.decode()


def test_a_form_that_does_not_exist_is_not_found(browser_of: BrowserOf, done: Assessment) -> None:
    answer = browser_of("alice").get(f"/evaluations/{done.pk}/documents/rapport.exe")
    assert answer.status_code == 404


@pytest.mark.parametrize("values", [{"access_1": 1}, {"access_1": 1, "access_2": 2, "backup_1": 3}])
def test_a_sheet_asks_as_much_of_the_base_whatever_was_answered(
    cast: Cast, values: dict[str, int], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = a_submitted(cast.home, cast.alice, **values)
    found = Assessment.objects.select_related("establishment", "previous").get(pk=made.pk)
    with django_assert_num_queries(QUERIES):
        assert documents.sheet(found, TODAY).code


def test_anybody_verifies_a_code_and_learns_no_score(
    browser_of: BrowserOf, done: Assessment
) -> None:
    code = Completion.objects.get().code
    page = browser_of(None).get(f"/verification/{code}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert done.establishment_id in text
    assert "Ce code est bon" in text
    assert "%" not in text.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("change", [str.lower, lambda c: c.replace("-", " "), lambda c: f" {c}"])
def test_a_code_is_known_however_it_is_typed(
    browser_of: BrowserOf, done: Assessment, change: Callable[[str], str]
) -> None:
    code = Completion.objects.get().code
    page = browser_of(None).get("/verification/", {"code": change(code)})
    assert "Ce code est bon" in page.content.decode()


@pytest.mark.parametrize("code", ["0000-0000-0000", "x", "../..", "é" * 12, "' OR 1=1"])
def test_a_code_that_was_never_given_proves_nothing(browser_of: BrowserOf, code: str) -> None:
    page = browser_of(None).get("/verification/", {"code": code})
    assert page.status_code == 404
    assert "pas connu" in page.content.decode()


def test_codes_are_not_found_by_trying(browser_of: BrowserOf, done: Assessment) -> None:
    browser = browser_of(None)
    for _ in range(completing.TRIES):
        assert browser.get("/verification/0000-0000-0000/").status_code == 404
    assert browser.get(f"/verification/{Completion.objects.get().code}/").status_code == 429


def test_a_code_says_that_the_assessment_changed_since(
    browser_of: BrowserOf, cast: Cast, done: Assessment
) -> None:
    first = Completion.objects.get().code
    actions.reopen(assessment=done, by=cast.alice)
    page = browser_of(None).get(f"/verification/{first}/").content.decode()
    assert "a changé depuis" in page
    answered(done, cast.alice, backup_1=4)
    actions.submit(assessment=done, today=TODAY, by=cast.alice)
    assert Completion.objects.count() == 2
    assert completing.of_assessment(done) != Completion.objects.get(code=first)


def test_a_report_names_what_was_decided_and_counts_the_rest(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    for k in range(12):
        an_action(cast.home, cast.alice, title=f"Action {k}", owner_function="Direction")
    found = documents.sheet(made, TODAY)
    assert [a.title for a in found.decided] == [f"Action {k}" for k in range(10)]
    assert (found.decided[0].who, found.decided[0].due_on, found.others_decided) == (
        "Direction",
        "",
        2,
    )


def test_a_document_that_states_a_level_is_a_piece_and_not_a_measure(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = "D’après le document « Exercice »"
    fact = facts.Fact("directory.level", 2.0, TODAY, label, is_document=True)
    monkeypatch.setattr(facts, "_PROVIDERS", {"x": lambda finess, today: [fact]})
    item = an_item(ACCESS_1, prefill=[a_prefill("directory.level", (1, 0), (2, 1))])
    framework = a_framework("demo", Theme("access", "Accès", items=[item]))
    made = an_assessment(cast.home, cast.alice, framework)
    answered(made, cast.alice, access_1=4)
    line = documents.sheet(made, TODAY).lines[ACCESS_1]
    assert (line.measured, line.is_contradicted) == ("", False)
    assert line.documents == [f"{label} (1er juin 2026)"]
