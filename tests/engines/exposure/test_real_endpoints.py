"""Every check has a server that fails it and one that passes it: those of services and known holes are tried here."""

import re
import subprocess
from pathlib import Path

import pytest

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.feeds.bundle import Bundle, Cycle, Library, LibraryHole, Life, Span
from rempart.engines.exposure.judge import verdicts_on
from rempart.engines.exposure.read.imports import read_import
from rempart.engines.exposure.registry import CHECKS, Context
from rempart.engines.exposure.seen.http import HttpSeen
from support.check_tables import CLAIMS, HOLES, summary, tried
from support.holes import bundle
from support.parts import LOOPBACK
from support.service_peers import NOT_THERE, SERVICES, Peer
from support.web_servers import TODAY, look, nginx, outcome

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]
ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "dev" / "exposure-services.md"


def sides(which: int) -> list[object]:
    """The peers of one side, each with the parts that it wants."""
    return [
        pytest.param(
            name,
            peers[which],
            id=name,
            marks=[pytest.mark.needs(*peers[which].parts)] if peers[which].parts else [],
        )
        for name, peers in SERVICES.items()
    ]


@pytest.mark.parametrize(("check", "peer"), sides(0))
def test_a_service_that_should_not_be_there_is_found(
    check: str, peer: Peer, tmp_path: Path
) -> None:
    assert outcome(check, peer.see(tmp_path)) == "failed"


@pytest.mark.parametrize(("check", "peer"), sides(1))
def test_a_service_that_is_as_it_should_be_is_good(check: str, peer: Peer, tmp_path: Path) -> None:
    expected = "not_applicable" if check in NOT_THERE else "passed"
    assert outcome(check, peer.see(tmp_path)) == expected


def _library(high: str) -> Library:
    return Library("jquery", [LibraryHole(Span("1.4.0", high), "high", "x", ["CVE-2099-0002"])])


def _bundles(version: str) -> dict[str, tuple[Bundle, Bundle]]:
    """For each check, a bundle that accuses this version of nginx, or the library that it serves, and one that does not."""
    branch, other = ".".join(version.split(".")[:2]), "f5:nginx"
    lives = [
        {"nginx": Life("nginx", [other], [Cycle(branch, day)])}
        for day in ("2021-04-20", "2050-01-01")
    ]
    return {
        "hole_known_exploited": (bundle(other, "99.0"), bundle(other, version)),
        "hole_known": (
            bundle(other, "99.0", exploited=False),
            bundle(other, version, exploited=False),
        ),
        "hole_end_of_life": (
            bundle(other, "0.1", life=lives[0]),
            bundle(other, "0.1", life=lives[1]),
        ),
        "hole_js_library": (
            bundle(other, "1", libraries={"jquery": _library("1.12.0")}),
            bundle(other, "1", libraries={"jquery": _library("1.5.0")}),
        ),
    }


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> HttpSeen:
    """What is seen of an nginx that says its version and serves an old library."""
    files = {
        "index.html": '<title>x</title><script src="/js/jquery-1.11.1.min.js"></script>',
        "js/jquery-1.11.1.min.js": "/*! jQuery v1.11.1 */",
    }
    with nginx(tmp_path_factory.mktemp("holes") / "n", "server_tokens on;", files) as port:
        return look(port)


@pytest.mark.needs("nginx")
@pytest.mark.parametrize("check", HOLES)
def test_a_version_is_accused_by_one_bundle_and_cleared_by_another(
    check: str, served: HttpSeen
) -> None:
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    version = re.search(r"\d+\.\d+\.\d+", said)
    assert version is not None
    for holes, expected in zip(_bundles(version[0])[check], ("failed", "passed"), strict=True):
        context = Context(exposure_checks()[check].params, TODAY, holes)
        verdicts = list(verdicts_on(CHECKS[check], served, context))
        assert [str(v.outcome) for v in verdicts] == [expected]


OPEN_TO_ALL = '<cross-domain-policy><allow-access-from domain="*"/></cross-domain-policy>'


@pytest.mark.needs("nmap", "nginx")
@pytest.mark.parametrize("check", CLAIMS)
def test_what_nmap_says_of_a_real_server_is_kept_as_its_word_and_no_more(
    check: str, tmp_path: Path
) -> None:
    files, report = {"index.html": "x", "crossdomain.xml": OPEN_TO_ALL}, tmp_path / "scan.xml"
    command = [
        "nmap",
        "-Pn",
        "-n",
        "-sT",
        "--unprivileged",
        "--script",
        "+http-cross-domain-policy",
    ]
    with nginx(tmp_path / "n", "", files) as port:
        asked = [*command, "-p", str(port), "-oX", report, "127.0.0.1"]
        subprocess.run(asked, check=True, capture_output=True)
    said = {
        claim.rule.partition("/")[0]: outcome(check, claim) for claim in read_import(report).claims
    }
    assert said == {"service": "passed", "http-cross-domain-policy": "failed"}


def test_no_check_of_the_catalogue_is_without_its_two_servers() -> None:
    assert tried() == set(exposure_checks())


def test_the_document_tells_how_many_checks_have_their_servers() -> None:
    assert summary() in DOCUMENT.read_text(encoding="utf-8")
