"""Checks on trusts whose attributes were not all read."""

import pytest

from rempart.engines.directory.model import Trust
from rempart.engines.directory.registry import NotApplicable
from support.directories import SID, Small, said

CHECK = "vuln_trusts_domain_notfiltered"


def with_trusts(*attributes: int | None) -> Small:
    small = Small()
    domain = small.builder.row(SID)
    for number, bits in enumerate(attributes):
        small.builder.trust(Trust(domain, f"p{number}.test", "", True, True, 2, bits))
    return small


def test_a_trust_without_attributes_is_not_measured_and_is_named() -> None:
    hits, gaps = said(CHECK, with_trusts(None, 4).build(), {1: {}})
    assert hits == []
    assert gaps[0].reason.endswith("avec p0.test.")


def test_a_failing_trust_counts_whatever_is_not_known_of_another() -> None:
    hits, gaps = said(CHECK, with_trusts(None, 0).build(), {1: {}})
    assert [hit.detail for hit in hits] == ["p1.test : filtrage des SID (quarantaine) absent"]
    assert gaps == []


def test_a_trust_that_has_no_object_is_shown_on_its_domain() -> None:
    small = with_trusts(0)
    hits, _ = said(CHECK, small.build(), {1: {}})
    assert hits[0].row == small.builder.index[SID]


def test_a_trust_of_a_domain_that_was_not_read_is_left_out() -> None:
    small = Small()
    elsewhere = small.builder.row("S-1-5-21-9-9-9")
    small.builder.trust(Trust(elsewhere, "x.test", "", True, True, 2, 0))
    with pytest.raises(NotApplicable):
        said(CHECK, small.build(), {1: {}})


@pytest.mark.parametrize("check", ["vuln_trusts_forest_sidhistory", "vuln_trusts_tgt_deleg"])
def test_the_other_checks_do_not_guess_attributes_either(check: str) -> None:
    hits, gaps = said(check, with_trusts(None).build(), {1: {}})
    assert (hits, len(gaps)) == ([], 1)
