"""One finding looked at again: mended with its proof, still there, or not measured; never without a consent."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import (
    APRIL,
    HSTS,
    RDP,
    a_perimeter,
    an_exposed,
    an_exposure,
    an_exposure_audit,
)
from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure import retest as engine
from rempart.engines.exposure.report import EndpointLine
from rempart.web.apps.exposure import perimeters, recording, retesting, sweeping
from rempart.web.apps.exposure.models import Asset, ExposedFinding, Perimeter
from rempart.web.apps.remediation.models import Finding
from rempart.web.core import jobs
from rempart.web.core.models import Job, JournalEntry
from support import fake_probes
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
TARGET = "127.0.9.1:3389"


@pytest.fixture
def line(
    cast: Cast, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ExposedFinding:
    """A finding of Alice's home, on an address of her perimeter."""
    settings.DATA, settings.SWEEP_PRIVATE = tmp_path, True
    monkeypatch.setattr(sweeping, "probes", lambda: fake_probes.quick)
    a_perimeter(cast.home, cast.alice)
    perimeters.add_asset(establishment=cast.home, kind="address", value="127.0.9.1", by=cast.alice)
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(RDP, TARGET)))
    return ExposedFinding.objects.get()


def again(browser: Client, line: ExposedFinding) -> ExposedFinding:
    answer = browser.post(f"/exposition/constats/{line.pk}/reverifier/")
    assert answer.status_code == 302
    job = jobs.perform(Job.objects.latest("pk").pk)
    assert (job.state, job.error) == ("done", "")
    line.refresh_from_db()
    return line


@pytest.mark.parametrize(
    ("outcome", "is_mended"), [("mended", True), ("still", False), ("unmeasured", False)]
)
def test_a_new_look_says_what_became_of_a_finding(
    cast: Cast,
    browser_of: BrowserOf,
    line: ExposedFinding,
    monkeypatch: pytest.MonkeyPatch,
    outcome: str,
    is_mended: bool,
) -> None:
    asked: list[str] = []

    def said(finding: Any, snapshot: Any, **_: Any) -> SimpleNamespace:
        asked.extend(sorted({seen.target for seen in snapshot.seen}))
        return SimpleNamespace(
            outcome=outcome,
            detail="Dit ainsi.",
            evidence="TLS 1.3",
            snapshot_sha256="a" * 64,
            seen_at="",
        )

    monkeypatch.setattr(engine, "retested", said)
    found = again(browser_of("alice"), line)
    assert (found.retest_outcome, found.retested_at is not None) == (outcome, True)
    assert Finding.objects.get().is_mended is is_mended
    assert asked == [TARGET]
    entry = JournalEntry.objects.get(act="retest_exposure")
    assert entry.details["sha256"] == "a" * 64
    page = browser_of("alice").get(f"/exposition/constats/{line.pk}/").content.decode()
    assert "Dit ainsi. Vu : TLS 1.3" in page


def test_a_name_is_asked_where_it_leads_today_whatever_the_report_says(
    cast: Cast, browser_of: BrowserOf, line: ExposedFinding, monkeypatch: pytest.MonkeyPatch
) -> None:
    Asset.objects.filter(kind="domain").update(follows_addresses=True)
    told = EndpointLine("www.chu.example:443", "198.41.0.4", 443, "https", "nginx")
    report = an_exposure(an_exposed(HSTS, told.target), at=APRIL, endpoints=(told,))
    an_exposure_audit(cast.home, cast.alice, report)
    touched: list[str] = []

    async def touch(self: Any, address: str, port: int, dial: Any) -> None:
        await dial.gate.enter(address, port)
        touched.append(f"{address}:{port}")
        dial.gate.leave(address)

    monkeypatch.setattr(fake_probes.FakeProbes, "_touch", touch)
    found = again(browser_of("alice"), ExposedFinding.objects.get(check_id=HSTS))
    assert set(touched) == {"127.0.9.1:443"}
    assert found.retest_outcome == "still"


def test_a_new_look_waits_for_the_hours_and_says_which(
    browser_of: BrowserOf, line: ExposedFinding
) -> None:
    day = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")[timezone.localtime().weekday()]
    Perimeter.objects.update(blackouts=f"{day} 00:00-24:00")
    answer = browser_of("alice").post(f"/exposition/constats/{line.pk}/reverifier/")
    assert answer.status_code == 409
    assert "Recommencez à partir du" in answer.content.decode()


def test_a_check_that_is_gone_measures_nothing(browser_of: BrowserOf, line: ExposedFinding) -> None:
    found = again(browser_of("alice"), line)
    assert found.retest_outcome == "unmeasured"
    assert not Finding.objects.get().is_mended


def test_what_is_mended_since_is_scored_beside_the_sweep(
    browser_of: BrowserOf, line: ExposedFinding, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit, said = line.audit, {"outcome": "mended"}
    report = msgspec.structs.replace(
        recording.report_of(audit), catalogue_sha256=exposure_catalogue().sha256
    )
    monkeypatch.setattr(retesting.recording, "report_of", lambda _: report)
    monkeypatch.setattr(
        engine,
        "retested",
        lambda *_, **__: SimpleNamespace(
            **said, detail="", evidence="", snapshot_sha256="a" * 64, seen_at=""
        ),
    )
    again(browser_of("alice"), line)
    home = f"/etablissements/{audit.establishment_id}/exposition/"
    page = browser_of("alice").get(home).content.decode()
    assert "de ce balayage a été revérifié depuis et est corrigé" in page
    assert "note A, 100 sur 100" in page
    assert "à corriger : le plan" not in page
    before = audit.score
    audit.refresh_from_db()
    assert audit.score == before
    said["outcome"] = "still"
    again(browser_of("alice"), line)
    assert "revérifié depuis" not in browser_of("alice").get(home).content.decode()


def test_nothing_is_looked_at_again_without_a_consent(
    cast: Cast, browser_of: BrowserOf, line: ExposedFinding
) -> None:
    perimeters.withdraw_consent(establishment=cast.home, by=cast.alice)
    answer = browser_of("alice").post(f"/exposition/constats/{line.pk}/reverifier/")
    assert answer.status_code == 409
    assert not Job.objects.filter(kind="retest_exposure").exists()


def test_a_finding_is_not_looked_at_twice_at_once(
    browser_of: BrowserOf, line: ExposedFinding
) -> None:
    address = f"/exposition/constats/{line.pk}/reverifier/"
    codes = [browser_of("alice").post(address).status_code for _ in range(2)]
    assert codes == [302, 409]
