"""What collectors say of hosts, certificate authorities and policies, in the dress of each version."""

import io
from typing import Any

import msgspec
import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import UNKNOWN, Directory, Fact, Relation
from rempart.engines.directory.read.sharphound import SharpHoundReader
from rempart.engines.directory.read.sharphound_values import encryption_types, truth, when
from rempart.engines.directory.rights import Right
from rempart.kernel.progress import Silent

SID = "S-1-5-21-1-2-3"
PC = f"{SID}-1200"


def read(kind: str, *objects: dict[str, Any]) -> Directory:
    builder = Builder()
    reader = SharpHoundReader(builder, Silent())
    meta = {"type": kind, "count": len(objects), "version": 6, "methods": 0x7FFFF}
    data = msgspec.json.encode({"data": list(objects), "meta": meta})
    reader.read(f"1_{kind}.json", io.BytesIO(data))
    reader.finish()
    return builder.build()


def computer(**more: Any) -> dict[str, Any]:
    return {
        "ObjectIdentifier": PC,
        "Properties": {"name": "PC.CHU.TEST"},
        "LocalAdmins": [],
        **more,
    }


def local(rid: str, *members: str, collected: bool = True) -> dict[str, Any]:
    results = [{"ObjectIdentifier": m, "ObjectType": "Base"} for m in members]
    return {"ObjectIdentifier": f"{PC}-{rid}", "Collected": collected, "Results": results}


@pytest.mark.parametrize(
    "said",
    [
        {"SmbInfo": {"SigningEnabled": False}},
        {"SmbInfo": {"Result": {"SigningEnabled": False}, "Collected": True}},
        {"SmbInfo": {"SigningEnabled": {"Value": False, "Collected": True}}},
        {"Properties": {"name": "PC.CHU.TEST", "smbsigning": False}},
    ],
)
def test_signing_is_read_in_every_dress(said: dict[str, Any]) -> None:
    d = read("computers", computer(**said))
    assert d.value(d.index[PC], "smbsigning") == "FALSE"
    assert d.has(Fact.HOST_SECURITY)


def test_what_was_not_collected_on_a_host_is_not_said() -> None:
    said = {"SmbInfo": {"SigningEnabled": {"Value": True, "Collected": False}}, "Properties": None}
    d = read("computers", computer(**said))
    assert d.value(d.index[PC], "smbsigning") is None


def test_services_and_registry_of_a_host_are_kept() -> None:
    d = read(
        "computers",
        computer(
            IsWebClientRunning={"Result": True, "Collected": True},
            NTLMRegistryData={"Result": {"RestrictSendingNtlmTraffic": 2}},
            DCRegistryData={
                "CertificateMappingMethods": {"Value": 31, "Collected": True},
                "StrongCertificateBindingEnforcement": {"Value": 1, "Collected": True},
            },
        ),
    )
    row = d.index[PC]
    assert d.value(row, "webclientrunning") == "TRUE"
    assert d.value(row, "restrictsendingntlmtraffic") == "2"
    assert d.integer(row, "certificatemappingmethods") == 31
    assert d.integer(row, "strongcertificatebindingenforcement") == 1


def test_local_groups_inside_local_groups_are_opened_even_in_a_circle() -> None:
    groups = [local("544", f"{PC}-1001"), local("1001", f"{SID}-1105", f"{PC}-544")]
    d = read("computers", computer(LocalGroups=groups))
    assert (d.index[f"{SID}-1105"], d.index[PC]) in list(d.pairs(Relation.LOCAL_ADMIN))


@pytest.mark.parametrize(
    ("holders", "let_in"),
    [([f"{SID}-1106"], {f"{SID}-1106"}), ([f"{PC}-555"], {f"{SID}-1105", f"{SID}-1106"})],
)
def test_a_remote_desktop_session_needs_the_right_too(holders: list[str], let_in: set[str]) -> None:
    rights = [
        {
            "Privilege": "SeRemoteInteractiveLogonRight",
            "Collected": True,
            "Results": [{"ObjectIdentifier": h} for h in holders],
        }
    ]
    groups = [local("555", f"{SID}-1105", f"{SID}-1106")]
    d = read("computers", computer(LocalGroups=groups, UserRights=rights))
    assert {d.ids[s] for s, _ in d.pairs(Relation.LOCAL_RDP)} == let_in


def test_a_long_answer_is_read_like_a_short_one() -> None:
    results = [{"UserSID": f"{SID}-{1100 + i}", "ComputerSID": PC} for i in range(20)]
    d = read("computers", computer(Sessions={"Collected": True, "Results": results}))
    assert len(d.pairs(Relation.SESSION)) == 20


def test_local_groups_that_policies_fill_reach_the_computers_under_them() -> None:
    ou = {
        "ObjectIdentifier": "AAAA",
        "Properties": {"name": "POSTES@CHU.TEST", "blocksinheritance": True, "description": "d"},
        "Links": [],
        "GPOChanges": {
            "LocalAdmins": [{"ObjectIdentifier": f"{SID}-1105"}],
            "AffectedComputers": [{"ObjectIdentifier": PC}, None],
        },
        "ChildObjects": [{"ObjectIdentifier": PC, "ObjectType": "Computer"}],
        "Aces": [],
    }
    d = read("ous", ou)
    assert list(d.pairs(Relation.LOCAL_ADMIN)) == [(d.index[f"{SID}-1105"], d.index[PC])]
    assert d.value(d.index["AAAA"], "gpoptions") == "1"
    assert d.parent[d.index[PC]] == d.index["AAAA"]


