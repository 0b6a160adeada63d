"""Audits by the API: deposited, refused, read again."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tools.sample_directories import made

from rempart.web.apps.audits.models import Audit
from rempart.web.core import jobs
from rempart.web.core.scope import Act

Calling = Callable[..., Client]
HOME = "/api/v1/establishments/350000019/audits"


def a_file(content: bytes, name: str = "collecte.zip") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


@pytest.fixture(scope="module")
def collection() -> bytes:
    """A small directory with its weaknesses."""
    return made("genets.test", users=20)


def test_a_collection_is_taken_analysed_and_read(script: Calling, collection: bytes) -> None:
    calling = script("alice")
    answer = calling.post(HOME, {"files": a_file(collection)})
    deposited = answer.json()
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/jobs/{deposited['job']}")
    assert calling.get(f"/api/v1/audits/{deposited['audit']}").json()["level"] is None
    jobs.perform(deposited["job"])
    read = calling.get(f"/api/v1/audits/{deposited['audit']}").json()
    assert (read["state"], read["level"], read["domains"]) == ("done", 1, ["genets.test"])


def test_the_report_is_given_back_whole(script: Calling, collection: bytes) -> None:
    calling = script("alice")
    deposited = calling.post(HOME, {"files": a_file(collection)}).json()
    assert calling.get(f"/api/v1/audits/{deposited['audit']}/report").status_code == 404
    jobs.perform(deposited["job"])
    answer = calling.get(f"/api/v1/audits/{deposited['audit']}/report")
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"rempart/directory-report/1" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_same_files_twice_are_the_same_audit(script: Calling, collection: bytes) -> None:
    calling = script("alice")
    first = calling.post(HOME, {"files": a_file(collection)}).json()
    second = calling.post(HOME, {"files": a_file(collection)}).json()
    assert (second["audit"], second["is_known"]) == (first["audit"], True)
    assert Audit.objects.count() == 1


def test_a_collection_can_be_analysed_and_not_kept(script: Calling, collection: bytes) -> None:
    answer = script("alice").post(HOME, {"files": a_file(collection), "is_kept": "false"})
    jobs.perform(answer.json()["job"])
    audit = Audit.objects.get()
    assert (audit.is_kept, audit.transient, audit.sources.get().file) == (False, "", None)


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"<svg xmlns='x'></svg>", "a.svg"), (b"<!doctype html><p>", "a.zip"), (b"", "a.zip")],
    ids=["svg", "html", "empty"],
)
def test_what_is_no_collection_is_refused_with_a_sentence(
    script: Calling, content: bytes, name: str
) -> None:
    answer = script("alice").post(HOME, {"files": a_file(content, name)})
    assert answer.status_code in (409, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert not Audit.objects.exists()


def test_a_deposit_without_a_file_is_refused_in_french(script: Calling, cast: Any) -> None:
    answer = script("alice").post(HOME, {})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"] == "Ce champ est nécessaire."


@pytest.mark.parametrize(("who", "status"), [("rose", 403), ("charlie", 404), ("bob", 404)])
def test_nobody_deposits_at_someone_else_s(
    script: Calling, collection: bytes, who: str, status: int
) -> None:
    assert script(who).post(HOME, {"files": a_file(collection)}).status_code == status
    assert not Audit.objects.exists()


def test_a_token_that_reads_does_not_deposit(script: Calling, collection: bytes) -> None:
    reading = script("alice", Act.SEE_FINDINGS, Act.SEE_ESTABLISHMENT)
    assert reading.post(HOME, {"files": a_file(collection)}).status_code == 403


def test_charlie_reads_no_audit_of_alice(script: Calling, collection: bytes) -> None:
    deposited = script("alice").post(HOME, {"files": a_file(collection)}).json()
    jobs.perform(deposited["job"])
    calling = script("charlie")
    assert calling.get("/api/v1/audits").json()["items"] == []
    for address in (f"audits/{deposited['audit']}", f"audits/{deposited['audit']}/report"):
        assert calling.get(f"/api/v1/{address}").status_code == 404
    assert calling.get(f"/api/v1/jobs/{deposited['job']}").status_code == 404


def test_the_latest_audits_alone_can_be_listed(script: Calling) -> None:
    calling = script("alice")
    for mended in (0, 3):
        content = made("genets.test", users=20, mended=mended)
        jobs.perform(calling.post(HOME, {"files": a_file(content)}).json()["job"])
    everything = calling.get("/api/v1/audits").json()["items"]
    latest = calling.get("/api/v1/audits", {"is_latest": "true"}).json()["items"]
    assert (len(everything), len(latest)) == (2, 1)
