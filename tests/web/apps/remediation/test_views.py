"""The pages of the plan."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings
from python_calamine import CalamineWorkbook

from factories.findings import a_finding, a_measure, an_action, an_observation, closed
from rempart.web.apps.remediation import funding
from rempart.web.apps.remediation.funding import FundingLine
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.rules import Look
from rempart.web.apps.remediation.states import State
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
PLAN = "/etablissements/350000019/plan/"
MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64 + b"IEND\xaeB`\x82"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_a_person_writes_an_action_on_a_finding(cast: Cast, browser_of: Browsers) -> None:
    found = a_finding(cast.home)
    values = {
        "title": "Changer krbtgt",
        "findings": [found.pk],
        "half_days": 1,
        "due_on": "2026-12-01",
    }
    answer = browser_of("alice").post(f"{PLAN}ajouter/", values)
    action = Action.objects.get()
    assert answer.headers["Location"] == f"/actions/{action.pk}/"
    assert (action.state, list(action.findings.all())) == (State.PLANNED, [found])


def test_the_finding_from_which_one_comes_is_ticked(cast: Cast, browser_of: Browsers) -> None:
    found = a_finding(cast.home)
    page = browser_of("alice").get(f"{PLAN}ajouter/?constat={found.pk}").text
    assert f'value="{found.pk}"' in page
    assert "checked" in page


def test_a_finding_of_elsewhere_cannot_be_chosen(cast: Cast, browser_of: Browsers) -> None:
    stranger = a_finding(cast.far)
    values = {"title": "X", "findings": [stranger.pk]}
    assert browser_of("alice").post(f"{PLAN}ajouter/", values).status_code == 422
    assert not Action.objects.exists()


def test_only_people_of_the_establishment_can_be_responsible(
    cast: Cast, browser_of: Browsers
) -> None:
    page = browser_of("alice").get(f"{PLAN}ajouter/").text
    assert "Alice Essai" in page
    assert "Charlie Essai" not in page


def test_an_action_is_written_again_and_a_change_over_a_change_is_refused(
    cast: Cast, browser_of: Browsers
) -> None:
    action = an_action(cast.home, cast.alice)
    address = f"/actions/{action.pk}/modifier/"
    values = {"title": "Autre", "owner": cast.alice.pk, "version": 1}
    browser = browser_of("alice")
    assert 'value="Changer le mot de passe de krbtgt"' in browser.get(address).text
    assert browser.post(address, values).status_code == 302
    second = browser.post(address, values)
    assert second.status_code == 422
    assert "Quelqu’un a modifié cette action" in second.text


def test_an_action_is_closed_with_its_proof_and_the_file_is_downloaded(
    cast: Cast, browser_of: Browsers
) -> None:
    action, browser = an_action(cast.home, cast.alice), browser_of("alice")
    file = SimpleUploadedFile("capture.png", PNG)
    values = {"done_on": timezone.localdate().isoformat(), "note": "Fait.", "file": file}
    browser.post(f"/actions/{action.pk}/clore/", values)
    action.refresh_from_db()
    assert (action.state, action.proof_note, action.proof_name) == (
        "closed",
        "Fait.",
        "capture.png",
    )
    answer = browser.get(f"/actions/{action.pk}/piece/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="capture.png"'
    assert answer.getvalue() == PNG
    answer.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("capture.svg", b"<svg/>"),
        ("page.html", b"<html>"),
        ("capture.png", b"<svg onload=alert(1)>"),
        ("note.txt", b"<script>alert(1)</script>"),
        ("note.txt", PNG),
    ],
)
def test_a_proof_that_is_not_what_it_says_is_refused(
    cast: Cast, browser_of: Browsers, name: str, content: bytes
) -> None:
    action = an_action(cast.home, cast.alice)
    values = {"done_on": "2026-03-02", "note": "Fait.", "file": SimpleUploadedFile(name, content)}
    assert browser_of("alice").post(f"/actions/{action.pk}/clore/", values).status_code == 422
    assert Action.objects.get().state == State.PLANNED


def test_a_proof_that_is_too_long_is_refused(
    cast: Cast, browser_of: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rempart.web.apps.remediation.forms.PROOF_MAX_BYTES", 10)
    action = an_action(cast.home, cast.alice)
    values = {"done_on": "2026-03-02", "note": "Fait.", "file": SimpleUploadedFile("a.png", PNG)}
    answer = browser_of("alice").post(f"/actions/{action.pk}/clore/", values)
    assert (answer.status_code, "20 Mo" in answer.text) == (422, True)


def test_closing_for_tomorrow_is_refused_in_the_page(cast: Cast, browser_of: Browsers) -> None:
    action = an_action(cast.home, cast.alice)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    answer = browser_of("alice").post(
        f"/actions/{action.pk}/clore/", {"done_on": tomorrow, "note": "Fait."}
    )
    assert (answer.status_code, "date à venir" in answer.text) == (422, True)


def test_an_action_is_started_then_abandoned_with_a_reason(
    cast: Cast, browser_of: Browsers
) -> None:
    action, browser = an_action(cast.home, cast.alice), browser_of("alice")
    address = f"/actions/{action.pk}/etat/"
    assert browser.post(address, {"event": "start"}).status_code == 302
    assert browser.post(address, {"event": "abandon"}).status_code == 422
    browser.post(address, {"event": "abandon", "reason": "Serveur arrêté en mai."})
    page = browser.get(f"/actions/{action.pk}/").text
    assert "abandonnée" in page
    assert "Serveur arrêté en mai." in page


@pytest.mark.parametrize("event", ["verify", "see_again", "withdraw", "close", "", "nope"])
def test_what_a_person_may_not_do_is_refused(cast: Cast, browser_of: Browsers, event: str) -> None:
    action = an_action(cast.home, cast.alice)
    answer = browser_of("alice").post(f"/actions/{action.pk}/etat/", {"event": event})
    assert answer.status_code == 409
    assert Action.objects.get().state == State.PLANNED


def test_declared_and_verified_are_told_apart(cast: Cast, browser_of: Browsers) -> None:
    a_measure(cast.home, an_observation("a"), an_observation("b"), on=MARCH)
    for key in "ab":
        closed(an_action(cast.home, cast.alice, Finding.objects.get(key=key)), cast.alice, MARCH)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MAY)
    page = browser_of("alice").get(PLAN + "?etat=toutes").text
    assert '<span class="tag said">close (déclarée)</span>' in page
    assert '<span class="tag seen">vérifiée</span>' in page


def test_the_filters_keep_what_they_say(cast: Cast, browser_of: Browsers) -> None:
    an_action(cast.home, cast.alice, title="Ancienne", how="Été comme hiver.", due_on=MARCH)
    an_action(cast.home, cast.alice, title="Lointaine", due_on=date(2099, 1, 1), owner=cast.alice)
    browser = browser_of("alice")

    def titles(query: str) -> list[bool]:
        page = browser.get(f"{PLAN}?{query}", headers={"HX-Request": "true"}).text
        return [title in page for title in ("Ancienne", "Lointaine")]

    assert titles("") == [True, True]
    assert titles("etat=retard") == [True, False]
    assert titles("responsable=moi") == [False, True]
    assert titles("responsable=personne") == [True, False]
    assert titles("etat=closed") == [False, False]
    assert titles("q=LOINTÀINE") == [False, True]
    assert titles("q=ete+ancienne") == [True, False]


def test_the_list_alone_is_sent_to_htmx(cast: Cast, browser_of: Browsers) -> None:
    answer = browser_of("alice").get(PLAN, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith("<section")
    assert "HX-Request" in answer.headers["Vary"]


def test_the_workbook_holds_the_actions_and_no_formula(cast: Cast, browser_of: Browsers) -> None:
    an_action(cast.home, cast.alice, title="=cmd|' /C calc'!A0", due_on=MAY, half_days=2)
    content = browser_of("alice").get(f"{PLAN}plan.xlsx").content
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1][2] == "=cmd|' /C calc'!A0"
    assert rows[1][rows[0].index("Échéance")] == MAY
    with ZipFile(BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_the_calendar_holds_the_due_dates_of_what_is_to_be_done(
    cast: Cast, browser_of: Browsers
) -> None:
    hostile = "Avec, des; signes\nEND:VEVENT\nBEGIN:VTODO"
    an_action(cast.home, cast.alice, title=hostile, due_on=MAY, owner=cast.alice)
    an_action(cast.home, cast.alice, title="Sans date")
    answer = browser_of("alice").get(f"{PLAN}plan.ics")
    days = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [day["dtstart"].dt for day in days] == [MAY]
    assert "Avec, des; signes" in days[0]["summary"]
    assert "Alice" in days[0]["description"]
    assert not Calendar.from_ical(answer.content).walk("VTODO")


def test_a_finding_tells_what_each_measure_said(cast: Cast, browser_of: Browsers) -> None:
    a_measure(cast.home, an_observation("a", objects_count=3), on=MARCH)
    a_measure(cast.home, an_observation("a", Look.NOT_MEASURED), on=MAY)
    found = Finding.objects.get()
    page = browser_of("alice").get(f"/constats/{found.pk}/").text
    assert "non mesuré" in page
    assert "il reste ouvert" in page
    assert "Constat a" in browser_of("alice").get("/etablissements/350000019/constats/").text


def test_mended_findings_are_shown_on_demand(cast: Cast, browser_of: Browsers) -> None:
    a_measure(cast.home, an_observation("a"), on=MARCH)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MAY)
    address = "/etablissements/350000019/constats/"
    assert "Constat a" not in browser_of("alice").get(address).text
    assert "Constat a" in browser_of("alice").get(address + "?corriges=oui").text


def test_a_comment_is_kept_with_its_author(cast: Cast, browser_of: Browsers) -> None:
    action, browser = an_action(cast.home, cast.alice), browser_of("alice")
    browser.post(f"/actions/{action.pk}/commenter/", {"text": "Vu <b>hier</b>."})
    page = browser.get(f"/actions/{action.pk}/").text
    assert "Vu &lt;b&gt;hier&lt;/b&gt;." in page
    assert browser.post(f"/actions/{action.pk}/commenter/", {"text": " "}).status_code == 422


def test_the_page_of_the_establishment_shows_three_actions_and_what_is_late(
    cast: Cast, browser_of: Browsers
) -> None:
    for k in range(4):
        an_action(cast.home, cast.alice, title=f"Action {k}", due_on=MARCH + timedelta(days=k))
    page = browser_of("alice").get("/etablissements/350000019/").text
    assert [f"Action {k}" in page for k in range(4)] == [True, True, True, False]
    assert "4 en retard" in page


@pytest.mark.parametrize(
    "address", ["/plan/", PLAN, "/plan/plan.xlsx", "/etablissements/350000019/constats/"]
)
def test_a_list_takes_as_many_queries_for_fifty_rows_as_for_five(
    cast: Cast, browser_of: Browsers, address: str
) -> None:
    browser, counts, whole = browser_of("alice"), [], 0
    for number in (5, 50):
        seen = [an_observation(str(k)) for k in range(number)]
        a_measure(cast.home, *seen, source=str(number))
        for k in range(whole, number):
            an_action(cast.home, cast.alice, Finding.objects.get(key=str(k)), owner=cast.alice)
        whole = number
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


SEEN_BY = [
    ("alice", 200),
    ("bob", 404),
    ("charlie", 404),
    ("rose", 403),
    ("nadia", 403),
    (None, 302),
]


@pytest.mark.parametrize(("who", "status"), SEEN_BY)
@pytest.mark.parametrize("end", ["", "modifier/"])
def test_nobody_else_sees_an_action_by_its_number(
    cast: Cast, browser_of: Browsers, who: str | None, status: int, end: str
) -> None:
    action = an_action(cast.home, cast.alice)
    assert browser_of(who).get(f"/actions/{action.pk}/{end}").status_code == status


@pytest.mark.parametrize("end", ["etat", "clore", "commenter"])
def test_nobody_else_changes_an_action_by_its_number(
    cast: Cast, browser_of: Browsers, end: str
) -> None:
    action = an_action(cast.home, cast.alice)
    values = {"event": "start", "text": "x", "note": "x", "done_on": "2026-03-02"}
    answers = [
        browser_of(who).post(f"/actions/{action.pk}/{end}/", values).status_code
        for who in ("bob", "charlie", "rose", "nadia")
    ]
    assert answers == [404, 404, 403, 403]
    assert (Action.objects.get().state, action.comments.count()) == (State.PLANNED, 0)


def test_money_that_another_app_brings_is_shown_on_the_action(
    cast: Cast, browser_of: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(funding, "_PROVIDERS", {})
    action = an_action(cast.home, cast.alice)
    funding.register("care", lambda pks: {pk: [FundingLine("CaRE, domaine 2", 1200)] for pk in pks})
    funding.register("none", lambda pks: {})
    page = browser_of("alice").get(f"/actions/{action.pk}/").text
    assert "CaRE, domaine 2 : 1\u202f200 €" in page
    assert funding.of([]) == {}
