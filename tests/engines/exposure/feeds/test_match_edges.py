"""Matching and comparing at their edges: what is missing, malformed or too many."""

from datetime import date

import pytest

from rempart.engines.exposure.feeds import match as matching
from rempart.engines.exposure.feeds.bundle import (
    Affected,
    Bundle,
    Contents,
    Cycle,
    Life,
    Span,
    bundle_of,
)
from rempart.engines.exposure.feeds.exchange import day_of
from rempart.engines.exposure.feeds.match import ending_of, match
from rempart.engines.exposure.feeds.names import key_of_names
from rempart.engines.exposure.feeds.spans import affected_of, holds, spans_of_text
from rempart.engines.exposure.feeds.versions import Scheme, compare, parse
from rempart.engines.exposure.seen.services import Product
from support.feeds import sample_bundle

BUNDLE = sample_bundle()


def product(identifier: str, version: str = "") -> Product:
    """A product of this version."""
    return Product(id=identifier, name=identifier, version=version)


def small(*rows: Affected, life: dict[str, Life] | None = None) -> Bundle:
    """A bundle of one product, nginx."""
    return Bundle(
        Contents(affected={"f5:nginx": list(rows)}, life=life or {}), [], made_on="2026-01-01"
    )


def test_a_version_named_alone_is_affected() -> None:
    bundle = small(Affected("CVE-2099-0001", [], ["1.18.0", "1.19.0"]))
    assert match(product("nginx", "1.19.0"), bundle).holes == ("CVE-2099-0001",)
    assert match(product("nginx", "1.19.1"), bundle).holes == ()


def test_what_is_no_version_is_neither_affected_nor_undecided() -> None:
    bundle = small(Affected("CVE-2099-0001", [Span("", "2.0")]))
    found = match(product("nginx", "latest"), bundle)
    assert (found.holes, found.undecided) == ((), ())


def test_several_ranges_give_the_highest_version_that_mends() -> None:
    spans = [Span("1.0", "1.25.4"), Span("1.0", "1.26.1"), Span("1.0", "1.20")]
    bundle = small(*(Affected(f"CVE-2099-000{n}", [span]) for n, span in enumerate(spans)))
    assert match(product("nginx", "1.19.0"), bundle).mended_in == "1.26.1"


def test_a_bound_of_another_major_version_is_not_said_to_mend() -> None:
    assert (
        match(product("nginx", "1.19.0"), small(Affected("x", [Span("", "2.0")]))).mended_in == ""
    )
    inclusive = small(Affected("x", [Span("", "1.20", True)]))
    assert match(product("nginx", "1.19.0"), inclusive).mended_in == ""


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_MOST_REMEMBERED", 3)
    bundle = small(Affected("x", [Span("", "1.5")]))
    found = [match(product("nginx", f"1.{n}.1"), bundle).holes for n in range(9)]
    assert found == [("x",)] * 5 + [()] * 4
    assert len(bundle.matched) <= 3


@pytest.mark.parametrize("version", ["beta", "15.2", "99.1.2.3"])
def test_a_build_of_exchange_that_the_table_cannot_place_falls_back_on_ranges(version: str) -> None:
    found = match(product("exchange", version), BUNDLE)
    assert (found.holes, found.is_covered) == ((), False)


def test_a_branch_can_be_told_by_its_latest_release_and_a_day_that_is_none_is_passed_over() -> None:
    life = {"nginx": Life("nginx", [], [Cycle("stable", "soon", latest="1.19.0", paid_until="")])}
    found = ending_of(product("nginx", "1.19.0"), small(life=life))
    assert found is not None
    assert (found.branch, found.ends_on) == ("stable", None)


@pytest.mark.parametrize(
    ("text", "day"),
    [("August 11, 2026", "2026-08-11"), ("July 2026", ""), ("Tomorrow 1, 2026", "")]
    + [("February 31, 2026", ""), ("", "")],
)
def test_the_day_of_a_build_is_read_or_unknown(text: str, day: str) -> None:
    assert day_of(text) == day


