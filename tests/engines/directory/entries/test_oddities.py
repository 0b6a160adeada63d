"""What is odd in a descriptor."""

import pytest

from rempart.engines.directory.descriptors import Descriptor
from rempart.engines.directory.entries.oddities import (
    DENIES_READ,
    GENERIC,
    HIDES_CONTENT,
    oddities,
)
from rempart.engines.directory.sddl import read_sddl

DOMAIN = "S-1-5-21-1-2-3"
LISTED = "(A;;LCRPLORC;;;AU)"


def odd(aces: str) -> dict[str, list[str]]:
    return oddities(read_sddl(f"O:DAD:{aces}", DOMAIN))


def test_an_ordinary_descriptor_has_nothing_odd() -> None:
    assert odd("(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)" + LISTED) == {}


@pytest.mark.parametrize(
    ("ace", "found"),
    [
        ("(D;;RP;;;WD)", ["S-1-1-0"]),
        ("(D;;RC;;;DU)", [f"{DOMAIN}-513"]),
        ("(D;;DTSD;;;WD)", []),
        ("(D;CIIO;RP;;;WD)", []),
        ("(OD;;RP;bf967a68-0de6-11d0-a285-00aa003049e2;;WD)", []),
    ],
)
def test_a_refusal_to_read_names_whom_it_blinds(ace: str, found: list[str]) -> None:
    assert odd(ace + LISTED).get(DENIES_READ, []) == found


def test_generic_rights_that_apply_are_noted() -> None:
    assert odd("(A;;GA;;;BU)" + LISTED)[GENERIC] == ["S-1-5-32-545"]
    assert GENERIC not in odd("(A;CIIO;GA;;;CO)" + LISTED)


@pytest.mark.parametrize(
    ("aces", "hidden"),
    [
        ("(A;;LC;;;DA)", True),
        ("(A;;LC;;;RU)", False),
        ("(A;;LC;;;DU)", False),
        ("(D;;LC;;;AU)" + LISTED, True),
    ],
)
def test_a_unit_hides_its_content_from_users(aces: str, hidden: bool) -> None:
    assert (HIDES_CONTENT in odd(aces)) is hidden


def test_an_absent_list_hides_nothing() -> None:
    assert oddities(Descriptor("", 0, None)) == {}
