"""A product that no longer tells its name: its holes are not mended, and nobody says that they are."""

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.compare import compare
from rempart.engines.exposure.report import HIDDEN, ExposureReport
from rempart.engines.exposure.retest import Retest, Retested, retested
from rempart.engines.exposure.run import run
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import Product
from support.exposure import AT, TODAY, snapshot
from support.holes import bundle

KEY = "hole_known_exploited|www.hopital.example:80"
HOLES = bundle("f5:nginx", "1.29.0")


def site(*versions: str) -> HttpSeen:
    """A site that tells these versions of nginx."""
    said = [Product(id="nginx", name="nginx", version=version) for version in versions]
    end = Endpoint("127.0.0.9", 80, "www.hopital.example")
    return HttpSeen(reach=Reach.ANSWERED, endpoint=end, status=200, products=said, at=AT)


def report(*versions: str) -> ExposureReport:
    return run(
        snapshot(site(*versions)), catalogue=exposure_catalogue(), today=TODAY, tool_version="1",
        holes=HOLES,
    )  # fmt: skip


def looked(*versions: str) -> Retest:
    (finding,) = (f for f in report("1.20.0").findings if f.key == KEY)
    return retested(
        finding, snapshot(site(*versions)), catalogue=exposure_catalogue(), today=TODAY,
        tool_version="1", holes=HOLES,
    )  # fmt: skip


def again(*versions: str) -> tuple[Retested, str]:
    said = looked(*versions)
    return said.outcome, said.detail


def test_a_retest_closes_no_hole_of_a_product_that_hides() -> None:
    assert again("1.20.0")[0] is Retested.STILL
    assert again() == (Retested.UNMEASURED, HIDDEN)
    assert again("1.30.0")[0] is Retested.MENDED


def test_the_proof_of_a_repair_says_what_was_seen() -> None:
    assert looked("1.30.0").evidence == "nginx 1.30.0"


def test_a_comparison_closes_no_hole_of_a_product_that_hides() -> None:
    changes = {c.finding.key: c for c in compare(report("1.20.0"), report()).changes}
    assert (changes[KEY].state, changes[KEY].reason) == ("unmeasured", HIDDEN)
    better = {c.finding.key: c for c in compare(report("1.20.0"), report("1.30.0")).changes}
    assert better[KEY].state == "mended"


def test_a_site_without_a_product_is_still_no_gap() -> None:
    (check,) = (c for c in report().checks if c.id == "hole_known_exploited")
    assert (check.not_applicable, check.not_measured, check.cleared) == (1, 0, [])
