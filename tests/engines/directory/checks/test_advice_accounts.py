"""Unscored items on accounts, where one example directory cannot show the case."""

import pytest

from rempart.engines.directory.model import Kind
from rempart.engines.directory.registry import NotMeasured
from support.directories import DAY, OTHER_SID, SID, TODAY, Small, said


def two_domains_with_laps() -> Small:
    """LAPS on every machine of the second domain, on none of the first."""
    small = Small()
    small.domain(OTHER_SID, "AUTRE.TEST")
    for sid, covered in ((SID, "FALSE"), (OTHER_SID, "TRUE")):
        for rid in (2001, 2002):
            row = small.account(rid, kind=Kind.COMPUTER, sid=sid, uac=4096)
            small.builder.attribute(row, "haslaps", [covered])
    return small


def test_the_coverage_of_laps_is_that_of_each_domain() -> None:
    directory = two_domains_with_laps().build()
    hits, _ = said("info_laps", directory, {3: {"share": 100}})
    assert [(directory.ids[h.row], h.detail) for h in hits] == [
        (SID, "0 ordinateur géré sur 2, soit 0 %")
    ]


def test_a_domain_without_any_laps_is_named() -> None:
    directory = two_domains_with_laps().build()
    hits, _ = said("info_laps_missing", directory, {})
    assert [directory.ids[h.row] for h in hits] == [SID]


def test_half_of_the_target_coverage_is_not_the_target() -> None:
    small = two_domains_with_laps()
    row = small.builder.row(f"{SID}-2001")
    small.builder.attribute(row, "haslaps", ["TRUE"])
    points = {3: {"share": 50}}
    assert said("info_laps", small.build(), points) == ([], [])


def test_too_many_unknown_logons_are_not_judged() -> None:
    small = Small()
    for rid in range(1001, 1011):
        small.account(rid, last_logon=TODAY - 3 * DAY if rid < 1003 else -1)
    hits, silent = said("info_user_accounts_dormant", small.build(), {3: {"days": 90}})
    assert hits == []
    assert "8 objets sur 10" in silent[0].reason


def test_a_logon_after_the_day_of_the_audit_is_today() -> None:
    small = Small()
    small.account(500, last_logon=TODAY + DAY)
    hits, _ = said("warning_rid500", small.build(), {1: {"days": 30}})
    assert [h.detail for h in hits] == ["dernière session aujourd’hui"]


def test_a_mark_set_to_zero_elsewhere_is_judged_elsewhere() -> None:
    small = Small()
    small.account(1001)
    other = small.builder.row(f"{OTHER_SID}-1001")
    small.domain(OTHER_SID, "AUTRE.TEST")
    small.builder.attribute(other, "admincount", ["0"])
    assert said("warning_admincount_0", small.build(), {}) == ([], [])


def test_too_many_unknown_logons_are_not_measured() -> None:
    small = Small()
    for rid in range(1001, 1011):
        small.account(rid, created=TODAY - 400 * DAY)
    with pytest.raises(NotMeasured, match="date de dernière session"):
        said("warning_user_accounts_dormant", small.build(), {3: {"days": 90, "share": 10}})
