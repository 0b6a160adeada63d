"""Ranges of versions, as records write them and as they hold a version or not."""

import pytest
from hypothesis import given, strategies as st

from rempart.engines.exposure.feeds.bundle import Span
from rempart.engines.exposure.feeds.spans import affected_of, holds, spans_of_text
from rempart.engines.exposure.feeds.versions import Scheme

PANOS = Span("10.2.0", "10.2.10", fixed=["10.2.9-h1", "10.2.8-h3"])


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("< 11.1.1", Span("", "11.1.1")),
        (">= 1.0, < 2.0", Span("1.0", "2.0")),
        ("> 1.0, <= 2.0", Span("1.0", "2.0", True, True)),
        ("FortiOS 6.2.0 and below.", Span("", "6.2.0", True)),
        ("before 3.2", Span("", "3.2")),
        ("1.0 to 2.3", Span("1.0", "2.3", True)),
        ("7.4.x", Span("7.4", "7.5")),
    ],
)
def test_a_sentence_gives_its_range(text: str, span: Span) -> None:
    assert list(spans_of_text(text)) == [span]


@pytest.mark.parametrize("text", ["all versions", ">= 1.0", "n/a", "0"])
def test_a_range_without_an_upper_bound_is_not_kept(text: str) -> None:
    assert list(spans_of_text(text)) == []
    assert (
        affected_of("CVE-2099-1", [{"status": "affected", "version": "0", "lessThan": "*"}]) is None
    )


@pytest.mark.parametrize(
    ("version", "inside"),
    [("10.2.9", True), ("10.2.9-h1", False), ("10.2.8-h2", True), ("10.2.8-h3", False)]
    + [("10.2.7", True), ("10.2.10", False), ("10.1.9", False), ("10.2", None), ("?", None)],
)
def test_a_hot_fix_mends_its_own_branch_only(version: str, inside: bool | None) -> None:
    assert holds(PANOS, version) is inside


def test_a_fix_that_is_a_release_mends_all_that_follows() -> None:
    span = Span("7.0", "9.0", fixed=["7.5"])
    assert [holds(span, v) for v in ("7.4", "7.5", "8.1")] == [True, False, False]


def test_a_package_is_placed_by_the_order_of_its_distribution() -> None:
    span = Span("", "1:9.2p1-2+deb12u3")
    found = [
        holds(span, version, Scheme.DEBIAN)
        for version in ("1:9.2p1-2+deb12u2", "1:9.2p1-2+deb12u3")
    ]
    assert found == [True, False]


def test_a_patch_level_stated_beside_its_branch_is_joined_to_it() -> None:
    record = {"status": "affected", "version": "13.1", "lessThan": "49.13", "versionType": "patch"}
    fips = {**record, "version": "13.1-FIPS", "lessThan": "37.159"}
    found = affected_of("CVE-2099-1", [record, fips])
    assert found is not None
    assert [holds(span, "13.1-49.15") for span in found.spans] == [False, False]
    assert holds(found.spans[0], "13.1-49.12") is True


def test_a_record_that_names_only_mended_versions_touches_what_comes_before() -> None:
    records = [
        {"status": "unaffected", "version": "11.0.5"},
        {"status": "unaffected", "version": "10.2.1"},
    ]
    found = affected_of("CVE-2099-1", records, "affected")
    assert found is not None and found.spans == [Span("", "10.2.1")]


@given(st.text(max_size=200))
def test_any_sentence_is_read_without_a_fault(text: str) -> None:
    assert all(span.high for span in spans_of_text(text))
