"""Descriptors as text."""

import pytest
from hypothesis import given, strategies as st

from rempart.engines.directory.descriptors import Ace, UnreadableDescriptor, read_descriptor
from rempart.engines.directory.sddl import read_ace, read_sddl, resolver, sddl_bytes

DOMAIN = "S-1-5-21-1-2-3"
ROOT = "S-1-5-21-7-8-9"
RESET = "00299570-246d-11d0-a768-00aa006e0529"


def test_owner_protection_and_entries_are_read() -> None:
    read = read_sddl(f"O:DAG:DUD:PAI(A;CI;RPWP;;;AU)(OA;;CR;{RESET};;S-1-5-21-5)", DOMAIN)
    assert (read.owner, read.protected) == (f"{DOMAIN}-512", True)
    assert read.aces == [
        Ace(True, 0x2, 0x30, "", "", "S-1-5-11"),
        Ace(True, 0, 0x100, RESET, "", "S-1-5-21-5"),
    ]


def test_text_and_bytes_say_the_same() -> None:
    text = f"O:BAD:(D;;SD;;;WD)(OD;CIIO;WP;{RESET};bf967aba-0de6-11d0-a285-00aa003049e2;PS)"
    from_bytes = read_descriptor(sddl_bytes(text, DOMAIN))
    assert from_bytes.aces == read_sddl(text, DOMAIN).aces
    assert from_bytes.owner == "S-1-5-32-544"


def test_groups_of_the_forest_belong_to_its_root() -> None:
    resolve = resolver(DOMAIN, ROOT)
    assert resolve("EA") == f"{ROOT}-519"
    assert resolve("DA") == f"{DOMAIN}-512"
    assert resolver(DOMAIN)("SA") == f"{DOMAIN}-518"


def test_the_audit_list_is_left_out() -> None:
    read = read_sddl("O:DAD:(A;;RC;;;AU)S:(AU;SAFA;WDWO;;;WD)", DOMAIN)
    assert read.aces == [Ace(True, 0, 0x20000, "", "", "S-1-5-11")]
    assert read_ace("(AU;SA;WD;;;WD)", resolver(DOMAIN)) is None


def test_without_a_dacl_there_are_no_entries() -> None:
    assert read_sddl("O:DA", DOMAIN).aces is None


def test_a_mask_may_be_a_number() -> None:
    ace = read_ace("(A;;0xf01ff;;;BA)", resolver(DOMAIN))
    assert ace is not None
    assert ace.mask == 0xF01FF


@pytest.mark.parametrize(
    "entry",
    [
        "(A;;RP;;)",
        "(ZZ;;RP;;;AU)",
        "(A;;QQ;;;AU)",
        "(A;QQ;RP;;;AU)",
        "(A;;RP;;;QQ)",
        "(A;;0xg;;;AU)",
    ],
)
def test_a_wrong_entry_is_refused(entry: str) -> None:
    with pytest.raises(UnreadableDescriptor):
        read_ace(entry, resolver(DOMAIN))


@given(st.text(alphabet="OGDS:()A;CIRPWD-0123456789x ", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert read_sddl(text, DOMAIN).control
    except UnreadableDescriptor as refusal:
        assert str(refusal)