@pytest.mark.parametrize(
    ("stated", "attributes"),
    [("8", 8), (0x44, 0x44), ("ForestTransitive, TreatAsExternal", 0x48), ("Inconnu", 0)],
)
def test_trust_attributes_are_numbers_or_names(stated: Any, attributes: int) -> None:
    trust = {
        "TargetDomainSid": "S-1-5-21-9-9-9",
        "TargetDomainName": "B.TEST",
        "TrustDirection": 3,
        "TrustAttributes": stated,
    }
    domain = {
        "ObjectIdentifier": SID,
        "Properties": {"name": "CHU.TEST"},
        "Trusts": [trust],
        "Aces": [],
    }
    (found,) = read("domains", domain).trusts
    assert found.attributes == attributes
    assert found.inbound and found.outbound


def test_recent_properties_of_a_domain_prove_the_facts_that_they_carry() -> None:
    properties = {
        "name": "CHU.TEST",
        "functionallevel": 7,
        "machineaccountquota": 10,
        "expirepasswordsonsmartcardonlyaccounts": True,
        "dsheuristics": "0000002",
    }
    d = read(
        "domains", {"ObjectIdentifier": SID, "Properties": properties, "Trusts": [], "Aces": []}
    )
    row = d.index[SID]
    assert d.value(row, "msds-behavior-version") == "7"
    assert d.value(row, "ms-ds-machineaccountquota") == "10"
    assert d.value(row, "msds-expirepasswordsonsmartcardonlyaccounts") == "TRUE"
    assert d.has(Fact.MACHINE_QUOTA, Fact.SMARTCARD_EXPIRY, Fact.DSHEURISTICS)


def test_the_security_and_endpoints_of_an_authority_are_read_when_collected() -> None:
    agent = {"ObjectIdentifier": f"{SID}-513", "ObjectType": "Group"}
    template = {"ObjectIdentifier": "AAAA", "ObjectType": "CertTemplate"}
    authority = {
        "ObjectIdentifier": "DDDD",
        "Properties": {"name": "CA@CHU.TEST"},
        "EnabledCertTemplates": [],
        "CARegistryData": {
            "CASecurity": {
                "Collected": True,
                "Data": [
                    {"PrincipalSID": f"{SID}-1105", "RightName": "ManageCA", "IsInherited": False}
                ],
            },
            "EnrollmentAgentRestrictions": {
                "Collected": True,
                "Restrictions": [
                    {"AccessType": "AccessAllowedCallback", "Agent": agent, "AllTemplates": True},
                    {"AccessType": "AccessDeniedCallback", "Agent": agent, "Template": template},
                    {"AccessType": "AccessDeniedCallback", "Agent": agent, "Template": None},
                    "illisible",
                ],
            },
        },
        "HttpEnrollmentEndpoints": [{"Result": {"Url": "http://ca/certsrv"}}],
        "Aces": [{"PrincipalSID": f"{SID}-513", "RightName": "Enroll", "IsInherited": False}],
    }
    d = read("enterprisecas", authority)
    row = d.index["DDDD"]
    assert [r for _, r, _ in d.acls.entries(row)] == [Right.Enroll, Right.ManageCA]
    assert "certsrv" in (d.value(row, "httpenrollmentendpoints") or "")
    assert d.values(row, "enrollmentagentrestrictions") == [
        f"allow {SID}-513 *",
        f"deny {SID}-513 AAAA",
    ]


def test_endpoints_are_read_without_the_registry() -> None:
    authority = {
        "ObjectIdentifier": "DDDD",
        "Properties": {"name": "CA@CHU.TEST"},
        "HttpEnrollmentEndpoints": [{"Result": {"Url": "http://ca/certsrv"}}],
        "Aces": [],
    }
    d = read("enterprisecas", authority)
    assert "certsrv" in (d.value(d.index["DDDD"], "httpenrollmentendpoints") or "")


def test_an_issuance_policy_may_be_linked_to_a_group_and_flags_may_be_numbers() -> None:
    policy = {
        "ObjectIdentifier": "EEEE",
        "Properties": {"name": "P@CHU.TEST"},
        "GroupLink": {"ObjectIdentifier": f"{SID}-1110"},
        "Aces": [],
    }
    d = read("issuancepolicies", policy)
    assert list(d.pairs(Relation.OID_GROUP_LINK)) == [(d.index["EEEE"], d.index[f"{SID}-1110"])]
    template = {
        "ObjectIdentifier": "CCCC",
        "Properties": {
            "name": "T",
            "effectiveekus": [],
            "certificatenameflag": 1,
            "enrollmentflag": 2,
        },
    }
    d = read("certtemplates", template)
    assert d.integer(d.index["CCCC"], "mspki-certificate-name-flag") == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, UNKNOWN),
        (True, UNKNOWN),
        ("x", UNKNOWN),
        (-1, 0),
        (0, 0),
        ("17", 17),
        (1.5e9, 1_500_000_000),
        (10**15, UNKNOWN),
    ],
)
def test_dates_are_seconds_never_or_unknown(value: Any, expected: int) -> None:
    assert when(value) == expected


def test_flags_and_algorithms_come_in_several_dresses() -> None:
    assert [truth(v) for v in ("TRUE", "0", 1, None, "peut-être")] == [
        True,
        False,
        True,
        None,
        None,
    ]
    assert encryption_types(["RC4-HMAC-MD5", "AES256-CTS-HMAC-SHA1-96"]) == 0x14
    assert [encryption_types(v) for v in ("Not defined", 24, None, True)] == [
        0,
        24,
        UNKNOWN,
        UNKNOWN,
    ]
