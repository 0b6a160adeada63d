"""What every reader shares: places, texts, numbers and instants that are cleaned or refused."""

import pytest

from rempart.engines.exposure.read.shared import (
    NO_PLACE,
    Claims,
    endpoint_of,
    instant_of,
    number,
    page_of,
    place_of,
    severity_of_score,
    short,
)
from rempart.engines.exposure.seen.common import Endpoint


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        (("192.0.2.1", 443), Endpoint("192.0.2.1", 443)),
        (("[2001:db8::1]", 443), Endpoint("2001:db8::1", 443)),
        (
            ("192.0.2.1", 443, "WWW.Exemple.Example."),
            Endpoint("192.0.2.1", 443, "www.exemple.example"),
        ),
        (("192.0.2.1", 443, "bad name!"), Endpoint("192.0.2.1", 443)),
        (("www.exemple.example", 443), Endpoint("", 443, "www.exemple.example")),
        (("???", 443), None),
        (("192.0.2.1", 70000), None),
        (("192.0.2.1", 53, "", "sctp"), None),
    ],
)
def test_an_endpoint_is_an_address_or_a_name_with_a_port(
    given: tuple[str, int], endpoint: Endpoint | None
) -> None:
    assert endpoint_of(*given) == endpoint


@pytest.mark.parametrize(
    ("url", "place", "page"),
    [
        ("https://a.example/x?token=1#y", ("a.example", 443), "https://a.example/x"),
        ("http://u:p@a.example:8080/x", ("a.example", 8080), "http://a.example:8080/x"),
        ("a.example:25", ("a.example", 25), ""),
        ("https://a.example:99999/", ("", 0), ""),
        ("https://[bad/", ("", 0), ""),
        ("", ("", 0), ""),
    ],
)
def test_an_address_loses_what_may_identify_someone(
    url: str, place: tuple[str, int], page: str
) -> None:
    assert (place_of(url), page_of(url)) == (place, page)


def test_a_text_is_one_short_line_that_can_be_printed() -> None:
    assert short("a\x00b\n\tc\x1b[31m") == "ab c[31m"
    assert len(short("x" * 9999)) == 300


@pytest.mark.parametrize(
    ("text", "value"),
    [("7.5", 7.5), ("", 0), ("x", 0), ("nan", 0), ("inf", 0), (None, 0), (" 3 ", 3)],
)
def test_a_number_is_finite_or_nothing(text: object, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "at"),
    [("2026-03-01T10:00:00Z", 1772359200.0), ("2026-03-01T10:00:00", 0.0), ("hier", 0.0)],
)
def test_an_instant_has_a_time_zone_or_is_unknown(text: str, at: float) -> None:
    assert instant_of(text) == at


def test_a_score_has_the_word_of_its_specification() -> None:
    words = [severity_of_score(s) for s in (9.0, 7.0, 4.0, 0.1, 0.0)]
    assert words == ["critical", "high", "medium", "low", "info"]


def test_a_claim_without_a_place_is_not_kept_and_one_that_cannot_be_is_counted() -> None:
    claims = Claims("tool")
    claims.add(claims.endpoint("???", 1), "rule", "title")
    assert (claims.found, claims.left) == ([], {NO_PLACE: 1})
