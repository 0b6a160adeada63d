"""What a target sends reaches a report, then pages, lists, the plan and the database: it must harm none of them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import a_perimeter, an_exposed, an_exposure, an_exposure_audit
from rempart.engines.exposure.report import EndpointLine, ExposureReport, Gap, ThemeScore
from rempart.web.apps.exposure.models import ExposureAudit
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
HOME: Final = "/etablissements/350000019/exposition/"
BAD: Final = '=HYPERLINK("http://x")<script>alert(1)</script>\u202e\u2066fdp.exe\x00\x1b[31m'


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def a_hostile_report(more: str) -> ExposureReport:
    text = f"{BAD}{more}"
    finding = an_exposed(
        f"service{text}", text, title=text, detail=text, evidence=text, why=text, product=text, theme=text,
        cves=[text] * 300, severity="critical", data_as_of=text, seen_at=text, confidence=text, sources=[text],
    )  # fmt: skip
    report = an_exposure(
        finding,
        at=timezone.now() - timedelta(days=1),
        gaps=(Gap(text, text, text, text),),
        endpoints=(EndpointLine(text, text, 443, text, text, text, text, text, text),),
        notes=[text],
        zones=[text],
        data_as_of=text,
        consent=text,
    )
    report.score.themes.append(ThemeScore(text, 1, 1, 0, 1))
    return report


@pytest.mark.parametrize("more", ["", "A" * 65536], ids=["short", "64kB"])
def test_hostile_texts_are_shown_as_they_are_and_run_nothing(
    cast: Cast, browser_of: BrowserOf, more: str
) -> None:
    a_perimeter(cast.home, cast.alice)
    audit = an_exposure_audit(cast.home, cast.alice, a_hostile_report(more))
    assert (audit.state, audit.refusal) == ("done", {})
    browser, line = browser_of("alice"), audit.exposed_findings.get()
    for address in (
        HOME,
        f"/exposition/audits/{audit.pk}/",
        f"/exposition/constats/{line.pk}/",
        "/exposition/recherche/?q=hyperlink",
        "/etablissements/350000019/plan/",
    ):
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page
        assert not {"\u202e", "\u2066", "\x00", "\x1b"} & set(page), address
        assert len(page) < 400_000


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_of_a_download_is_a_formula(cast: Cast, browser_of: BrowserOf, form: str) -> None:
    audit = an_exposure_audit(cast.home, cast.alice, a_hostile_report(""))
    answer = browser_of("alice").get(f"/exposition/audits/{audit.pk}/rapport.{form}")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert b";=HYPERLINK" not in content and b'"=HYPERLINK' not in content
    assert b"<f>" not in content


def test_a_snapshot_that_cannot_be_read_says_nothing_of_the_server(
    cast: Cast, tmp_path: Path
) -> None:
    audit = an_exposure_audit(cast.home, cast.alice, b"\x1f\x8b\xff\xff" * 400)
    assert audit.state == "refused"
    assert str(tmp_path) not in str(audit.refusal)
    assert audit.refusal["found"].startswith("Ce fichier")


def test_numbers_too_long_for_the_database_are_answered(cast: Cast, browser_of: BrowserOf) -> None:
    browser, far = browser_of("alice"), "9" * 40
    for address in (f"audits/{far}/", f"constats/{far}/", f"audits/{far}/rapport.csv"):
        assert browser.get(f"/exposition/{address}").status_code == 404
    assert browser.get(f"{HOME}?page={far}").status_code == 200
    assert not ExposureAudit.objects.exists()
