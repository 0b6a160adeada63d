"""The example directory and its small language."""

from typing import Any

import pytest

from rempart.content.directory import Example
from rempart.engines.directory.examples.directory import (
    TODAY,
    example_directory,
    example_entries,
    today_of,
)
from rempart.engines.directory.examples.draft import DOMAIN_SID
from rempart.engines.directory.model import NEVER, Directory, Fact, Kind, Relation, Uac
from rempart.engines.directory.rights import Right

DAY = 86400


def changed(**given: Any) -> Directory:
    return example_directory(Example(title="essai", expect="passed", **given))


def row(directory: Directory, name: str) -> int:
    return directory.names.index(f"{name}@SAIN.TEST".upper())


def test_the_healthy_directory_has_what_a_complete_collection_has() -> None:
    d = example_directory()
    absent = {
        Fact.SESSIONS,
        Fact.LOCAL_GROUPS,
        Fact.CA_REGISTRY,
        Fact.HOST_SECURITY,
        Fact.SYSVOL,
        Fact.SYSVOL_DESCRIPTORS,
    }
    assert set(Fact) - d.facts == absent
    assert len(d.rows(Kind.USER)) >= 25
    assert not d.rows(Kind.UNKNOWN).size


def test_its_entries_are_those_of_the_directory() -> None:
    dns = [dn for dn, _ in example_entries()]
    known = set(example_directory().dns)
    assert [dn for dn in dns if dn not in known and "ForeignSecurity" not in dn] == []
    assert len(dns) == len(set(dns)) > 150


def test_a_date_is_relative_to_the_day_of_the_audit() -> None:
    d = changed(change={"krbtgt": {"pwdLastSet": "-400d"}, "u01": {"pwdLastSet": "never"}})
    assert d.password_set[row(d, "krbtgt")] == TODAY - 400 * DAY
    assert d.password_set[row(d, "u01")] == NEVER


def test_another_day_moves_relative_dates_and_not_the_others() -> None:
    example = Example(
        title="plus tard",
        expect="passed",
        today="2027-01-31",
        change={"u01": {"pwdLastSet": "-1d"}, "u02": {"pwdLastSet": "2026-01-31"}},
    )
    d = example_directory(example)
    day = today_of(example)
    assert d.password_set[row(d, "u01")] == day - DAY
    assert d.password_set[row(d, "u02")] == day - 365 * DAY


def test_flags_are_set_and_cleared_by_name() -> None:
    d = changed(
        change={"u01": {"userAccountControl": ["+DONT_EXPIRE_PASSWORD", "-NORMAL_ACCOUNT"]}}
    )
    assert d.uac[row(d, "u01")] == Uac.DONT_EXPIRE_PASSWORD


def test_null_removes_an_attribute() -> None:
    d = changed(change={"directory service": {"dSHeuristics": None}})
    assert "dsheuristics" not in d.attributes


def test_signed_items_change_a_list_and_others_replace_it() -> None:
    d = changed(
        change={
            "Domain Admins": {"member": ["+u02", "-adm-anne"]},
            "G-Pharmacie": {"member": ["G-Soignants"]},
        }
    )
    members = {
        name: d.labels(d.pairs(Relation.MEMBER).to(row(d, name)))
        for name in ("Domain Admins", "G-Pharmacie")
    }
    assert set(members["Domain Admins"]) == {
        "ADMINISTRATOR@SAIN.TEST",
        "ADM-BRUNO@SAIN.TEST",
        "U02@SAIN.TEST",
    }
    assert members["G-Pharmacie"] == ["G-SOIGNANTS@SAIN.TEST"]


def test_an_added_account_gets_what_its_class_has() -> None:
    d = changed(add=[{"cn": "support", "ou": "Administration", "objectClass": "user"}])
    support = row(d, "support")
    assert d.ids[support].startswith(f"{DOMAIN_SID}-5")
    assert d.names[d.parent[support]] == "ADMINISTRATION@SAIN.TEST"
    assert d.acls.of[support] >= 0
    assert d.uac[support] == Uac.NORMAL_ACCOUNT


