"""From a product to its holes: three degrees of certainty, and what could not be decided."""

from datetime import date

import pytest

from rempart.engines.exposure.feeds.match import (
    ending_of,
    keys_of,
    match,
    products_with_builds,
)
from rempart.engines.exposure.registry import Confidence
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import Product
from support.feeds import sample_bundle

BUNDLE = sample_bundle()


def product(identifier: str, version: str = "", **more: object) -> Product:
    """A product of this version."""
    return Product(id=identifier, name=identifier, version=version, **more)  # type: ignore[arg-type]


def test_a_version_in_a_range_has_its_hole_and_the_unplaced_ones_are_said() -> None:
    found = match(product("fortigate", "7.0.9"), BUNDLE)
    assert found.holes == ("CVE-2099-0001",)
    assert found.unplaced == ("CVE-2099-0009",)
    assert found.confidence is Confidence.PROBABLE


def test_a_version_past_the_range_has_none() -> None:
    assert match(product("fortigate", "7.0.14"), BUNDLE).holes == ()


def test_the_version_that_mends_is_the_bound_of_the_range() -> None:
    assert match(product("nginx", "1.18.0"), BUNDLE).mended_in == "1.25.4"


@pytest.mark.parametrize(
    ("more", "confidence"),
    [
        ({}, Confidence.PROBABLE),
        ({"is_unique_build": True}, Confidence.CONFIRMED),
        ({"packaged": "debian"}, Confidence.POSSIBLE),
        ({"packaged": "debian", "is_unique_build": True}, Confidence.POSSIBLE),
    ],
)
def test_the_certainty_follows_what_proves_the_version(
    more: dict[str, object], confidence: Confidence
) -> None:
    assert match(product("nginx", "1.17.1", **more), BUNDLE).confidence is confidence


def test_a_version_that_a_distribution_ships_is_only_possible_unless_a_build_proves_it() -> None:
    assert match(product("nginx", "1.22.1"), BUNDLE).confidence is Confidence.POSSIBLE
    proven = product("nginx", "1.22.1", is_unique_build=True)
    assert match(proven, BUNDLE).confidence is Confidence.CONFIRMED


def test_a_short_version_is_undecided_rather_than_accused() -> None:
    found = match(product("nginx", "1.25"), BUNDLE)
    assert (found.holes, found.undecided) == ((), ("CVE-2099-0002",))


def test_a_product_that_no_list_names_is_not_covered() -> None:
    found = match(product("wallix", "10.0"), BUNDLE)
    assert (found.holes, found.is_covered) == ((), False)


def test_a_build_of_exchange_outside_support_has_what_later_updates_mended() -> None:
    found = match(product("exchange", "15.2.1118.40", is_unique_build=True), BUNDLE)
    assert found.holes == ("CVE-2099-0011",)
    assert found.inferred == {"CVE-2099-0011"}


def test_three_numbers_of_exchange_give_only_what_every_such_build_has() -> None:
    found = match(product("exchange", "15.2.1544"), BUNDLE)
    assert (found.holes, found.undecided) == ((), ("CVE-2099-0010", "CVE-2099-0011"))


def test_the_stamp_of_a_netscaler_gives_its_build() -> None:
    seen = HttpSeen(
        reach=Reach.ANSWERED,
        endpoint=Endpoint("192.0.2.1", 443),
        products=[product("netscaler")],
        details={"netscaler_stamp": "1705060800"},
    )
    [found] = products_with_builds(seen, BUNDLE)
    assert (found.version, found.is_unique_build) == ("13.1-51.15", True)


def test_an_unknown_stamp_gives_no_build() -> None:
    seen = HttpSeen(
        reach=Reach.ANSWERED,
        endpoint=Endpoint("192.0.2.1", 443),
        products=[product("netscaler")],
        details={"netscaler_stamp": "0", "netscaler_vhash": ""},
    )
    assert products_with_builds(seen, BUNDLE) == [product("netscaler")]


@pytest.mark.parametrize(
    ("identifier", "version", "branch", "ends_on"),
    [
        ("fortigate", "7.0.17", "7.0", date(2025, 9, 30)),
        ("nginx", "1.28.1", "1.28", None),
        ("exchange", "15.2.1544.4", "2019", date(2025, 10, 14)),
        ("exchange", "15.2.2562.46", "subscription", None),
    ],
)
def test_a_version_belongs_to_its_branch(
    identifier: str, version: str, branch: str, ends_on: date | None
) -> None:
    found = ending_of(product(identifier, version), BUNDLE)
    assert found is not None
    assert (found.branch, found.ends_on) == (branch, ends_on)


def test_a_version_of_no_branch_has_no_end() -> None:
    assert ending_of(product("fortigate", "4.1.0"), BUNDLE) is None
    assert ending_of(product("fortigate"), BUNDLE) is None


def test_a_product_unknown_to_the_reference_is_looked_up_by_its_names() -> None:
    found = keys_of(Product(id="x", name="Portal 9", vendor="Some Vendor"))
    assert found == ["some_vendor:portal_9"]


def test_the_same_product_seen_elsewhere_is_looked_up_once() -> None:
    bundle = sample_bundle()
    first = match(product("nginx", "1.18.0", proof="bannière"), bundle)
    assert match(product("nginx", "1.18.0", proof="page d’erreur"), bundle) is first
    assert match(product("nginx", "1.18.1"), bundle) is not first
