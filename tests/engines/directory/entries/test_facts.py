"""What a source of entries may claim to know."""

import pytest

from rempart.engines.directory.model import Fact
from support.entries import BASE, CONFIGURATION, account, entry, read, root

SYSTEM = entry("rIDManager", f"CN=RID Manager$,CN=System,{BASE}")


def test_every_attribute_asked_lets_absence_speak() -> None:
    d = read(root(), account("anne", 1, useraccountcontrol=512), SYSTEM)
    assert d.has(Fact.UAC, Fact.SID_HISTORY, Fact.DELEGATION, Fact.MACHINE_QUOTA, Fact.TRUSTS)


def test_asked_attributes_are_known_and_no_others() -> None:
    asked = frozenset({"objectsid", "pwdlastset", "useraccountcontrol"})
    d = read(root(), account("anne", 1, useraccountcontrol=512, pwdlastset=0), complete=asked)
    assert d.has(Fact.PASSWORD_DATES, Fact.UAC)
    assert not d.facts & {Fact.SID_HISTORY, Fact.MEMBERS, Fact.SPN, Fact.DOMAIN_POLICY}


def test_technical_attributes_tell_that_all_were_asked() -> None:
    d = read(root(), account("anne", 1, usnchanged=5), complete=False)
    assert Fact.SID_HISTORY in d.facts


def test_otherwise_only_what_was_met_is_known() -> None:
    d = read(root(), account("anne", 1, pwdlastset=0), complete=False)
    assert Fact.PASSWORD_DATES in d.facts
    assert not d.facts & {Fact.SID_HISTORY, Fact.SPN, Fact.LAPS}


def test_the_domain_alone_says_nothing_of_the_forest() -> None:
    d = read(root(), account("anne", 1, sddl="D:"), SYSTEM)
    assert not d.facts & {
        Fact.CONFIGURATION,
        Fact.SCHEMA,
        Fact.DNS_ZONES,
        Fact.DSHEURISTICS,
        Fact.FOREST_LEVEL,
        Fact.PKI,
        Fact.ACL_SCHEMA,
        Fact.SILOS,
    }


def test_nothing_read_from_ldap_knows_sessions_or_sysvol() -> None:
    d = read(root(), account("anne", 1, sddl="D:"), SYSTEM, entry("configuration", CONFIGURATION))
    assert not d.facts & {Fact.SESSIONS, Fact.SYSVOL, Fact.LOCAL_GROUPS, Fact.CA_REGISTRY}


@pytest.mark.parametrize(("with_descriptor", "known"), [(1, False), (3, True)])
def test_access_lists_are_known_when_most_descriptors_were_read(
    with_descriptor: int, known: bool
) -> None:
    accounts = [
        account(f"u{n}", 100 + n, **({"sddl": "O:DAD:"} if n < with_descriptor else {}))
        for n in range(4)
    ]
    assert (Fact.ACL in read(root(), *accounts).facts) is known


def test_the_objects_of_the_configuration_bring_their_facts() -> None:
    services = f"CN=Windows NT,CN=Services,{CONFIGURATION}"
    d = read(
        root(),
        account("anne", 1),
        entry("configuration", CONFIGURATION, sddl="O:EAD:"),
        entry("nTDSService", f"CN=Directory Service,{services}", sddl="O:EAD:"),
        entry("crossRefContainer", f"CN=Partitions,{CONFIGURATION}"),
    )
    assert d.has(Fact.CONFIGURATION, Fact.DSHEURISTICS, Fact.FOREST_LEVEL, Fact.ACL_CONFIGURATION)


def test_without_accounts_nothing_is_said_of_them() -> None:
    d = read(root())
    assert not d.facts & {Fact.ACCOUNTS, Fact.MEMBERS, Fact.UAC}


def test_what_every_account_has_and_none_shows_was_not_readable() -> None:
    d = read(root(), account("anne", 1))
    assert not d.facts & {Fact.UAC, Fact.UAC_COMMON, Fact.PASSWORD_DATES, Fact.CREATION_DATES}


def test_password_settings_are_known_to_those_who_see_their_container() -> None:
    container = entry(
        "msDS-PasswordSettingsContainer", f"CN=Password Settings Container,CN=System,{BASE}"
    )
    assert Fact.PASSWORD_SETTINGS in read(root(), SYSTEM, container).facts
    assert Fact.PASSWORD_SETTINGS not in read(root(), SYSTEM).facts


def test_what_was_not_asked_of_the_configuration_is_not_known() -> None:
    asked = frozenset({"objectsid"})
    services = entry("nTDSService", f"CN=Directory Service,{CONFIGURATION}")
    d = read(root(), SYSTEM, services, complete=asked)
    assert d.has(Fact.CONFIGURATION, Fact.DFSR)
    assert not d.facts & {Fact.PKI, Fact.PKI_CERTIFICATES, Fact.TRUSTS}
