"""Exposure by the API: a report deposited and read again, a sweep asked for, findings listed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from factories.exposure import a_perimeter, an_exposed, an_exposure, an_exposure_file
from factories.joining import MAPPING, TABLE, a_swept_home, an_nmap_file
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import jobs
from rempart.web.core.scope import Act
from web.conftest import Cast

Calling = Callable[..., Client]
HOME = "/api/v1/establishments/350000019/exposure"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_a_report_is_taken_read_and_given_back(script: Calling) -> None:
    calling = script("alice")
    answer = calling.post(HOME, {"file": an_exposure_file(an_exposure(an_exposed()))})
    made = answer.json()
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/jobs/{made['job']}")
    jobs.perform(made["job"])
    read = calling.get(f"/api/v1/exposure/{made['audit']}").json()
    assert (read["state"], read["score"], read["findings"], read["is_latest"]) == (
        "done",
        90,
        1,
        True,
    )
    report = calling.get(f"/api/v1/exposure/{made['audit']}/report")
    assert b"exposure-report/1" in b"".join(report.streaming_content)  # type: ignore[attr-defined]


def test_findings_are_listed_and_narrowed(script: Calling) -> None:
    calling = script("alice")
    found = (an_exposed(severity="critical"), an_exposed("http_hsts", "www.chu.example:443"))
    made = calling.post(HOME, {"file": an_exposure_file(an_exposure(*found))}).json()
    jobs.perform(made["job"])
    items = calling.get("/api/v1/exposure/findings?severity=critical").json()["items"]
    assert [(i["check"], i["target"]) for i in items] == [
        ("service_rdp", "bureau.chu.example:3389")
    ]
    assert script("charlie").get("/api/v1/exposure/findings").json()["items"] == []
    listed = calling.get("/api/v1/exposure?is_latest=true").json()["items"]
    assert [row["id"] for row in listed] == [made["audit"]]


def test_a_sweep_is_asked_for_only_with_a_consent(script: Calling, cast: Cast) -> None:
    calling = script("alice", Act.DEPOSIT_AUDIT)
    refused = calling.post(f"{HOME}/sweeps")
    assert refused.status_code in (409, 422)
    assert "Personne ne consent" in refused.json()["detail"]
    a_perimeter(cast.home, cast.alice)
    assert calling.post(f"{HOME}/sweeps").status_code == 202
    assert ExposureAudit.objects.get().form == "sweep"


def test_an_empty_file_is_refused_with_advice(script: Calling) -> None:
    answer = script("alice").post(HOME, {"file": an_exposure_file(b"")})
    assert answer.status_code in (409, 422)
    assert not ExposureAudit.objects.exists()


def test_the_report_of_another_tool_is_joined_to_the_last_sweep(
    script: Calling, cast: Cast
) -> None:
    base = a_swept_home(cast.home, cast.alice)
    calling = script("alice")
    file = SimpleUploadedFile("scan.xml", an_nmap_file())
    made = calling.post(f"{HOME}/imports", {"file": file}).json()
    jobs.perform(made["job"])
    read = calling.get(f"/api/v1/exposure/{made['audit']}").json()
    assert (read["state"], read["form"], read["joined_to"]) == ("done", "import", base.pk)
    items = calling.get("/api/v1/exposure/findings").json()["items"]
    assert ["nmap"] in [item["sources"] for item in items]


def test_a_table_is_joined_with_its_mapping_and_a_bad_one_is_refused(
    script: Calling, cast: Cast
) -> None:
    a_swept_home(cast.home, cast.alice)
    calling = script("alice")
    for text, status in ((MAPPING, 202), ("tool: [", 422)):
        sent = {
            "file": SimpleUploadedFile("audit.csv", TABLE.encode()),
            "mapping": SimpleUploadedFile("colonnes.yaml", text.encode()),
        }
        answer = calling.post(f"{HOME}/imports", sent)
        assert answer.status_code in (status, 409), answer.content
    assert ExposureAudit.objects.filter(form="import").count() == 1


def test_nothing_is_joined_without_a_sweep(script: Calling, cast: Cast) -> None:
    a_perimeter(cast.home, cast.alice)
    file = SimpleUploadedFile("scan.xml", an_nmap_file())
    answer = script("alice").post(f"{HOME}/imports", {"file": file})
    assert "pas encore de balayage" in answer.json()["detail"]
    assert not ExposureAudit.objects.exists()
