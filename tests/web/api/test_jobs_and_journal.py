"""Background work and the journal by the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from rempart.web.core import journal
from rempart.web.core.models import Job

Calling = Callable[..., Client]


def test_a_job_is_read_by_who_asked_for_it_and_by_nobody_else(script: Calling, cast: Any) -> None:
    job = Job.objects.create(kind="x", asked_by_id=cast.rose.pk, stage="Lecture")
    found = script("rose").get(f"/api/v1/jobs/{job.pk}").json()
    assert (found["state"], found["stage"]) == ("waiting", "Lecture")
    assert script("charlie").get(f"/api/v1/jobs/{job.pk}").status_code == 404


def test_a_job_of_an_establishment_is_read_by_those_who_work_there(
    script: Calling, cast: Any
) -> None:
    job = Job.objects.create(kind="x", asked_by_id=cast.nadia.pk, establishment=cast.home.pk)
    assert script("alice").get(f"/api/v1/jobs/{job.pk}").status_code == 200
    assert script("bob").get(f"/api/v1/jobs/{job.pk}").status_code == 404


@pytest.fixture
def entries(cast: Any) -> None:
    """An act at home, an act far away."""
    with transaction.atomic():
        for place, person in ((cast.home, cast.alice), (cast.far, cast.charlie)):
            journal.record(
                "deposit_audit", by=person, object_kind="audit", object_id=1, establishment=place.pk
            )


@pytest.mark.parametrize(("who", "seen"), [("alice", 1), ("charlie", 1), ("bob", 0), ("nadia", 2)])
def test_the_journal_holds_the_scope_and_no_more(
    script: Calling, entries: None, who: str, seen: int
) -> None:
    assert len(script(who).get("/api/v1/journal").json()["items"]) == seen


def test_the_journal_is_refused_to_the_region(script: Calling, entries: None) -> None:
    assert script("rose").get("/api/v1/journal").status_code == 403


def test_the_journal_begins_with_the_latest_and_can_be_filtered(
    script: Calling, entries: None
) -> None:
    calling = script("nadia")
    everything = calling.get("/api/v1/journal").json()["items"]
    far = calling.get("/api/v1/journal", {"establishment": "130000019"}).json()["items"]
    assert [one["id"] for one in everything] == [2, 1]
    assert far == everything[:1]
    assert everything[0]["previous_hash"] == everything[1]["hash"]


def test_the_journal_is_filtered_by_act(script: Calling, entries: None) -> None:
    calling = script("nadia")
    kept = calling.get("/api/v1/journal", {"act": "deposit_audit"}).json()["items"]
    assert len(kept) == 2
    assert calling.get("/api/v1/journal", {"act": "close_action"}).json()["items"] == []
