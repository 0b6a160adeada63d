"""Vendors' versions: in their order, and « undetermined » when they cannot be ordered."""

import pytest
from hypothesis import given, strategies as st

from rempart.engines.exposure.feeds.versions import (
    Scheme,
    begins_with,
    compare,
    is_short_of,
    parse,
)

RISING = [
    ("7.0.9", "7.0.13"),
    ("10.2.9", "10.2.9-h1"),
    ("10.2.9-h2", "10.2.9-h10"),
    ("10.2.8-h21", "10.2.9"),
    ("1.1.1", "1.1.1w"),
    ("1.3.6rc1", "1.3.6"),
    ("2.0.0.beta.8", "2.0.0"),
    ("1.9.0b1", "1.9.0"),
    ("22.7R2.3", "22.7R2.10"),
    ("8.8.15.p5", "8.8.15.p41"),
    ("9.0.0", "9.0.0 patch41"),
    ("13.1-49.5", "13.1-49.15"),
    ("R81.10", "R81.20"),
    ("9.16(4)6", "9.16(4)57"),
    ("7.0U3o", "7.0U3p"),
    ("9.2", "9.2p1"),
]
DEBIAN = [
    ("1.0~rc1", "1.0"),
    ("1.0", "1.0-1"),
    ("1:9.2p1-2+deb12u3", "1:9.2p1-2+deb12u10"),
    ("9.9-1", "1:0.1-1"),
    ("2.4.57-2", "2.4.57-2+deb12u1"),
]
RPM = [("1.0~rc1-1", "1.0-1"), ("1.0-9", "1.0-10"), ("1.0", "1.0^20240101"), ("1.a", "1.1")]


@pytest.mark.parametrize(("low", "high"), RISING)
def test_the_vendors_order_is_kept(low: str, high: str) -> None:
    assert (compare(low, high), compare(high, low), compare(low, low)) == (-1, 1, 0)


@pytest.mark.parametrize(("low", "high"), DEBIAN)
def test_the_order_of_debian_is_kept(low: str, high: str) -> None:
    found = compare(low, high, Scheme.DEBIAN), compare(high, low, Scheme.DEBIAN)
    assert found == (-1, 1)


@pytest.mark.parametrize(("low", "high"), RPM)
def test_the_order_of_rpm_is_kept(low: str, high: str) -> None:
    assert (compare(low, high, Scheme.RPM), compare(high, low, Scheme.RPM)) == (-1, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [("7.2", "7.2.0"), ("v7.2.5,build1517", "7.2.5"), ("15.02.1118.040", "15.2.1118.40")],
)
def test_two_writings_of_a_version_are_equal(one: str, other: str) -> None:
    assert compare(one, other) == 0


@pytest.mark.parametrize(
    "text", ["", "7.0.9 and earlier", "n/a", "a" * 40, "1" * 65, "7.0\x00", "v\t7.0"]
)
def test_what_is_not_a_version_is_not_compared(text: str) -> None:
    assert (parse(text), compare(text, "1.0")) == (None, None)


def test_a_version_with_too_few_numbers_cannot_be_placed() -> None:
    short = parse("2.4")
    long, other = parse("2.4.58"), parse("2.5.1")
    assert short is not None and long is not None and other is not None
    assert is_short_of(short, long)
    assert not is_short_of(short, other)


def test_a_branch_is_a_beginning_by_whole_numbers() -> None:
    assert begins_with("7.0.9", "7.0")
    assert not begins_with("7.01.9", "7.0.9")


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(list(Scheme)))
def test_any_text_is_compared_without_a_fault_and_both_ways_agree(
    one: str, other: str, scheme: Scheme
) -> None:
    found, back = compare(one, other, scheme), compare(other, one, scheme)
    assert (found is None) == (back is None)
    assert found is None or back is None or found == -back


VERSIONS = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(
    lambda numbers: ".".join(map(str, numbers))
)
SUFFIX = st.sampled_from(["", "-h1", "p2", "rc1", "w", "R2.3"])


@given(*[st.tuples(VERSIONS, SUFFIX).map("".join)] * 3)
def test_the_order_has_no_circle(a: str, b: str, c: str) -> None:
    if (compare(a, b) or 0) <= 0 and (compare(b, c) or 0) <= 0:
        assert (compare(a, c) or 0) <= 0
