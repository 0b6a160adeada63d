"""Deposits of exposure reports: read once, refused with advice, recorded in the order of their sweeps."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from msgspec.structs import replace
from pytest_django import Settings

from factories.exposure import (
    APRIL,
    MARCH,
    a_perimeter,
    an_exposed,
    an_exposure,
    an_exposure_audit,
)
from rempart.engines.exposure.report import Gap, Outside
from rempart.web.apps.exposure import recording
from rempart.web.apps.exposure.models import Asset, ExposedFinding, ExposureAudit
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
HOME = "/etablissements/350000019/exposition/"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_a_report_becomes_figures_and_lines(cast: Cast, browser_of: BrowserOf) -> None:
    audit = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed()))
    assert (audit.state, audit.grade, audit.score, audit.is_latest) == ("done", "A", 90, True)
    assert [row.target for row in ExposedFinding.objects.all()] == ["bureau.chu.example:3389"]
    page = browser_of("alice").get(HOME)
    assert page.status_code == 200
    assert "Constat service_rdp" in page.content.decode()


def test_what_other_tools_say_outside_is_shown_apart_and_proposed_to_a_person(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_perimeter(cast.home, cast.alice)
    outside = [
        Outside("vpn.autre.example", "Pas déclaré.", [], ["nmap"], ["Telnet"], 1),
        Outside("93.184.215.14", "Pas déclarée.", [], ["nmap"], ["RDP"], 2, "high"),
        Outside("10.1.2.3", "Privée.", [], ["nessus"], ["SMB"], 1),
        Outside("pacs.chu.example", "Exclu.", [], ["nmap"], ["x"], 1, is_excluded=True),
    ]
    audit = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(), outside=outside))
    proposed = Asset.objects.proposed().order_by("value").values_list("kind", "value", "why")
    assert list(proposed) == [
        ("address", "93.184.215.14", "rapport de nmap"),
        ("host", "vpn.autre.example", "rapport de nmap"),
    ]
    page = browser_of("alice").get(f"/exposition/audits/{audit.pk}/").content.decode()
    assert "Hors périmètre" in page and "10.1.2.3" in page and "perimetre/" in page
    assert (audit.findings_count, audit.score) == (1, 90)


def test_the_same_file_twice_is_one_audit(cast: Cast) -> None:
    first = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed()))
    again = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed()))
    assert (first.pk, ExposureAudit.objects.count()) == (again.pk, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"schema": "rempart/exposure-report/1", "peri', "pas lisible"),
        (b"<html></html>", "ni un rapport ni un relev"),
        (b'{"schema": "rempart/exposure-report/9"}', "autre version"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_advice(
    cast: Cast, content: bytes, said: str
) -> None:
    audit = an_exposure_audit(cast.home, cast.alice, content)
    assert audit.state == "refused"
    assert said in audit.refusal["found"]
    assert audit.refusal["expected"]


def test_a_report_that_holds_half_a_character_is_recorded(
    cast: Cast, browser_of: BrowserOf
) -> None:
    an_exposure_audit(cast.home, cast.alice, an_exposure())
    audit = ExposureAudit.objects.create(establishment=cast.home, asked_by=cast.alice, form="sweep")
    finding = an_exposed(target="www\ud83d.chu.example:443", title="Bannière \ud800")
    gap = Gap("http_hsts", "rdv\udc00.chu.example:443", "Le serveur a dit \udfff.")
    report = an_exposure(finding, at=APRIL, gaps=(gap,))
    done = recording.record(audit, report, "sweep", APRIL.date())
    assert recording.report_of(done).findings[0].title == "Bannière \ufffd"
    page = browser_of("alice").get(f"/exposition/audits/{done.pk}/").content.decode()
    assert "rdv\ufffd.chu.example:443" in page
    assert "Bannière \ufffd" in page  # what changed since the audit before it


def test_a_report_of_tomorrow_is_refused(cast: Cast) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    audit = an_exposure_audit(cast.home, cast.alice, an_exposure(at=tomorrow))
    assert "date à venir" in audit.refusal["found"]


def test_a_score_that_cannot_be_is_refused(cast: Cast) -> None:
    audit = an_exposure_audit(cast.home, cast.alice, an_exposure(score=140.0))
    assert "score impossible" in audit.refusal["found"]


def test_a_report_whose_findings_were_taken_out_is_refused(cast: Cast) -> None:
    whole = an_exposure(an_exposed(), an_exposed("tls_legacy", "www.chu.example:443"))
    short = replace(whole, findings=whole.findings[1:])
    audit = an_exposure_audit(cast.home, cast.alice, short)
    assert "il a été modifié, ou abîmé" in audit.refusal["found"]


def test_the_last_sweep_is_the_latest_whatever_the_order_of_deposits(cast: Cast) -> None:
    newer = an_exposure_audit(cast.home, cast.alice, an_exposure(at=APRIL))
    older = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(), at=MARCH))
    newer.refresh_from_db()
    assert (newer.is_latest, older.is_latest) == (True, False)
    assert not ExposedFinding.objects.exists()
    assert newer.compared_with == older


def test_a_withdrawn_audit_gives_its_place_back(cast: Cast, browser_of: BrowserOf) -> None:
    first = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(), at=MARCH))
    last = an_exposure_audit(cast.home, cast.alice, an_exposure(at=APRIL))
    address = f"/exposition/audits/{last.pk}/retirer/"
    browser_of("alice").post(address, {"reason": "Rapport d’un autre"})
    first.refresh_from_db()
    assert first.is_latest
    assert ExposedFinding.objects.get().audit == first
