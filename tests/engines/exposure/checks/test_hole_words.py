"""What the checks of known holes say, word for word where it matters, without any server."""

import msgspec
import pytest

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.examples import run_examples
from rempart.engines.exposure.feeds.bundle import Bundle, bundle_of
from rempart.engines.exposure.judge import verdicts_on
from rempart.engines.exposure.registry import CHECKS, Context, Verdict
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import Product
from support.feeds import sample_bundle
from support.web_servers import TODAY

HOLES = {name: content for name, content in exposure_checks().items() if name.startswith("hole_")}
BUNDLE = sample_bundle()


def said(
    check: str, identifier: str, version: str, bundle: Bundle = BUNDLE, **more: object
) -> Verdict:
    """The verdict on one product, with the bundle of the samples."""
    product = Product(id=identifier, name=identifier, version=version, **more)  # type: ignore[arg-type]
    seen = HttpSeen(
        reach=Reach.ANSWERED,
        endpoint=Endpoint("192.0.2.1", 443),
        products=[product],
        libraries=[product],
    )
    [verdict] = verdicts_on(CHECKS[check], seen, Context(HOLES[check].params, TODAY, bundle))
    return verdict


@pytest.mark.parametrize("name", sorted(HOLES))
def test_each_check_concludes_what_its_examples_say(name: str) -> None:
    assert run_examples({name: HOLES[name]}) == []


@pytest.mark.parametrize(
    ("check", "identifier", "version", "outcome", "words"),
    [
        ("hole_known", "wallix", "10.0", "not_measured", "ne dit rien de wallix"),
        ("hole_known", "nginx", "", "not_measured", "sa version ne se voit pas"),
        ("hole_known", "nginx", "1.17.1", "failed", "Corrigé à partir de la version 1.25.4"),
        ("hole_known_exploited", "fortigate", "7.0.17", "not_measured", "avis de l’éditeur"),
        ("hole_known_exploited", "fortigate", "7.0.9", "failed", "1 sert à des rançongiciels"),
        ("hole_end_of_life", "fortigate", "1.2.3", "not_measured", "d’aucune branche connue"),
        ("hole_end_of_life", "wallix", "10.0", "not_applicable", "Aucune date de fin de vie"),
        ("hole_end_of_life", "exchange", "15.2.1544.4", "failed", "Un support payant court"),
        ("hole_js_library", "nothing", "1.0", "passed", ""),
    ],
)
def test_a_verdict_says_why(
    check: str, identifier: str, version: str, outcome: str, words: str
) -> None:
    found = said(check, identifier, version)
    assert found.outcome == outcome
    assert words in found.detail


def test_a_build_proven_alone_makes_sure_only_what_is_stated_of_it() -> None:
    deduced = said("hole_known", "exchange", "15.2.1118.40", is_unique_build=True)
    stated = said("hole_known", "exchange", "15.2.1544.4", is_unique_build=True)
    assert (deduced.confidence, stated.confidence) == ("probable", "confirmed")


def test_a_library_without_a_bundle_is_not_evaluated_and_a_version_set_apart_is_cleared() -> None:
    hole = [["1.0", "2.0", False, False, []], "medium", "x", [], ["1.5"]]
    library = Product(id="jquery", name="jQuery", version="1.5")
    seen = HttpSeen(reach=Reach.ANSWERED, endpoint=Endpoint("192.0.2.1", 443), libraries=[library])
    table = bundle_of({"libraries": {"jquery": ["jquery", [hole], [], [], []]}}, "2026-01-01")
    check, params = CHECKS["hole_js_library"], HOLES["hole_js_library"].params
    found = [
        next(iter(verdicts_on(check, seen, Context(params, TODAY, b)))).outcome
        for b in (None, table)
    ]
    assert found == ["not_measured", "passed"]


def test_a_hole_that_is_only_possible_is_held_at_medium_whatever_is_foreseen() -> None:
    possible = said("hole_known", "nginx", "1.22.1")
    probable = said("hole_known", "nginx", "1.17.1")
    assert (possible.outcome, possible.confidence) == ("failed", "possible")
    assert possible.severity in {"low", "medium"}
    assert (probable.confidence, probable.cves) == ("probable", possible.cves)


def test_a_hole_that_no_ransomware_uses_is_not_said_to_serve_one() -> None:
    with_ransom = said("hole_known_exploited", "fortigate", "7.0.9")
    [hole] = with_ransom.cves
    kev = BUNDLE.contents.kev | {
        hole: msgspec.structs.replace(BUNDLE.contents.kev[hole], is_ransomware=False)
    }
    contents = msgspec.structs.replace(BUNDLE.contents, kev=kev)
    bundle = Bundle(contents, BUNDLE.origins, made_on=BUNDLE.made_on)
    found = said("hole_known_exploited", "fortigate", "7.0.9", bundle)
    assert found.outcome == "failed"
    assert "rançongiciel" in with_ransom.detail and "rançongiciel" not in found.detail
