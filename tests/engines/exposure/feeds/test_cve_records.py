"""CVE records as their authors write them: scores, containers, rejected ones, names in every spelling."""

from typing import Any

import pytest

from rempart.engines.exposure.feeds.bundle import Affected, Span
from rempart.engines.exposure.feeds.cve_records import Holes
from rempart.engines.exposure.feeds.names import key_of_cpe, key_of_names
from rempart.engines.exposure.feeds.spans import affected_of

RANGE = {"status": "affected", "version": "1.0", "lessThan": "2.0"}


def record(*affected: dict[str, Any], state: str = "PUBLISHED", **more: Any) -> dict[str, Any]:
    """A record of version 5."""
    return {
        "dataType": "CVE_RECORD",
        "cveMetadata": {"cveId": "CVE-2099-0001", "state": state, "datePublished": "2026-01-02"},
        "containers": {"cna": {"title": " A \n title ", "affected": list(affected), **more}},
    }


def product(**more: Any) -> dict[str, Any]:
    """A product of a record."""
    return {"vendor": "Vendor", "product": "Vendor Thing", "versions": [RANGE]} | more


def test_a_record_gives_its_title_its_day_and_its_ranges_under_each_name() -> None:
    found = Holes()
    found.add_record(record(product(cpes=["cpe:2.3:a:other:thing:*:*:*:*:*:*:*:*"])))
    assert set(found.affected) == {"vendor:thing", "other:thing"}
    assert (found.holes["CVE-2099-0001"].title, found.newest) == ("A title", "2026-01-02")


def test_who_adds_to_a_record_speaks_only_where_its_author_gave_no_range() -> None:
    wide = {"status": "affected", "version": "1.0", "lessThan": "9.0"}
    told = record(
        product(), product(vendor="Other", versions=[{"status": "affected", "version": "n/a"}])
    )
    others = [product(versions=[wide]), product(vendor="Other", versions=[wide])]
    told["containers"]["adp"] = [{"affected": others}]
    found = Holes()
    found.add_record(told)
    highs = {key: [span.high for span in rows[0].spans] for key, rows in found.affected.items()}
    assert highs == {"vendor:thing": ["2.0"], "other:vendor_thing": ["9.0"]}


def test_software_that_a_record_names_by_its_package_alone_is_kept_under_it() -> None:
    row = {"packageName": "OpenSSH", "collectionURL": "https://example.org", "versions": [RANGE]}
    found = Holes()
    found.add_record(record(row))
    assert set(found.affected) == {"package:openssh"}


def test_a_condensed_line_adds_nothing_to_the_record_itself() -> None:
    found = Holes()
    found.add_record(record(product()))
    found.add_condensed({"id": "CVE-2099-0001", "aff": [{"v": "Other", "p": "x", "ver": [RANGE]}]})
    assert set(found.affected) == {"vendor:thing"}


def test_the_newest_score_is_kept() -> None:
    metrics = [
        {"cvssV3_1": {"baseScore": 7.5}},
        {"cvssV4_0": {"baseScore": 9.3}},
        {"format": "CVSS"},
    ]
    found = Holes()
    found.add_record(record(product(), metrics=metrics))
    assert found.holes["CVE-2099-0001"].cvss == 9.3


def test_the_same_range_said_twice_is_kept_once() -> None:
    found = Holes()
    found.add_record(record(product(), product()))
    assert found.affected["vendor:thing"] == [Affected("CVE-2099-0001", [Span("1.0", "2.0")])]


@pytest.mark.parametrize(
    "one",
    [
        record(product(), state="REJECTED"),
        record(product(versions=[{**RANGE, "versionType": "git"}])),
        record(product(vendor="n/a", product="n/a")),
        record(product(versions=[{"status": "unaffected", "version": "2.0"}])),
        {"dataType": "CVE_RECORD", "cveMetadata": {"cveId": "nothing"}},
    ],
)
def test_what_names_no_version_of_no_product_is_left_out(one: dict[str, Any]) -> None:
    found = Holes()
    found.add_record(one)
    assert (found.holes, found.affected) == ({}, {})


@pytest.mark.parametrize(
    ("record", "span"),
    [
        ({"version": "unspecified", "lessThan": "2.4.58"}, Span("", "2.4.58")),
        ({"version": "9.0.0", "lessThan": "patch41"}, Span("9.0.0", "9.0.0 patch41")),
        ({"version": "7.0", "lessThan": "7.2.*"}, Span("7.0", "7.3")),
        ({"version": "Thing 7.0", "lessThanOrEqual": "Thing 7.4"}, Span("7.0", "7.4", True)),
    ],
)
def test_bounds_are_read_as_their_authors_write_them(record: dict[str, str], span: Span) -> None:
    found = affected_of("CVE-2099-0001", [{"status": "affected", **record}])
    assert found is not None
    assert found.spans == [span]


def test_a_bound_that_is_no_version_gives_no_range() -> None:
    records = [{"status": "affected", "version": "10.0.0", "lessThan": "publication"}]
    assert affected_of("CVE-2099-0001", records) is None


def test_an_endless_list_of_builds_is_cut() -> None:
    records = [{"status": "affected", "version": f"1.{n}"} for n in range(5000)]
    found = affected_of("CVE-2099-0001", records)
    assert found is not None
    assert len(found.exact) < 500


def test_keys_are_the_same_from_a_cpe_and_from_names() -> None:
    names = key_of_names("Fortinet", "Fortinet FortiOS")
    assert key_of_cpe("cpe:2.3:o:fortinet:fortios:7.0") == names == "fortinet:fortios"
    assert key_of_cpe("cpe:/o:fortinet:fortios") == "fortinet:fortios"
    assert key_of_cpe("cpe") == key_of_cpe("") == ""


@pytest.mark.parametrize("said", ["yes", "no"])
def test_a_hole_is_automatable_when_any_assessor_says_so(said: str) -> None:
    def metrics(*options: dict[str, str]) -> dict[str, Any]:
        return {"metrics": [{"format": "x"}, {"other": {"content": {"options": list(options)}}}]}

    one = record(product())
    one["containers"]["adp"] = [metrics({"Exploitation": "none"}), metrics({"Automatable": said})]
    found = Holes()
    found.add_record(one)
    assert found.holes["CVE-2099-0001"].is_automatable is (said == "yes")
