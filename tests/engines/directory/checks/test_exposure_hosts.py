"""Settings of machines, seen on them or asked of policies."""

import pytest

from rempart.engines.directory.model import Fact, Kind
from rempart.engines.directory.registry import NotMeasured
from support.directories import Small, said


def machine(seen: str = "") -> Small:
    """One workstation, asked or not about its SMB signing."""
    small = Small()
    row = small.account(2001, kind=Kind.COMPUTER, uac=4096)
    if seen:
        small.builder.attribute(row, "smbsigning", [seen])
    return small


def test_a_collection_without_controllers_says_nothing_of_their_settings() -> None:
    with pytest.raises(NotMeasured, match="aucun contrôleur"):
        said("extra_ldap_signing", machine().build(), {})


@pytest.mark.parametrize("with_policies", [True, False])
def test_machines_that_were_all_seen_need_no_policy(with_policies: bool) -> None:
    small = machine("TRUE")
    if not with_policies:
        small.builder.facts.remove(Fact.SYSVOL)
    assert said("extra_smb_signing", small.build(), {}) == ([], [])


def test_what_was_neither_seen_nor_asked_of_policies_is_counted() -> None:
    small = machine("TRUE")
    small.account(2002, kind=Kind.COMPUTER, uac=4096)
    small.builder.facts.remove(Fact.SYSVOL)
    hits, unread = said("extra_smb_signing", small.build(), {})
    assert (hits, len(unread)) == ([], 1)