@pytest.mark.parametrize(
    ("object_class", "kind"),
    [
        ("computer", Kind.COMPUTER),
        ("group", Kind.GROUP),
        ("organizationalUnit", Kind.OU),
        ("msDS-GroupManagedServiceAccount", Kind.USER),
        ("inetOrgPerson", Kind.USER),
        ("container", Kind.CONTAINER),
    ],
)
def test_any_class_can_be_added(object_class: str, kind: Kind) -> None:
    d = changed(add=[{"cn": "nouveau", "objectClass": object_class}])
    assert Kind(d.kind[next(i for i, n in enumerate(d.names) if n.startswith("NOUVEAU"))]) == kind


def test_an_object_can_be_added_by_its_dn() -> None:
    dn = "CN=Annexe,CN=Sites,CN=Configuration,DC=sain,DC=test"
    d = changed(add=[{"dn": dn, "objectClass": "site"}])
    assert d.kind[d.dns.index(dn)] == Kind.SITE


def test_a_removed_object_leaves_no_child_and_no_link() -> None:
    d = changed(remove=["OU=Personnel,DC=sain,DC=test", "Denied RODC Password Replication Group"])
    assert "U01@SAIN.TEST" not in d.names
    rodc = d.names.index("RODC1.SAIN.TEST")
    assert len(d.pairs(Relation.RODC_NEVER_REVEAL).of(rodc)) == 4


@pytest.mark.parametrize(
    ("ace", "expected"),
    [
        ({"right": "ForceChangePassword"}, (Right.ForceChangePassword, False)),
        ({"right": "WriteDacl", "inherited": True}, (Right.WriteDacl, True)),
        ({"right": "(A;;WO;;;%s)"}, (Right.WriteOwner, False)),
        ({"owner": True}, (Right.Owns, False)),
        ({"right": "Owns"}, (Right.Owns, False)),
    ],
)
def test_a_right_is_given_by_name_or_by_entry(
    ace: dict[str, Any], expected: tuple[Right, bool]
) -> None:
    d = changed(aces=[{"on": "adm-anne", "who": "u05", **ace}])
    given = [
        (right, inherited)
        for p, right, inherited in d.acls.entries(row(d, "adm-anne"))
        if p == row(d, "u05")
    ]
    assert given == [expected]


def test_a_denial_comes_before_what_it_denies() -> None:
    aces = [{"on": "u01", "who": "u05", "right": "WriteDacl", "deny": deny} for deny in (0, 1)]
    d = changed(aces=aces)
    assert row(d, "u05") not in {p for p, _, _ in d.acls.entries(row(d, "u01"))}


def test_the_reader_of_a_managed_password_is_a_right() -> None:
    d = changed(aces=[{"on": "gmsa-sql", "who": "u05", "right": "ReadGMSAPassword"}])
    assert (row(d, "u05"), Right.ReadGMSAPassword, False) in d.acls.entries(row(d, "gmsa-sql$"))


def test_a_descriptor_can_be_replaced_or_missing() -> None:
    d = changed(
        change={
            "u01": {"nTSecurityDescriptor": "O:AUD:P(A;;WD;;;WD)"},
            "u02": {"nTSecurityDescriptor": None},
            "adm-anne": {"protected": False},
        }
    )
    assert [right for _, right, _ in d.acls.entries(row(d, "u01"))] == [Right.Owns, Right.WriteDacl]
    assert d.acls.of[row(d, "u02")] == -1
    assert d.acls.protected[row(d, "adm-anne")] == 0


def test_links_and_binary_values_are_given_by_name() -> None:
    d = changed(
        change={
            "DC1": {"msDS-AllowedToActOnBehalfOfOtherIdentity": ["PC01"]},
            "domaine": {"gPLink": [{"gpo": "Politique des postes", "enforced": True}]},
            "sain.test": {"dNSProperty": 1},
            "u01": {"sIDHistory": ["DA"]},
        }
    )
    assert d.label(d.pairs(Relation.ALLOWED_TO_ACT).src[0]) == "PC01.SAIN.TEST"
    assert len(d.pairs(Relation.GP_LINK_ENFORCED)) == 1
    assert d.values(row(d, "u01"), "sidhistory") == [f"{DOMAIN_SID}-512"]
    # MS-DNSP 2.3.2.1: length of data, of name, flag, version, id 2 (ALLOW_UPDATE), data 1, name.
    zone = d.dns.index("DC=sain.test,CN=MicrosoftDNS,DC=DomainDnsZones,DC=sain,DC=test")
    assert d.value(zone, "dnsproperty") == "0100000000000000000000000100000002000000" + "01" + "00"