def test_a_bundle_of_plain_data_has_no_section_that_nobody_reads() -> None:
    assert bundle_of({"epss": {"CVE-2099-1": 0.5}}, "2026-01-01").as_of("epss") == "2026-01-01"
    with pytest.raises(ValueError, match="unknown sections: nothing"):
        bundle_of({"nothing": {}}, "2026-01-01")


def test_a_bundle_without_the_exploited_list_has_no_coverage() -> None:
    assert small().coverage is None
    assert small().as_of() == ""


@pytest.mark.parametrize(
    ("one", "other", "scheme"),
    [("x:1.0", "1.0", Scheme.DEBIAN), ("", "1.0", Scheme.RPM), ("a-1", "1.0", Scheme.DEBIAN)],
)
def test_a_package_version_that_is_none_is_not_compared(
    one: str, other: str, scheme: Scheme
) -> None:
    assert compare(one, other, scheme) is None


def test_words_that_mean_the_release_itself_change_nothing() -> None:
    assert compare("19.0.1 GA", "19.0.1") == 0
    assert parse("1.0 \N{SUPERSCRIPT TWO}") is None


def test_package_ranges_are_undecided_when_the_version_is_none() -> None:
    span = Span("1.0-1", "2.0-1")
    found = [holds(span, v, Scheme.DEBIAN) for v in ("x", "0.9-1", "1.0-1", "1.5-1", "2.0-1")]
    assert found == [None, False, True, True, False]
    assert holds(Span("1.0-1", "2.0-1", False, True), "1.0-1", Scheme.RPM) is False


def test_a_low_bound_that_is_no_version_decides_nothing() -> None:
    assert holds(Span("first", "2.0"), "1.0") is None
    assert holds(Span("1.0", "2.0", False, True), "1.0") is False
    assert holds(Span("1.0.5", "2.0"), "1.0") is None


def test_one_version_stated_by_an_equal_sign_is_a_range_of_one() -> None:
    assert list(spans_of_text("= 1.2")) == [Span("1.2", "1.2", True)]
    records = [{"status": "affected", "version": "< 1.2"}, {"status": "unknown", "version": "9"}]
    found = affected_of("CVE-2099-0001", records)
    assert found is not None and found.spans == [Span("", "1.2")]


def test_a_record_that_names_only_mended_words_touches_nothing() -> None:
    assert affected_of("x", [{"status": "unaffected", "version": "none"}], "affected") is None


def test_names_without_a_vendor_make_no_key() -> None:
    assert key_of_names("n/a", "thing") == key_of_names("vendor", "") == ""
    assert ending_of(product("nothing", "1.0"), BUNDLE) is None
    assert date.fromisoformat(BUNDLE.as_of("kev")) == date(2026, 3, 2)


def test_a_product_has_the_holes_of_the_package_of_its_name() -> None:
    holes = bundle_of(
        {"affected": {"package:openssh": [_hole(Span("8.5p1", "9.7p1", True))]}}, "2026-01-01"
    )
    assert match(product("openssh", "9.7p1"), holes).holes == ("CVE-2099-0001",)
    assert match(product("openssh", "9.8p1"), holes).holes == ()


@pytest.mark.parametrize(
    ("build", "is_held"),
    [
        ("13.1-49.13", True),
        ("13.1-49.15", False),
        ("13.1-37.159", True),  # certified, before its own mend
        ("13.1-37.164", False),  # certified, mended below what mends the others
        ("13.1-37.38", True),  # of the same train, and not certified
        ("14.1-8.150", False),  # certified, of a branch that no certified range names
    ],
)
def test_a_certified_build_of_netscaler_has_its_own_mends(build: str, is_held: bool) -> None:
    spans = [Span("13.1", "13.1-49.15"), Span("13.1-FIPS", "13.1-37.164")]
    holes = bundle_of({"affected": {"citrix:netscaler_adc": [_hole(*spans)]}}, "2026-01-01")
    assert bool(match(product("netscaler", build), holes).holes) is is_held


def _hole(*spans: Span) -> Affected:
    return Affected("CVE-2099-0001", list(spans), [])
