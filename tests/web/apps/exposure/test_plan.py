"""Findings of exposure in the plan: merged by fix, mended only when measured again, alerted once."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import (
    APRIL,
    HSTS,
    MARCH,
    MAY,
    RDP,
    an_exposed,
    an_exposure,
    an_exposure_audit,
)
from rempart.engines.exposure.report import EndpointLine, FixText, Gap
from rempart.web.apps.exposure.pages import read_changes
from rempart.web.apps.exposure.reading import key_of
from rempart.web.apps.remediation import actions as remediation
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.states import State
from rempart.web.core import facts
from rempart.web.core.models import Mail
from rempart.web.core.sealing import unseal
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]

BUREAU, WWW = "bureau.chu.example:3389", "www.chu.example:443"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def changes_of(cast: Cast, audit: object) -> dict[str, int]:
    found = read_changes(bytes(getattr(audit, "changes") or b""))  # noqa: B009
    return found.counts if found else {}


def test_findings_with_one_fix_make_one_action(cast: Cast) -> None:
    other = FixText("iis", "Ouvrez le gestionnaire.", minutes=600)
    report = an_exposure(
        an_exposed(HSTS, WWW, severity="medium"),
        an_exposed(HSTS, "rdv.chu.example:443", severity="medium"),
        an_exposed("tls_legacy", WWW, severity="high"),
        an_exposed(RDP, BUREAU, severity="critical", fix=other),
        an_exposed("dns_caa", "chu.example", severity="info", fix=None),
    )
    an_exposure_audit(cast.home, cast.alice, report)
    actions = list(Action.objects.in_order())
    assert [action.findings.count() for action in actions] == [1, 3]
    title = actions[1].title.replace("\xa0", " ")
    assert title == "Corriger sur 2 cibles : Constat tls_legacy (et 1 autre point)"
    assert Finding.objects.count() == 5


def test_what_was_not_measured_again_is_not_mended(cast: Cast) -> None:
    an_exposure_audit(
        cast.home, cast.alice, an_exposure(an_exposed(RDP, BUREAU), an_exposed(HSTS, WWW))
    )
    gap = Gap(RDP, BUREAU, "Le serveur n’a pas répondu.", "silent")
    later = an_exposure_audit(
        cast.home, cast.alice, an_exposure(at=APRIL, cleared={HSTS: [WWW], RDP: []}, gaps=(gap,))
    )
    rdp, hsts = (Finding.objects.get(key=key_of(*k)) for k in ((RDP, BUREAU), (HSTS, WWW)))
    assert (rdp.mended_on, rdp.not_remeasured_on) == (None, date(2026, 4, 1))
    assert hsts.mended_on == date(2026, 4, 1)
    assert changes_of(cast, later) == {"mended": 1, "unmeasured": 1}


def test_a_port_that_is_closed_mends_what_it_exposed(cast: Cast) -> None:
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(RDP, BUREAU)))
    an_exposure_audit(
        cast.home, cast.alice, an_exposure(at=APRIL, cleared={RDP: []}, closed=[BUREAU])
    )
    assert Finding.objects.get().mended_on == date(2026, 4, 1)


def test_an_action_is_verified_by_the_sweep_that_sees_it_gone(cast: Cast) -> None:
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed()))
    action = Action.objects.get()
    done_on = date(2026, 3, 20)
    remediation.close_action(
        action=action,
        done_on=done_on,
        proof=remediation.Proof("Port fermé."),
        today=done_on,
        by=cast.alice,
    )
    an_exposure_audit(cast.home, cast.alice, an_exposure(at=APRIL, cleared={RDP: [BUREAU]}))
    action.refresh_from_db()
    assert (action.state, action.verified_on) == (State.VERIFIED, date(2026, 4, 1))
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(), at=MAY))
    action.refresh_from_db()
    assert action.state not in (State.VERIFIED, State.CLOSED)


def test_an_older_report_given_later_does_not_reopen_what_a_newer_one_cleared(cast: Cast) -> None:
    newer = an_exposure(at=APRIL, cleared={RDP: [BUREAU]})
    an_exposure_audit(cast.home, cast.alice, newer)
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(), at=MARCH))
    finding = Finding.objects.get()
    assert (finding.first_seen_on, finding.mended_on) == (date(2026, 3, 1), date(2026, 4, 1))


def test_a_door_that_opens_is_said_with_its_hour(cast: Cast) -> None:
    an_exposure_audit(cast.home, cast.alice, an_exposure(closed=[WWW]))
    line = EndpointLine(WWW, "203.0.113.5", 443, "https", seen_at="2026-04-05T01:12:00+00:00")
    later = an_exposure_audit(cast.home, cast.alice, an_exposure(at=APRIL, endpoints=(line,)))
    found = read_changes(bytes(later.changes or b""))
    assert found is not None
    assert [(c.kind, c.target, c.at) for c in found.changes] == [
        ("opened", WWW, "2026-04-05T01:12:00+00:00")
    ]


def test_a_door_that_another_tool_saw_long_ago_is_given_no_hour(
    cast: Cast, browser_of: BrowserOf
) -> None:
    an_exposure_audit(cast.home, cast.alice, an_exposure())
    line = EndpointLine(WWW, "203.0.113.5", 443, "https", seen_at="2024-01-20T01:02:03+00:00")
    an_exposure_audit(cast.home, cast.alice, an_exposure(at=APRIL, endpoints=(line,)))
    page = browser_of("alice").get("/etablissements/350000019/exposition/").content.decode()
    assert f"{WWW} (https) : dit par un autre outil, qui l’a vu avant" in page


def test_news_are_told_once_and_without_any_detail(cast: Cast) -> None:
    report = an_exposure(an_exposed())
    an_exposure_audit(cast.home, cast.bob, report)
    an_exposure_audit(cast.home, cast.bob, an_exposure(an_exposed(), at=APRIL))
    sent = [
        (m.recipient, unseal(m.sealed_subject) + unseal(m.sealed_text)) for m in Mail.objects.all()
    ]
    assert [who for who, _ in sent] == ["alice@exemple.test"]
    assert "Constat" not in sent[0][1]
    assert "bureau" not in sent[0][1]


def test_what_was_measured_is_a_fact_for_self_assessments(cast: Cast) -> None:
    hole = an_exposed("hole_known", WWW, severity="critical")
    doubt = an_exposed("hole_known", BUREAU, severity="critical", confidence="possible")
    when = timezone.now() - timedelta(days=9)
    an_exposure_audit(cast.home, cast.alice, an_exposure(hole, doubt, at=when))
    found = facts.of(cast.home.pk, timezone.localdate())
    assert (found["exposure.critical_open"].value, found["exposure.age_days"].value) == (1, 9)


def test_no_hole_seen_by_a_sweep_that_could_not_judge_all_proves_nothing(cast: Cast) -> None:
    gap = Gap("hole_known", WWW, "Aucune donnée.", "answered")
    an_exposure_audit(cast.home, cast.alice, an_exposure(gaps=(gap,)))
    assert "exposure.critical_open" not in facts.of(cast.home.pk, timezone.localdate())


def test_long_keys_stay_apart() -> None:
    long = "a" * 240
    first, second = key_of("check", f"{long}.example:1"), key_of("check", f"{long}.example:2")
    assert first != second
    assert max(len(first), len(second)) <= 190


@pytest.mark.parametrize(
    ("severity", "confidence", "waits"),
    [("critical", "confirmed", False), ("critical", "possible", True), ("high", "confirmed", True)],
)
def test_a_new_critical_hole_does_not_wait_for_the_digest_of_the_day(
    cast: Cast, severity: str, confidence: str, waits: bool
) -> None:
    an_exposure_audit(cast.home, cast.bob, an_exposure(at=MARCH))
    found = an_exposed(severity=severity, confidence=confidence)
    an_exposure_audit(cast.home, cast.bob, an_exposure(found, at=APRIL))
    assert [mail.is_for_digest for mail in Mail.objects.all()] == [waits]
    an_exposure_audit(cast.home, cast.bob, an_exposure(found, at=MAY))
    assert Mail.objects.count() == 1
