"""Known holes, ends of life and script libraries, on servers that really answer."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.feeds.bundle import (
    Bundle,
    Cycle,
    Exploited,
    Library,
    LibraryHole,
    Life,
    Span,
)
from rempart.engines.exposure.judge import verdicts_on
from rempart.engines.exposure.registry import CHECKS, Confidence, Context, Verdict
from rempart.engines.exposure.seen.common import Seen
from support import service_servers as servers
from support.holes import HOLE, bundle
from support.parts import LOOPBACK
from support.web_servers import TODAY, Page, look, nginx, site

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]


def said(check: str, seen: Seen, holes: Bundle | None, on: date | None = None) -> Verdict:
    """The only verdict of a check that does not pass over the observation."""
    context = Context(exposure_checks()[check].params, on or TODAY, holes)
    [verdict] = verdicts_on(CHECKS[check], seen, context)
    return verdict


def installed(command: str, *options: str) -> str:
    """The version that a program of this machine announces: « 1.22.1 »."""
    done = subprocess.run([command, *options], capture_output=True, text=True, check=True)
    found = re.search(r"\d+\.\d+(?:\.\d+)?", done.stdout + done.stderr)
    assert found is not None
    return found[0]


@pytest.mark.needs("nginx")
def test_a_real_nginx_is_accused_below_the_version_that_mends_and_cleared_at_it(
    tmp_path: Path,
) -> None:
    version = installed("nginx", "-v")
    with nginx(tmp_path / "web", "server_tokens on;", {"index.html": "<title>x</title>"}) as port:
        seen = look(port)
    above = said("hole_known_exploited", seen, bundle("f5:nginx", "99.0"))
    assert (above.outcome, above.product, above.cves) == ("failed", "nginx", (HOLE,))
    assert above.data_as_of == "2026-05-20"
    assert version in above.detail
    assert said("hole_known_exploited", seen, bundle("f5:nginx", version)).outcome == "passed"


def test_a_version_that_only_its_maker_ships_is_raised_by_what_is_foreseen() -> None:
    with site({"/": Page("x", headers={"server": "nginx/1.23.3"})}) as port:
        seen = look(port)
    exploited = said("hole_known_exploited", seen, bundle("f5:nginx", "99.0"))
    other = said("hole_known", seen, bundle("f5:nginx", "99.0", exploited=False))
    assert (exploited.confidence, exploited.severity) == (Confidence.PROBABLE, "")
    assert (other.outcome, other.severity) == ("failed", "critical")


def test_a_version_that_a_distribution_ships_too_is_only_possible() -> None:
    with site({"/": Page("x", headers={"server": "nginx/1.18.0"})}) as port:
        seen = look(port)
    exploited = said("hole_known_exploited", seen, bundle("f5:nginx", "99.0"))
    assert (exploited.confidence, exploited.severity) == (Confidence.POSSIBLE, "medium")
    assert "Debian 11" in exploited.detail
    life = {"nginx": Life("nginx", ["f5:nginx"], [Cycle("1.18", "2021-04-20")])}
    ended = said("hole_end_of_life", seen, bundle("f5:nginx", "0.1", life=life))
    assert (ended.confidence, ended.severity) == (Confidence.POSSIBLE, "low")


@pytest.mark.parametrize("check", ["hole_known_exploited", "hole_known"])
def test_finding_nothing_in_old_data_does_not_conclude_and_finding_something_does(
    check: str,
) -> None:
    with site({"/": Page("x", headers={"server": "nginx/1.23.3"})}) as port:
        seen = look(port)
    clear = bundle("f5:nginx", "1.0")
    assert said(check, seen, clear).outcome == "passed"
    late = said(check, seen, clear, on=date(2026, 11, 22))
    assert (late.outcome, late.data_as_of) == ("not_measured", "2026-05-20")
    assert "les données ont 186 jours (au plus 90 pour conclure)" in late.detail
    held = bundle("f5:nginx", "99.0", exploited=check == "hole_known_exploited")
    assert said(check, seen, held, on=date(2026, 11, 22)).outcome == "failed"


@pytest.mark.needs("nginx")
def test_a_real_nginx_that_hides_its_version_is_not_evaluated(tmp_path: Path) -> None:
    with nginx(tmp_path / "web", "server_tokens off;", {"index.html": "<title>x</title>"}) as port:
        seen = look(port)
    verdict = said("hole_known_exploited", seen, bundle("f5:nginx", "99.0"))
    assert verdict.outcome == "not_measured"
    assert "version ne se voit pas" in verdict.detail


@pytest.mark.needs("nginx")
def test_a_real_nginx_is_at_the_end_of_its_life_or_not_by_the_dates_of_its_branch(
    tmp_path: Path,
) -> None:
    branch = ".".join(installed("nginx", "-v").split(".")[:2])
    with nginx(tmp_path / "web", "server_tokens on;", {"index.html": "<title>x</title>"}) as port:
        seen = look(port)
    for day, outcome in (("2021-04-20", "failed"), ("2050-01-01", "passed")):
        life = {"nginx": Life("nginx", ["f5:nginx"], [Cycle(branch, day)])}
        verdict = said("hole_end_of_life", seen, bundle("f5:nginx", "0.1", life=life))
        assert (verdict.outcome, verdict.data_as_of) == (outcome, "2026-05-20")


@pytest.mark.needs("sshd")
def test_a_real_ssh_of_a_distribution_is_only_possible_and_never_raised(tmp_path: Path) -> None:
    with servers.sshd(tmp_path) as port:
        seen = servers.look(port, "ssh")
    [product] = seen.products
    verdict = said("hole_known_exploited", seen, bundle("openbsd:openssh", "99.0"))
    assert product.packaged
    assert (verdict.outcome, verdict.confidence) == ("failed", Confidence.POSSIBLE)
    assert verdict.severity == "medium"
    assert "distribution" in verdict.detail
    assert said("hole_known_exploited", seen, bundle("openbsd:openssh", "1.0")).outcome == "passed"


@pytest.mark.parametrize(("version", "outcome"), [("1.11.1", "failed"), ("3.7.1", "passed")])
def test_a_site_that_serves_an_old_library_is_told_so(version: str, outcome: str) -> None:
    body = f'<script src="/js/jquery-{version}.min.js"></script>'
    hole = LibraryHole(Span("1.4.0", "1.12.0"), "high", "x", ["CVE-2099-0002"])
    libraries = {"jquery": Library("jquery", [hole])}
    pages = {"/": Page(body), f"/js/jquery-{version}.min.js": Page(f"/*! jQuery v{version} */")}
    with site(pages) as port:
        seen = look(port)
    verdict = said("hole_js_library", seen, bundle("a:b", "1", libraries=libraries))
    assert verdict.outcome == outcome


def test_without_a_bundle_nothing_is_good_nor_bad() -> None:
    with site({"/": Page("x", headers={"server": "nginx/1.18.0"})}) as port:
        seen = look(port)
    for check in ("hole_known_exploited", "hole_known", "hole_end_of_life"):
        verdict = said(check, seen, None)
        assert (verdict.outcome, "rempart feeds import" in verdict.detail) == ("not_measured", True)


def test_a_bundle_that_describes_too_few_holes_proves_nothing() -> None:
    with site({"/": Page("x", headers={"server": "nginx/1.18.0"})}) as port:
        seen = look(port)
    poor = bundle("f5:nginx", "1.0")
    poor.contents.kev["CVE-2099-9999"] = Exploited("2026-01-01", "a:b", "x")
    verdict = said("hole_known", seen, poor)
    assert verdict.outcome == "not_measured"
    assert "50 % des failles exploitées" in verdict.detail