def test_facts_can_be_taken_away() -> None:
    assert Fact.UAC not in changed(without=["uac"]).facts


@pytest.mark.parametrize(
    "given",
    [
        {"change": {"personne": {"description": "x"}}},
        {"aces": [{"on": "u01", "who": "u02", "right": "PasUnDroit"}]},
        {"remove": ["personne"]},
    ],
)
def test_a_wrong_name_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        changed(**given)


def test_an_example_leaves_the_healthy_directory_as_it_was() -> None:
    before = example_directory()
    changed(
        change={"u01": {"description": "x"}},
        aces=[{"on": "u01", "who": "AU", "right": "WriteDacl"}],
    )
    after = example_directory()
    assert before.attributes == after.attributes
    assert before.acls.right.tolist() == after.acls.right.tolist()


def test_values_are_given_as_bytes_in_hexadecimal_or_base64() -> None:
    ca = "CN=SAIN-CA,CN=AIA,CN=Public Key Services,CN=Services,CN=Configuration,DC=sain,DC=test"
    d = changed(
        change={ca: {"cACertificate": "b64:MII="}, "sain.test": {"dNSProperty": "hex:01ff"}}
    )
    assert d.blobs["cacertificate"][d.dns.index(ca)] == [b"\x30\x82"]
    zone = d.dns.index("DC=sain.test,CN=MicrosoftDNS,DC=DomainDnsZones,DC=sain,DC=test")
    assert d.value(zone, "dnsproperty") == "01FF"


@pytest.mark.parametrize(("written", "kept"), [("42d", -42 * DAY * 10**7), ("never", -(2**63))])
def test_a_duration_is_written_in_days(written: str, kept: int) -> None:
    d = changed(change={"domaine": {"maxPwdAge": written}})
    assert d.integer(d.index[DOMAIN_SID], "maxpwdage") == kept


def test_links_may_be_written_as_the_directory_writes_them() -> None:
    policy = "CN={31B2F340-016D-11D2-945F-00C04FB984F9},CN=Policies,CN=System,DC=sain,DC=test"
    d = changed(
        change={
            "OU=Postes,DC=sain,DC=test": {"gPLink": f"[LDAP://{policy};2]"},
            "u01": {"managedBy": "CN=u02,OU=Personnel,DC=sain,DC=test"},
        }
    )
    assert d.labels(d.pairs(Relation.GP_LINK_ENFORCED).src) == ["POLITIQUE DU DOMAINE@SAIN.TEST"]
    assert list(d.pairs(Relation.MANAGED_BY)) == [(row(d, "u01"), row(d, "u02"))]


def test_an_object_is_found_by_its_sid_and_keeps_a_class_of_its_own() -> None:
    d = changed(change={f"{DOMAIN_SID}-1201": {"objectClass": ["top", "contact"]}})
    assert d.kind[row(d, "u01")] == Kind.OTHER


def test_an_added_account_can_be_protected_as_administrators_are() -> None:
    d = changed(
        add=[{"sAMAccountName": "adm-x", "protected": True, "objectClass": ["top", "user"]}]
    )
    assert d.acls.protected[row(d, "adm-x")] == 1
    assert d.admin_count[row(d, "adm-x")] == 1


def test_an_object_removed_is_forgotten_and_other_values_are_left_as_they_are() -> None:
    act = "msDS-AllowedToActOnBehalfOfOtherIdentity"
    link = "[LDAP://CN={0},CN=Policies,CN=System,DC=sain,DC=test;0]"
    d = changed(
        change={"u01": {act: ["u02", "AU"]}, "Administration": {"gpLink": [link]}}, remove=["u02"]
    )
    assert "U02@SAIN.TEST" not in d.names
    assert d.labels(d.pairs(Relation.ALLOWED_TO_ACT).to(row(d, "u01"))) == [
        "AUTHENTICATED USERS@SAIN.TEST"
    ]


def test_a_duration_that_is_none_is_written_as_it_is() -> None:
    d = changed(change={"sain": {"maxPwdAge": "-36288000000000"}})
    assert ["-36288000000000"] in d.attributes["maxpwdage"].values()
