"""SharpHound collections of every version give the same directory."""

import io
from typing import Any

import msgspec
import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import (
    NEVER,
    UNKNOWN,
    Directory,
    Fact,
    Kind,
    Managed,
    Relation,
    Uac,
)
from rempart.engines.directory.read.sharphound import SharpHoundReader, shown_type
from rempart.engines.directory.rights import Right
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent

SID = "S-1-5-21-1-2-3"


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, message: str) -> None:
        self.said.append(message)


def read(*files: tuple[str, dict[str, Any] | bytes], notes: Notes | None = None) -> Directory:
    builder = Builder()
    reader = SharpHoundReader(builder, notes or Notes())
    for name, content in files:
        data = content if isinstance(content, bytes) else msgspec.json.encode(content)
        reader.read(name, io.BytesIO(data))
    reader.finish()
    return builder.build()


def v6(kind: str, *objects: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    meta = {"methods": 0, "type": kind, "count": len(objects), "version": 6}
    return f"20260101000000_{kind}.json", {"data": list(objects), "meta": meta}


def ace(principal: str, right: str, inherited: bool = False, **more: Any) -> dict[str, Any]:
    return {"PrincipalSID": principal, "RightName": right, "IsInherited": inherited, **more}


USER = {
    "ObjectIdentifier": f"{SID}-1105",
    "PrimaryGroupSID": f"{SID}-513",
    "SPNTargets": [],
    "IsACLProtected": True,
    "ContainedBy": {"ObjectIdentifier": "aaaa", "ObjectType": "OU"},
    "AllowedToDelegate": [{"ObjectIdentifier": f"{SID}-1200", "ObjectType": "Computer"}],
    "HasSIDHistory": [{"ObjectIdentifier": f"{SID}-512"}],
    "Properties": {
        "name": "ALICE@CHU.TEST",
        "samaccountname": "alice",
        "distinguishedname": "CN=ALICE,OU=SOINS,DC=CHU,DC=TEST",
        "description": "infirmière",
        "enabled": True,
        "dontreqpreauth": True,
        "pwdneverexpires": False,
        "pwdlastset": 1700000000,
        "lastlogontimestamp": -1,
        "admincount": False,
        "serviceprincipalnames": ["HTTP/web"],
    },
    "Aces": [ace(f"{SID}-512", "Owns"), ace(f"{SID}-1106", "ForceChangePassword", True)],
}
DOMAIN = {
    "ObjectIdentifier": SID,
    "Properties": {"name": "CHU.TEST", "domainsid": SID, "functionallevel": "2008 R2"},
    "Trusts": [
        {
            "TargetDomainSid": "S-1-5-21-9-9-9",
            "TargetDomainName": "CLINIQUE.TEST",
            "IsTransitive": True,
            "TrustDirection": "Bidirectional",
            "TrustType": "Forest",
            "SidFilteringEnabled": False,
        }
    ],
    "Links": [{"GUID": "bbbb", "IsEnforced": True}],
    "Aces": [],
}


def test_a_user_gives_its_columns_relations_and_rights() -> None:
    d = read(v6("users", USER), v6("domains", DOMAIN))
    row = d.index[f"{SID}-1105"]
    assert d.kind[row] == Kind.USER
    assert d.names[row] == "ALICE@CHU.TEST"
    assert d.value(row, "samaccountname") == "alice"
    assert (d.password_set[row], d.last_logon[row]) == (1700000000, NEVER)
    assert d.admin_count[row] == 0
    assert d.primary_group_rid[row] == 513
    assert d.acls.protected[row] == 1
    assert d.ids[d.parent[row]] == "AAAA"
    assert d.ids[d.owner[row]] == f"{SID}-512"
    assert d.ids[d.domain[row]] == SID
    owner, reset = d.acls.entries(row)
    assert owner[1:] == (Right.Owns, False)
    assert reset[1:] == (Right.ForceChangePassword, True)
    assert d.pairs(Relation.SID_HISTORY).of(row) == [d.index[f"{SID}-512"]]


def test_flags_that_the_file_does_not_give_stay_unknown() -> None:
    d = read(v6("users", USER))
    row = d.index[f"{SID}-1105"]
    assert d.flag(Uac.DONT_REQUIRE_PREAUTH)[row]
    assert d.uac_known[row] & Uac.DONT_EXPIRE_PASSWORD
    assert not d.uac_known[row] & Uac.REVERSIBLE_PASSWORD
    assert d.created[row] == UNKNOWN
    assert d.has(Fact.UAC_COMMON) and not d.has(Fact.UAC)


def test_the_whole_account_control_of_recent_collections_is_taken_as_it_is() -> None:
    user = {**USER, "Properties": {**USER["Properties"], "useraccountcontrol": 0x400280}}
    d = read(v6("users", user))
    assert d.flag(Uac.REVERSIBLE_PASSWORD)[d.index[f"{SID}-1105"]]
    assert d.has(Fact.UAC)


def test_a_delegation_reaches_the_computer_by_id_or_by_name() -> None:
    computer = {
        "ObjectIdentifier": f"{SID}-1200",
        "Properties": {"name": "SRV.CHU.TEST", "enabled": True},
        "AllowedToAct": [{"ObjectIdentifier": f"{SID}-1105"}],
    }
    by_name = {
        **USER,
        "ObjectIdentifier": f"{SID}-1300",
        "AllowedToDelegate": ["cifs/srv.chu.test:445"],
    }
    d = read(v6("users", USER, by_name), v6("computers", computer))
    target = d.index[f"{SID}-1200"]
    assert d.pairs(Relation.ALLOWED_TO_DELEGATE).to(target) == [
        d.index[f"{SID}-1105"],
        d.index[f"{SID}-1300"],
    ]
    assert d.pairs(Relation.ALLOWED_TO_ACT).to(target) == [d.index[f"{SID}-1105"]]


@pytest.mark.parametrize(
    "said",
    [
        {"LocalGroups": [{"ObjectIdentifier": f"{SID}-1200-544", "Collected": True, "Results": [{"ObjectIdentifier": f"{SID}-1105"}]}]},
        {"LocalAdmins": {"Collected": True, "Results": [{"ObjectIdentifier": f"{SID}-1105"}]}},
        {"LocalAdmins": [{"MemberId": f"{SID}-1105", "MemberType": "User"}]},
    ],
    ids=["v6", "v5", "v3"],
)  # fmt: skip
def test_local_administrators_are_read_in_every_version(said: dict[str, Any]) -> None:
    computer = {"ObjectIdentifier": f"{SID}-1200", "Properties": {"name": "PC"}, **said}
    d = read(v6("computers", computer), v6("users", USER))
    assert d.has(Fact.LOCAL_GROUPS)
    assert list(d.pairs(Relation.LOCAL_ADMIN)) == [(d.index[f"{SID}-1105"], d.index[f"{SID}-1200"])]


@pytest.mark.parametrize(
    "sessions",
    [
        {"Collected": True, "Results": [{"UserSID": f"{SID}-1105", "ComputerSID": f"{SID}-1200"}]},
        [{"UserId": f"{SID}-1105", "ComputerId": f"{SID}-1200"}],
    ],
    ids=["v6", "v3"],
)
def test_sessions_are_read_in_every_version(sessions: Any) -> None:
    computer = {
        "ObjectIdentifier": f"{SID}-1200",
        "Properties": {"name": "PC"},
        "Sessions": sessions,
        "LocalAdmins": [],
    }
    d = read(v6("computers", computer))
    assert d.has(Fact.SESSIONS)
    assert list(d.pairs(Relation.SESSION)) == [(d.index[f"{SID}-1200"], d.index[f"{SID}-1105"])]


def test_sessions_that_were_not_collected_are_not_a_fact() -> None:
    nothing = {"Collected": False, "Results": [], "FailureReason": "x"}
    computer = {
        "ObjectIdentifier": f"{SID}-1200",
        "Properties": {"name": "PC"},
        "Sessions": nothing,
        "LocalAdmins": nothing,
    }
    d = read(v6("computers", computer))
    assert not d.has(Fact.SESSIONS) and not d.has(Fact.LOCAL_GROUPS)


def test_version_3_names_its_array_and_splits_rights() -> None:
    users = {
        "users": [
            {
                "ObjectIdentifier": f"{SID}-1105",
                "PrimaryGroupSid": f"{SID}-513",
                "Properties": {"name": "ALICE@CHU.TEST", "enabled": True},
                "Aces": [
                    ace(f"{SID}-512", "Owner", AceType=""),
                    ace(f"{SID}-1106", "ExtendedRight", AceType="User-Force-Change-Password"),
                    ace(f"{SID}-1107", "ExtendedRight", AceType="All"),
                    ace(f"{SID}-1108", "WriteProperty", AceType="AddMember"),
                ],
            }
        ],
        "meta": {"type": "users", "count": 1, "version": 3},
    }
    groups = {
        "groups": [
            {
                "ObjectIdentifier": f"{SID}-1106",
                "Properties": {"name": "G@CHU.TEST"},
                "Members": [{"MemberId": f"{SID}-1105", "MemberType": "User"}],
            }
        ],
        "meta": {"type": "groups", "count": 1, "version": 3},
    }
    d = read(("users.json", users), ("groups.json", groups))
    row = d.index[f"{SID}-1105"]
    assert [right for _, right, _ in d.acls.entries(row)] == [
        Right.Owns,
        Right.ForceChangePassword,
        Right.AllExtendedRights,
        Right.AddMember,
    ]
    assert d.primary_group_rid[row] == 513
    assert list(d.pairs(Relation.MEMBER)) == [(row, d.index[f"{SID}-1106"])]


def test_a_domain_gives_its_level_its_trusts_and_its_links() -> None:
    gpo = {
        "ObjectIdentifier": "BBBB",
        "Properties": {"name": "P@CHU.TEST", "gpcpath": "\\\\CHU"},
        "Aces": [],
    }
    d = read(v6("domains", DOMAIN), v6("gpos", gpo))
    row = d.index[SID]
    assert d.value(row, "msds-behavior-version") == "4"
    (trust,) = d.trusts
    assert (trust.partner, trust.inbound, trust.outbound) == ("clinique.test", True, True)
    assert trust.bit(trust.FOREST_TRANSITIVE) and trust.bit(trust.TREAT_AS_EXTERNAL)
    assert list(d.pairs(Relation.GP_LINK_ENFORCED)) == [(d.index["BBBB"], row)]
    assert d.has(Fact.GPO_LINKS, Fact.TRUSTS, Fact.FUNCTIONAL_LEVEL)
    assert not d.has(Fact.TRUST_TGT_DELEGATION)


def test_a_template_gives_the_flags_behind_its_words() -> None:
    template = {
        "ObjectIdentifier": "CCCC",
        "Properties": {
            "name": "WEB@CHU.TEST",
            "certificatenameflag": "ENROLLEE_SUPPLIES_SUBJECT, SUBJECT_ALT_REQUIRE_UPN",
            "enrollmentflag": "PEND_ALL_REQUESTS",
            "effectiveekus": ["1.3.6.1.5.5.7.3.2"],
            "ekus": ["1.3.6.1.5.5.7.3.2"],
            "authorizedsignatures": 0,
        },
        "Aces": [ace(f"{SID}-513", "Enroll")],
    }
    authority = {
        "ObjectIdentifier": "DDDD",
        "Properties": {"name": "CA@CHU.TEST"},
        "EnabledCertTemplates": [{"ObjectIdentifier": "cccc"}],
        "HostingComputer": f"{SID}-1200",
        "CARegistryData": {"IsUserSpecifiesSanEnabled": {"Value": True, "Collected": True}},
    }
    pki = v6("certtemplates", template), v6("enterprisecas", authority)
    d = read(*pki, v6("domains", DOMAIN))
    row, ca = d.index["CCCC"], d.index["DDDD"]
    assert d.integer(row, "mspki-certificate-name-flag") == 0x2000001
    assert d.integer(row, "mspki-enrollment-flag") == 0x2
    assert list(d.pairs(Relation.PUBLISHED)) == [(row, ca)]
    assert list(d.pairs(Relation.HOSTS_CA)) == [(d.index[f"{SID}-1200"], ca)]
    assert d.value(ca, "isuserspecifiessanenabled") == "TRUE"
    assert d.has(Fact.PKI, Fact.ACL_PKI, Fact.CA_REGISTRY)


def test_a_type_is_told_by_the_objects_even_when_name_and_meta_lie() -> None:
    group = {"ObjectIdentifier": f"{SID}-1106", "Properties": {"name": "G"}, "Members": []}
    lying = {"meta": {"type": "users", "count": 7}, "data": [group]}
    notes = Notes()
    d = read(("users.json", lying), notes=notes)
    assert d.kind[d.index[f"{SID}-1106"]] == Kind.GROUP
    assert any("annoncé par l’en-tête 7, lu" in said for said in notes.said)


def test_several_files_of_a_type_add_up_and_a_bom_is_no_trouble() -> None:
    other = {**USER, "ObjectIdentifier": f"{SID}-1109"}
    name, content = v6("users", other)
    d = read(v6("users", USER), ("b_" + name, b"\xef\xbb\xbf" + msgspec.json.encode(content)))
    assert (d.kind == Kind.USER).sum() == 2


def test_a_managed_account_is_told_by_its_property_or_by_its_name_and_group() -> None:
    said = {**USER, "Properties": {**USER["Properties"], "gmsa": True}}
    shaped = {
        **USER,
        "ObjectIdentifier": f"{SID}-1110",
        "PrimaryGroupSID": f"{SID}-515",
        "Properties": {"name": "GMSA$@CHU.TEST", "samaccountname": "gmsa$"},
    }
    d = read(v6("users", said, shaped))
    assert [int(d.managed[d.index[f"{SID}-{r}"]]) for r in (1105, 1110)] == [Managed.GMSA] * 2


def test_an_object_of_an_unexpected_shape_costs_only_itself() -> None:
    notes = Notes()
    broken = {"ObjectIdentifier": 12, "SPNTargets": []}
    d = read(v6("users", USER, broken), notes=notes)
    assert (d.kind == Kind.USER).sum() == 1
    assert any("1 objet illisible" in said for said in notes.said)


def test_an_unknown_right_is_said_and_left_out() -> None:
    notes = Notes()
    user = {**USER, "Aces": [ace(f"{SID}-512", "RuleTheWorld"), ace(f"{SID}-512", "Owns")]}
    d = read(v6("users", user), notes=notes)
    assert len(d.acls.entries(d.index[f"{SID}-1105"])) == 1
    assert any("RuleTheWorld" in said for said in notes.said)


def test_deleted_objects_are_left_out() -> None:
    d = read(v6("users", USER, {**USER, "ObjectIdentifier": f"{SID}-9", "IsDeleted": True}))
    assert f"{SID}-9" not in d.index


def test_azure_files_are_said_and_ignored() -> None:
    notes = Notes()
    read(
        v6("users", USER),
        ("x_azusers.json", {"data": [{"kind": "AZUser"}], "meta": {"type": "azure"}}),
        notes=notes,
    )
    assert any("Azure" in said for said in notes.said)


def test_open_graph_nodes_and_edges_join_by_id() -> None:
    graph = {
        "metadata": {"source_kind": "Autre"},
        "graph": {
            "nodes": [{"id": f"{SID}-1105", "kinds": ["User"], "properties": {"name": "ALICE"}}],
            "edges": [
                {
                    "start": {"value": f"{SID}-1105"},
                    "end": {"value": f"{SID}-512"},
                    "kind": "GenericAll",
                },
                {
                    "start": {"value": "ALICE", "match_by": "name"},
                    "end": {"value": SID},
                    "kind": "Owns",
                },
            ],
        },
    }
    d = read(v6("users", USER), ("graph.json", graph))
    assert [(d.ids[s], k, d.ids[t]) for s, k, t in d.stated_edges] == [
        (f"{SID}-1105", "GenericAll", f"{SID}-512")
    ]


def test_a_collection_without_any_object_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="aucun objet"):
        read()


def test_an_unknown_type_alone_is_refused_by_name() -> None:
    with pytest.raises(UnreadableSource, match="« dinosaures » inconnu"):
        read(("x_dinosaures.json", {"data": [{"a": 1}], "meta": {"type": "dinosaures"}}))


def test_shown_type_says_nothing_of_what_it_cannot_tell() -> None:
    assert shown_type({"ObjectIdentifier": "X", "Properties": {"name": "X"}}) == ""


def test_a_missing_file_takes_away_what_it_would_have_proven() -> None:
    group = {"ObjectIdentifier": f"{SID}-1106", "Properties": {"name": "G"}, "Members": []}
    computer = {"ObjectIdentifier": f"{SID}-1200", "Properties": {"name": "PC"}, "LocalAdmins": []}
    assert not read(v6("users", USER)).has(Fact.ACCOUNTS)
    assert read(v6("users", USER), v6("groups", group), v6("computers", computer)).has(
        Fact.ACCOUNTS
    )
