"""Documents by the API: deposited, refused, listed, taken."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories.documents import a_document
from rempart.web.apps.evidence.actions import withdraw
from rempart.web.apps.evidence.models import Document
from rempart.web.core.models import JournalEntry
from rempart.web.core.scope import Act
from web.conftest import Cast

Calling = Callable[..., Client]
HOME = "/api/v1/establishments/350000019/documents"


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def a_file(content: bytes = b"Nos sauvegardes sont relues.", name: str = "note.txt") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def test_a_document_is_deposited_listed_and_taken(script: Calling) -> None:
    calling = script("alice")
    answer = calling.post(HOME, {"file": a_file(), "title": "Note", "dated_on": "2026-03-01"})
    made = answer.json()
    assert (answer.status_code, made["state"], made["dated_on"]) == (201, "present", "2026-03-01")
    (listed,) = calling.get("/api/v1/documents?establishment=350000019").json()["items"]
    assert listed == made
    content = calling.get(f"/api/v1/documents/{made['id']}/content")
    assert b"".join(content.streaming_content) == b"Nos sauvegardes sont relues."  # type: ignore[attr-defined]
    assert content["Content-Disposition"].startswith("attachment")
    assert JournalEntry.objects.filter(act="download_document").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.exe", b"MZ", "ne peut pas servir de preuve"),
        ("a.pdf", b"<html>", "n’en est pas un"),
        ("a.txt", b"a\x00b", "simple texte"),
    ],
)
def test_what_is_no_proof_is_refused_with_a_sentence(
    script: Calling, name: str, content: bytes, words: str
) -> None:
    answer = script("alice").post(HOME, {"file": a_file(content, name), "title": "Note"})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert not Document.objects.exists()


def test_an_end_before_the_day_is_refused(script: Calling) -> None:
    said = {"title": "Note", "dated_on": "2026-03-01", "valid_until": "2026-02-01"}
    answer = script("alice").post(HOME, {"file": a_file()} | said)
    assert answer.status_code == 422
    assert "avant la date" in answer.json()["detail"]


def test_a_token_without_the_right_to_answer_deposits_nothing(script: Calling) -> None:
    narrow = script("alice", Act.SEE_FINDINGS, Act.SEE_ESTABLISHMENT)
    assert narrow.post(HOME, {"file": a_file(), "title": "Note"}).status_code == 403
    assert script("bob").post(HOME, {"file": a_file(), "title": "Note"}).status_code == 404
    assert not Document.objects.exists()


def test_a_withdrawn_document_is_listed_only_when_asked(cast: Cast, script: Calling) -> None:
    found = a_document(cast.home, cast.alice)
    withdraw(document=found, reason="Mauvais fichier", by=cast.alice)
    calling = script("alice")
    assert calling.get("/api/v1/documents").json()["items"] == []
    (row,) = calling.get("/api/v1/documents?is_present=false").json()["items"]
    assert row["state"] == "withdrawn"


def test_the_list_asks_as_many_queries_of_5_as_of_50(cast: Cast, script: Calling) -> None:
    asked, calling = [], script("alice")
    calling.get("/api/v1/documents")  # the token notes its first use
    for start, stop in ((0, 5), (5, 50)):
        for k in range(start, stop):
            a_document(cast.home, cast.alice, f"item:a.{k}", title=f"Document {k}")
        with CaptureQueriesContext(connection) as seen:
            assert len(calling.get("/api/v1/documents").json()["items"]) == stop
        asked.append(len(seen))
    assert asked[0] == asked[1]
