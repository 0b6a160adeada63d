"""The plan as a director reads it: plain words first, those of the audit second."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from python_calamine import CalamineWorkbook

from factories.assessments import an_assessment
from factories.findings import a_budget, a_measure, an_action, an_observation
from rempart.content.exposure_catalogue import exposure_checks
from rempart.content.loader import directory_checks
from rempart.content.plain_words import plain_words
from rempart.web.apps.assessments.documents import sheet
from rempart.web.apps.remediation import jobs as daily, plain
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.states import State
from rempart.web.apps.remediation.writing import tell_owner
from rempart.web.core.models import Mail
from rempart.web.core.sealing import unseal
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
PLAN = "/etablissements/350000019/plan/"
TITLE = "Changer la clé maîtresse de l’annuaire"
JARGON = "Corriger : Le mot de passe du compte krbtgt a plus d’un an"
WHY = "Cette clé signe tous les laissez-passer."


def a_krbtgt(cast: Cast, key: str = "vuln_krbtgt", **fields: Any) -> Action:
    """An action that an audit proposed, and that somebody decided."""
    a_measure(cast.home, an_observation(key), source=key[:30], subject=key)
    finding = Finding.objects.get(key=key)
    action = an_action(cast.home, cast.alice, finding, title=JARGON)
    values = {"origin": f"directory/S-1/control/{key}", "state": State.PLANNED} | fields
    Action.objects.filter(pk=action.pk).update(**values)
    action.refresh_from_db()
    return action


def the_mail() -> tuple[str, str]:
    """The only mail that was written: its subject and its text."""
    mail = Mail.objects.get()
    return unseal(mail.sealed_subject), unseal(mail.sealed_text)


@pytest.mark.parametrize("check", sorted([*directory_checks(), *exposure_checks(), "exposure"]))
def test_every_finding_of_an_audit_has_words_for_a_director(check: str) -> None:
    words = plain_words(check)
    assert words and words.title and words.why and words.who
    for jargon in (
        *("krbtgt", "AdminSDHolder", "SID", "TLS", "LDAP", "SMB", "RDP", "DNS"),
        *("Kerberos", "contrôleur", "délégation", "forêt", "domaine"),
    ):
        assert jargon not in words.title


@pytest.mark.parametrize("address", [PLAN, f"{PLAN}?vue=tout", "/etablissements/350000019/"])
def test_the_plan_says_what_it_is_first_and_the_term_of_the_trade_second(
    cast: Cast, browser_of: Browsers, address: str
) -> None:
    action = a_krbtgt(cast)
    page = browser_of("alice").get(address).text
    link = f'<a href="/actions/{action.pk}/">Changer la clé maîtresse de l’annuaire</a>'
    assert page.index(link) < page.index(JARGON)


def test_an_action_says_why_and_who_before_how(cast: Cast, browser_of: Browsers) -> None:
    action = a_krbtgt(cast)
    page = browser_of("alice").get(f"/actions/{action.pk}/").text
    assert page.index(WHY) < page.index(JARGON)
    assert "Qui le fait d’ordinaire : administrateur de l’annuaire." in page


def test_an_exposed_service_is_told_without_its_protocol(cast: Cast) -> None:
    key = "service_remote_desktop@203.0.113.15:3389"
    found = a_krbtgt(cast, key, origin="exposure//fix/1", title="Corriger sur x : RDP")
    words = plain.of([found])[found.pk]
    assert words.title == "Fermer un accès visible depuis internet"
    assert words.technical == "Corriger sur x : RDP"


def test_the_worst_finding_gives_the_words(cast: Cast) -> None:
    action = a_krbtgt(cast)
    a_measure(cast.home, an_observation("vuln_functional_level"), source="b", subject="b")
    other = Finding.objects.get(key="vuln_functional_level")
    Finding.objects.filter(pk=other.pk).update(rank=9)
    action.links.create(finding=other)
    assert plain.of([action])[action.pk].title == "Changer la clé maîtresse de l’annuaire"


def test_what_a_person_wrote_is_read_as_it_is_written(cast: Cast, browser_of: Browsers) -> None:
    action = a_krbtgt(cast, title="Demander à Paul de changer la clé")
    assert plain.of([action])[action.pk] == plain.Plain("Demander à Paul de changer la clé")
    assert "Pour le spécialiste" not in browser_of("alice").get(PLAN).text


def test_plain_words_cost_one_query_whatever_the_plan(cast: Cast) -> None:
    few = [a_krbtgt(cast)]
    many = few + [a_krbtgt(cast, f"vuln_x{n}") for n in range(20)]
    counts = []
    for actions in (few, many):
        with CaptureQueriesContext(connection) as seen:
            plain.of(actions)
        counts.append(len(seen))
    assert counts == [1, 1]


def test_the_calendar_and_the_report_to_the_board_use_the_same_words(
    cast: Cast, browser_of: Browsers
) -> None:
    a_krbtgt(cast, days_low=1, days_high=1)
    a_budget(cast.home, cast.alice)
    page = browser_of("alice").get(f"{PLAN}calendrier/").text
    assert page.index("Changer la clé maîtresse de l’annuaire") < page.index(JARGON)
    found = sheet(an_assessment(cast.home, cast.alice), date(2026, 6, 1))
    assert [decided.title for decided in found.decided] == [
        "Changer la clé maîtresse de l’annuaire"
    ]


def test_the_workbook_of_the_plan_says_it_plainly_first(cast: Cast, browser_of: Browsers) -> None:
    a_krbtgt(cast)
    content = browser_of("alice").get(f"{PLAN}plan.xlsx").content
    heads, row = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    said = dict(zip(heads, row, strict=True))
    assert said["Action"] == TITLE
    assert said["Pour le spécialiste"] == JARGON
    assert said["Pourquoi"]


def test_the_calendar_file_says_it_plainly_first(cast: Cast, browser_of: Browsers) -> None:
    a_krbtgt(cast, due_on=date(2026, 5, 2))
    content = browser_of("alice").get(f"{PLAN}plan.ics").content
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["summary"].startswith(f"{TITLE} (")
    assert event.walk("VALARM")[0]["description"] == TITLE
    assert event["description"].endswith(f"Pour le spécialiste : {JARGON}")


def test_a_reminder_says_it_plainly_first(cast: Cast) -> None:
    a_krbtgt(cast, due_on=date(2026, 5, 2), owner=cast.alice)
    daily.remind(date(2026, 5, 1))
    subject, text = the_mail()
    assert subject == f"Échéance proche : {TITLE}"
    assert text.index(TITLE) < text.index(JARGON)


def test_the_mail_to_a_new_owner_says_it_plainly_first(cast: Cast) -> None:
    tell_owner(a_krbtgt(cast, owner=cast.alice), None, cast.bob)
    subject, text = the_mail()
    assert subject == f"Une action vous est confiée : {TITLE}"
    assert text.index(TITLE) < text.index(JARGON)


def test_the_workbook_of_the_calendar_says_it_plainly_first(
    cast: Cast, browser_of: Browsers
) -> None:
    a_krbtgt(cast, days_low=1, days_high=1)
    a_budget(cast.home, cast.alice)
    content = browser_of("alice").get(f"{PLAN}calendrier/calendrier.xlsx").content
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    rows = [
        row[:2]
        for name in ("Calendrier", "Écartées")
        for row in book.get_sheet_by_name(name).to_python()
    ]
    assert [TITLE, JARGON] in rows


def test_a_long_plan_is_said_plainly_a_thousand_actions_at_a_time(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "BATCH", 2)
    actions = [a_krbtgt(cast, f"vuln_krbtgt@{n}") for n in range(5)]
    with CaptureQueriesContext(connection) as seen:
        told = list(plain.told(actions))
    assert [(action.pk, words.title) for action, words in told] == [(a.pk, TITLE) for a in actions]
    assert len(seen) == 3
