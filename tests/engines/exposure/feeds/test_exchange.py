"""The table of Exchange builds: what the day of a build proves, and what is left to the list without one."""

from rempart.engines.exposure.feeds.bundle import ExchangeBuild
from rempart.engines.exposure.feeds.exchange import builds_of

MENDS = {
    "CVE-2099-0011": {
        "15.2.1544": {"releaseDate": "2025-10-14T00:00:00Z"},
        "15.2.1258": {"releaseDate": ""},
    }
}


def test_a_build_whose_day_is_not_known_has_only_the_holes_that_are_listed() -> None:
    rows = {"15.2.1544.4": {"name": "2019 CU14", "release_date": "August 2025"}}
    known = {"15.2.1544.4": {"cves": [{"id": "CVE-2099-0010"}, {}]}}
    assert builds_of(rows, known, MENDS) == {
        "15.2.1544.4": ExchangeBuild("2019 CU14", "", ["CVE-2099-0010"], [])
    }


def test_a_build_whose_day_is_known_has_what_was_mended_after_it() -> None:
    rows = {
        "15.2.1544.4": {"name": "2019 CU14", "release_date": "August 11, 2025"},
        "15.2.1258.12": {"name": "2019 CU13", "release_date": "May 3, 2023"},
    }
    found = builds_of(rows, {}, MENDS)
    assert (found["15.2.1544.4"].holes, found["15.2.1544.4"].inferred) == (["CVE-2099-0011"], [])
    assert (found["15.2.1258.12"].holes, found["15.2.1258.12"].inferred) == ([], ["CVE-2099-0011"])
