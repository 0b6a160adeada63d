"""Three real sites swept by a machine whose clock is wrong: their answers say so, and no certificate is blamed."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.perimeter import parse_perimeter
from rempart.engines.exposure.report import CheckResult, ExposureReport
from rempart.engines.exposure.run import run
from rempart.engines.exposure.scope import demand_consent
from rempart.engines.exposure.sweep import Settings, run_sweep
from rempart.kernel.outcome import Outcome
from rempart.render.exposure import view
from support.parts import LOOPBACK
from support.sweep_sites import NET, WEB, nginx, perimeter_text, stub_probes

pytestmark = [pytest.mark.slow, pytest.mark.needs("nginx"), pytest.mark.allow_hosts(LOOPBACK)]

PLACES = [WEB, f"{NET}.2", f"{NET}.3"]
ASSETS = "".join(f"  - {{kind: address, value: {place}}}\n" for place in PLACES)
SITES = "".join(
    f"""server {{ listen {place}:8080; location / {{ return 200 "bonjour"; }} }}
        server {{ listen {place}:8443 ssl; ssl_certificate {{FOLDER}}/cert.pem; ssl_certificate_key {{FOLDER}}/key.pem;
                  location / {{ return 200 "bonjour"; }} }}\n"""
    for place in PLACES
)
YEARS = 3 * 365 * 86400.0


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with nginx(tmp_path_factory.mktemp("sites"), SITES):
        yield


def swept(
    clock: Callable[[], float], journal: Path, today: datetime | None = None
) -> ExposureReport:
    perimeter = parse_perimeter(perimeter_text(ASSETS))
    now = clock()
    day = datetime.fromtimestamp(now, UTC)
    settings = Settings(
        perimeter, stub_probes, clock, "0.1.0", now, connect_seconds=2.0, exchange_seconds=4.0
    )
    snapshot = run_sweep(settings, demand_consent(perimeter, day.date()), journal=journal)
    judged_on = (today or day).date()
    return run(snapshot, catalogue=exposure_catalogue(), today=judged_on, tool_version="0.1.0")


def expired(report: ExposureReport) -> CheckResult:
    return next(check for check in report.checks if check.id == "tls_expired")


@pytest.mark.usefixtures("sites")
def test_a_right_clock_judges_the_certificates(tmp_path: Path) -> None:
    report = swept(time.time, tmp_path / "journal")
    assert (report.clock_fault, expired(report).outcome) == ("", Outcome.PASSED)


@pytest.mark.usefixtures("sites")
def test_a_clock_years_ahead_blames_no_certificate(tmp_path: Path) -> None:
    report = swept(lambda: time.time() + YEARS, tmp_path / "journal")
    found = expired(report)
    assert (found.outcome, found.failed, found.passed) == (Outcome.NOT_MEASURED, 0, 0)
    assert "celle de 3 des 3 machines" in report.clock_fault
    assert view.lead(report).startswith("L’horloge de ce poste avance de 1")


@pytest.mark.usefixtures("sites")
def test_what_that_clock_swept_is_judged_on_the_right_day(tmp_path: Path) -> None:
    true_day = datetime.fromtimestamp(time.time(), UTC)
    report = swept(lambda: time.time() + YEARS, tmp_path / "journal", today=true_day)
    assert expired(report).outcome is Outcome.PASSED
    assert f"--today {true_day.date().isoformat()}" in report.clock_fault


@pytest.mark.usefixtures("sites")
def test_a_clock_a_month_late_is_seen_too(tmp_path: Path) -> None:
    report = swept(lambda: time.time() - 30 * 86400, tmp_path / "journal")
    assert "retarde de 30 jours" in report.clock_fault
    assert expired(report).outcome is Outcome.NOT_MEASURED
