"""The pages of core: work in the background, the journal, mail; and the pages of what goes wrong."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rempart.kernel.errors import RempartError
from rempart.web.core import acts, error_pages, journal, mail
from rempart.web.core.errors import NoRoom, Refused
from rempart.web.core.models import Job
from support.tree import files

Browsers = Callable[[str | None], Client]


def job_of(finess: str, **fields: Any) -> Job:
    values = {"kind": "verify_journal", "establishment": finess} | fields
    return Job.objects.create(**values)


def wrote(n: int, finess: str = "350000019") -> None:
    with transaction.atomic():
        for _ in range(n):
            journal.record(
                "deposit_audit", by=None, object_kind="audit", object_id=1, establishment=finess
            )


@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("charlie", 404), ("rose", 404)])
def test_only_those_who_work_there_see_the_job_of_an_establishment(
    browser_of: Browsers, who: str, status: int
) -> None:
    row = job_of("350000019")
    assert browser_of(who).get(f"/travaux/{row.pk}/").status_code == status


def test_whoever_asked_for_a_job_sees_it_without_an_establishment(
    browser_of: Browsers, cast: Any
) -> None:
    row = job_of("", asked_by_id=cast.rose.pk)
    assert browser_of("rose").get(f"/travaux/{row.pk}/").status_code == 200
    assert browser_of("charlie").get(f"/travaux/{row.pk}/").status_code == 404


def test_the_fragment_of_a_job_that_ended_asks_for_the_whole_page(browser_of: Browsers) -> None:
    row = job_of("350000019")
    browser = browser_of("alice")
    during = browser.get(f"/travaux/{row.pk}/", headers={"HX-Request": "true"})
    Job.objects.update(state="failed", ended_at=timezone.now(), error="Ce fichier est vide.")
    after = browser.get(f"/travaux/{row.pk}/", headers={"HX-Request": "true"})
    assert ("every 1s" in during.text, after.headers.get("HX-Refresh")) == (True, "true")
    assert "Ce fichier est vide." in browser.get(f"/travaux/{row.pk}/").text


def test_a_job_is_cancelled_from_its_page(browser_of: Browsers) -> None:
    row = job_of("350000019")
    answer = browser_of("alice").post(f"/travaux/{row.pk}/annuler")
    row.refresh_from_db()
    assert (answer.status_code, row.state) == (302, "cancelled")
    assert "Annulé avant de commencer, par" in row.error
    assert browser_of("alice").post(f"/travaux/{row.pk}/annuler").status_code == 409


@pytest.mark.parametrize("address", ["/travaux/", "/journal/"])
def test_a_list_asks_the_same_number_of_queries_however_long(
    browser_of: Browsers, address: str
) -> None:
    browser = browser_of("alice")
    counts = []
    for n in (5, 50):
        wrote(n)
        for _ in range(n):
            job_of("350000019")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_journal_shows_each_the_establishments_of_their_scope(browser_of: Browsers) -> None:
    wrote(1)
    wrote(1, finess="130000019")
    shown = {who: browser_of(who).get("/journal/").text for who in ("alice", "charlie", "nadia")}
    seen = {who: ("350000019" in text, "130000019" in text) for who, text in shown.items()}
    assert seen == {"alice": (True, False), "charlie": (False, True), "nadia": (True, True)}


@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("charlie", 404), ("rose", 403)])
def test_the_journal_of_an_establishment_is_its_own(
    browser_of: Browsers, who: str, status: int
) -> None:
    answer = browser_of(who).get("/etablissements/350000019/journal/")
    assert answer.status_code == status


def test_the_journal_can_be_read_by_act(browser_of: Browsers) -> None:
    wrote(1)
    browser = browser_of("alice")
    assert "Audit déposé</th>" in browser.get("/journal/?acte=deposit_audit").text
    assert "Audit déposé</th>" not in browser.get("/journal/?acte=invite").text


def test_every_act_of_the_source_has_its_french_words() -> None:
    pattern = re.compile(r"(?:journal\.record|record|_told)\(\s*(?:\w+,\s*)?\"([a-z_]+)\"")
    source = "".join(path.read_text(encoding="utf-8") for path in files("src/rempart/web/*.py"))
    assert set(pattern.findall(source)) - set(acts.WORDS) == set()
    assert acts.said("of_another_version") == "of_another_version"


def test_the_details_of_an_entry_are_read_in_french() -> None:
    details = {"is_kept": True, "files": ["a.zip", 3], "changed": {"level": 2, "reason": ""}}
    said = [acts.detail(name, value) for name, value in details.items()]
    assert said == [
        ("collecte conservée", "oui"),
        ("fichiers", "a.zip, 3"),
        ("changements", "niveau : 2 ; raison : –"),
    ]


def test_a_person_chooses_each_message_or_one_a_day(browser_of: Browsers) -> None:
    browser = browser_of("alice")
    browser.post("/courriels/", {"rythme": "chaque"})
    each = mail.wants_each("alice@exemple.test")
    browser.post("/courriels/", {"rythme": "jour"})
    assert (each, mail.wants_each("alice@exemple.test")) == (True, False)


def test_an_address_that_does_not_exist_is_said_in_french(browser_of: Browsers) -> None:
    answer = browser_of("alice").get("/nulle-part/")
    assert answer.status_code == 404
    assert "n’existe pas" in answer.text
    assert "urlpatterns" not in answer.text


def test_an_expired_form_is_said_in_french(cast: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    answer = browser.post("/courriels/", {"rythme": "chaque"})
    assert (answer.status_code, "a expiré" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Refused("Non."), 409),
        (NoRoom(), 507),
        (OSError(28, "No space left on device"), 507),
        (ZeroDivisionError(), 500),
    ],
)
def test_a_fault_is_a_page_that_asks_nothing_of_the_database(fault: Exception, status: int) -> None:
    try:
        raise fault
    except (RempartError, OSError, ArithmeticError):
        answer = error_pages.broken(RequestFactory().get("/"))
    assert answer.status_code == status
    assert b"<h1>" in answer.content


@pytest.mark.parametrize(
    ("fault", "status"), [(RequestDataTooBig(), 413), (SuspiciousOperation(), 400)]
)
def test_a_request_that_cannot_be_taken_is_a_page_in_french(
    db: None, fault: Exception, status: int
) -> None:
    answer = error_pages.bad_request(RequestFactory().get("/"), fault)
    assert (answer.status_code, b"<h1>" in answer.content) == (status, True)


def test_the_page_of_an_error_comes_out_even_when_templates_are_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fall(*args: Any, **fields: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(error_pages, "render_to_string", fall)
    answer = error_pages.broken(RequestFactory().get("/"))
    assert (answer.status_code, b"Recommencez" in answer.content) == (500, True)
