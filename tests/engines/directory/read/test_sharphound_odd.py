"""SharpHound collections as they are met: partial, from other collectors, or with a value where none is expected."""

from typing import Any

import msgspec
import pytest
from tests.engines.directory.read.test_sharphound import DOMAIN, SID, USER, Notes, ace, read, v6

from rempart.engines.directory.merge import merged
from rempart.engines.directory.model import UNKNOWN, Directory, Fact, Kind, Relation, Trust
from rempart.engines.directory.read import sharphound_acl
from rempart.engines.directory.rights import Right

HOST = f"{SID}-1200"
PROPERTIES: dict[str, Any] = msgspec.to_builtins(USER["Properties"])
TRUST: dict[str, Any] = {
    "TargetDomainSid": "S-1-5-21-9-9-9",
    "TargetDomainName": "CLINIQUE.TEST",
    "IsTransitive": True,
    "TrustDirection": 3,
    "TrustType": "Forest",
    "SidFilteringEnabled": False,
}
GROUP = {"ObjectIdentifier": f"{SID}-1500", "Properties": {"name": "G@CHU.TEST"}, "Aces": []}


def by_methods(kind: str, methods: int, *objects: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    name, content = v6(kind, *objects)
    content["meta"]["methods"] = methods
    return name, content


def trust_of(methods: int = 0, **stated: Any) -> Trust:
    trust = {**TRUST, **stated}
    domain = {**DOMAIN, "Trusts": [{k: v for k, v in trust.items() if v is not None}]}
    (found,) = read(by_methods("domains", methods, domain)).trusts
    return found


def host(groups: list[dict[str, Any]], rights: list[dict[str, Any]] | None = None) -> Directory:
    computer = {
        "ObjectIdentifier": HOST,
        "Properties": {"name": "SRV.CHU.TEST"},
        "LocalGroups": groups,
        "UserRights": rights or [],
    }
    return read(v6("computers", computer))


def local(tail: str, *members: str) -> dict[str, Any]:
    results = [{"ObjectIdentifier": member, "ObjectType": "Base"} for member in members]
    return {"ObjectIdentifier": f"{HOST}-{tail}", "Results": results, "Collected": True}


def remote_logon(*holders: str) -> dict[str, Any]:
    results = [{"ObjectIdentifier": holder, "ObjectType": "Base"} for holder in holders]
    return {
        "Privilege": "SeRemoteInteractiveLogonRight",
        "Results": results,
        "Collected": True,
    }


@pytest.mark.parametrize(
    "value",
    [None, 5, "x", {}, True, 1.5, [None], [5], [[]], ["x"], [{}], [{"ObjectIdentifier": 5}]],
)
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("domains", "Trusts"),
        ("domains", "Links"),
        ("domains", "ChildObjects"),
        ("domains", "Aces"),
        ("domains", "GPOChanges"),
        ("domains", "ContainedBy"),
        ("domains", "Properties"),
        ("users", "Aces"),
        ("users", "HasSIDHistory"),
        ("users", "SPNTargets"),
        ("users", "Properties"),
        ("computers", "LocalGroups"),
        ("computers", "UserRights"),
        ("computers", "Sessions"),
        ("computers", "AllowedToAct"),
        ("groups", "Members"),
        ("enterprisecas", "EnabledCertTemplates"),
        ("enterprisecas", "CARegistryData"),
    ],
)
def test_a_field_of_another_shape_does_not_cost_the_object(
    kind: str, field: str, value: Any
) -> None:
    item = {"ObjectIdentifier": f"{SID}-1700", field: value}
    notes = Notes()
    d = read(v6(kind, item), notes=notes)
    assert f"{SID}-1700" in d.index
    assert not any("illisibles" in note for note in notes.said)


def test_a_bad_property_leaves_the_others() -> None:
    user = {**USER, "Properties": {**PROPERTIES, "description": ["un", "deux"]}}
    user["HasSIDHistory"] = [{"ObjectIdentifier": f"{SID}-512"}, 7]
    d = read(v6("users", user))
    row = d.index[f"{SID}-1105"]
    assert (d.names[row], d.value(row, "description")) == ("ALICE@CHU.TEST", None)
    assert len(d.acls.entries(row)) == 2
    assert d.pairs(Relation.SID_HISTORY).of(row) == [d.index[f"{SID}-512"]]


@pytest.mark.parametrize("moment", [10**15, 2**70, 1e300, "12:30", [3], {"a": 1}])
def test_a_date_that_is_none_is_unknown(moment: Any) -> None:
    user = {"ObjectIdentifier": f"{SID}-1105", "Properties": {"whencreated": moment}}
    domain = {"ObjectIdentifier": SID, "Properties": {"whencreated": moment}}
    d = read(v6("users", user), v6("domains", domain))
    assert d.created.tolist() == [UNKNOWN, UNKNOWN]


def test_a_member_left_as_a_distinguished_name_is_found() -> None:
    group = {**GROUP, "Members": [{"ObjectIdentifier": "CN=Alice,OU=Soins,DC=chu,DC=test"}]}
    d = read(v6("groups", group), v6("users", USER))
    assert d.pairs(Relation.MEMBER).of(d.index[f"{SID}-1105"]) == [d.index[f"{SID}-1500"]]


@pytest.mark.parametrize(
    ("bit", "fact"),
    [
        (0, Fact.MEMBERS),
        (5, Fact.TRUSTS),
        (6, Fact.ACL),
        (7, Fact.GPO_LINKS),
        (9, Fact.DELEGATION),
    ],
)
def test_what_the_collector_did_not_look_for_is_not_known(bit: int, fact: Fact) -> None:
    def facts(methods: int) -> frozenset[Fact]:
        return read(
            by_methods("users", methods, USER),
            by_methods("computers", methods),
            by_methods("groups", methods, {**GROUP, "Members": []}),
            by_methods("domains", methods, DOMAIN),
            by_methods("gpos", methods),
        ).facts

    every = 0b1111111111
    assert fact in facts(every)
    assert fact in facts(0)
    assert facts(every) - facts(every & ~(1 << bit)) >= {fact}


def test_an_empty_list_of_trusts_proves_nothing_without_their_collection() -> None:
    alone = {**DOMAIN, "Trusts": []}
    assert not read(by_methods("domains", 1 << 6, alone)).has(Fact.TRUSTS)
    assert read(by_methods("domains", 1 << 5, alone)).has(Fact.TRUSTS)


def test_old_collectors_do_not_tell_how_a_forest_trust_filters() -> None:
    assert trust_of(methods=32).attributes is None
    assert trust_of(methods=32, TGTDelegationEnabled=False).bit(Trust.TREAT_AS_EXTERNAL)
    assert trust_of(methods=0).bit(Trust.TREAT_AS_EXTERNAL)
    version_3 = {"domains": [{**DOMAIN, "Trusts": [TRUST]}], "meta": {"type": "domains"}}
    assert read(("domains.json", version_3)).trusts[0].attributes is None
    assert trust_of(methods=32, SidFilteringEnabled=True).bit(Trust.TREAT_AS_EXTERNAL) is False


def test_filtering_that_a_collector_says_of_every_trust_is_not_believed() -> None:
    assert trust_of(TrustType=4, SidFilteringEnabled=True).attributes is None
    assert trust_of(TrustType=3, SidFilteringEnabled=True).attributes is None
    seen = trust_of(methods=32, TrustType="External", SidFilteringEnabled=True)
    assert seen.bit(Trust.QUARANTINED)
    assert trust_of(TrustType="External", SidFilteringEnabled=None).attributes is None
    assert trust_of(TrustType=0, SidFilteringEnabled=None).bit(Trust.WITHIN_FOREST)


def test_delegation_of_tickets_is_known_from_its_own_flag() -> None:
    def known(**stated: Any) -> bool:
        domain = {**DOMAIN, "Trusts": [{**TRUST, **stated}]}
        return read(v6("domains", domain)).has(Fact.TRUST_TGT_DELEGATION)

    assert known(TGTDelegationEnabled=False) and known(TrustAttributes=8)
    assert not known()


def test_a_local_group_inside_the_administrators_gives_its_members() -> None:
    d = host(
        [local("544", f"{HOST}-1010", f"{SID}-512"), local("1010", f"{SID}-1105", f"{HOST}-544")]
    )
    found = {d.ids[row] for row in d.pairs(Relation.LOCAL_ADMIN).to(d.index[HOST])}
    assert found == {f"{SID}-512", f"{SID}-1105"}


def test_remote_desktop_needs_the_right_to_open_such_a_session() -> None:
    def let_in(*rights: dict[str, Any]) -> set[str]:
        d = host([local("555", f"{SID}-1105", f"{SID}-1106")], list(rights))
        return {d.ids[row] for row in d.pairs(Relation.LOCAL_RDP).src.tolist()}

    both = {f"{SID}-1105", f"{SID}-1106"}
    assert let_in() == both
    assert let_in(remote_logon(f"{HOST}-544", f"{HOST}-555")) == both
    assert let_in(remote_logon(f"{HOST}-544")) == set()
    assert let_in(remote_logon(f"{SID}-1105")) == {f"{SID}-1105"}
    assert let_in({**remote_logon(), "Collected": False}) == both


def test_the_administrator_of_a_database_is_told() -> None:
    targets = [
        {"ComputerSID": HOST.lower(), "Port": 1433, "Service": "SQLAdmin"},
        {"ComputerSID": HOST, "Port": 80, "Service": "Web"},
    ]
    d = read(v6("users", {**USER, "SPNTargets": targets}))
    assert d.stated_edges == ((d.index[f"{SID}-1105"], "SQLAdmin", d.index[HOST]),)


def test_an_open_graph_of_odd_shapes_is_read_as_far_as_it_goes() -> None:
    graph = {
        "nodes": [None, {"id": HOST, "kinds": "User", "properties": 5}, {"id": "N", "kinds": [1]}],
        "edges": ["x", {"start": {"value": HOST}, "end": {"value": "N"}, "kind": "AdminTo"}],
    }
    text = msgspec.json.encode({"graph": graph})
    d = read(v6("users", USER), ("g.json", text))
    assert d.stated_edges == ((d.index[HOST], "AdminTo", d.index["N"]),)


def test_rights_of_one_ace_that_is_not_sound_are_left_out_alone() -> None:
    aces = [ace(f"{SID}-1106", "GenericAll"), {"PrincipalSID": 5}, None, ace("", "Owns")]
    d = read(v6("users", {**USER, "Aces": aces}))
    assert [d.ids[p] for p, _, _ in d.acls.entries(d.index[f"{SID}-1105"])] == [f"{SID}-1106"]


@pytest.mark.parametrize("kind", ["users", "domains", "gpos", "certtemplates"])
def test_an_item_that_is_no_object_is_left_out(kind: str) -> None:
    item = {"ObjectIdentifier": f"{SID}-1700", "Properties": {}}
    d = read(v6(kind, item, None, 5, [], "x", {}))  # type: ignore[arg-type]
    assert d.ids == [f"{SID}-1700"]


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("kind", ["groups", "domains"])
def test_a_group_described_again_from_a_host_keeps_its_rights(kind: str, last: bool) -> None:
    full = {
        "ObjectIdentifier": "CHU.TEST-S-1-5-32-551",
        "IsACLProtected": True,
        "Aces": [ace(f"{SID}-1106", "GenericAll")],
    }
    bare = {**full, "IsACLProtected": False, "Aces": []}
    d = read(v6(kind, *([full, bare] if last else [bare, full])))
    row = d.index["CHU.TEST-S-1-5-32-551"]
    assert [right for _, right, _ in d.acls.entries(row)] == [Right.GenericAll]
    assert d.acls.protected[row] == 1


def test_a_group_without_any_entry_has_an_empty_list() -> None:
    bare = {"ObjectIdentifier": "CHU.TEST-S-1-5-32-551", "IsACLProtected": False, "Aces": []}
    d = read(v6("groups", bare, {"ObjectIdentifier": f"{SID}-1500"}))
    assert (d.acls.of >= 0).tolist() == [True, False]
    assert d.acls.protected.tolist() == [0, UNKNOWN]


def test_an_empty_list_of_another_collection_does_not_hide_the_rights() -> None:
    full = {**GROUP, "IsACLProtected": True, "Aces": [ace(f"{SID}-1106", "GenericAll")]}
    bare = {**GROUP, "IsACLProtected": False}
    one, other = read(v6("groups", full)), read(v6("groups", bare))
    for both in ([one, other], [other, one]):
        d = merged(both, frozenset())
        row = d.index[f"{SID}-1500"]
        assert len(d.acls.entries(row)) == 1 and d.acls.protected[row] == 1


@pytest.mark.parametrize(
    ("right", "sort", "expected"),
    [
        ("WriteProperty", "WriteSPN", Right.WriteSPN),
        ("WriteProperty", "AddSelf", Right.AddSelf),
        ("WriteProperty", "AllowedToAct", Right.AddAllowedToAct),
        ("ExtendedRight", "All", Right.AllExtendedRights),
        ("ExtendedRight", "GetChangesAll", Right.GetChangesAll),
        ("ForceChangePassword", "GetChangesAll", Right.ForceChangePassword),
        ("Owner", "", Right.Owns),
    ],
)
def test_rights_in_two_words_are_those_of_later_versions(
    right: str, sort: str, expected: Right
) -> None:
    user = {**USER, "Aces": [ace(f"{SID}-1106", right, AceType=sort)]}
    d = read(("users.json", {"users": [user], "meta": {"type": "users", "version": 3}}))
    assert [r for _, r, _ in d.acls.entries(d.index[f"{SID}-1105"])] == [expected]


def test_descriptions_and_mail_addresses_are_read() -> None:
    user = {**USER, "Properties": {**PROPERTIES, "email": "alice@chu.test"}}
    d = read(v6("users", user), v6("groups", GROUP), v6("computers"))
    assert d.has(Fact.DESCRIPTION)
    assert d.value(d.index[f"{SID}-1105"], "mail") == "alice@chu.test"
    silent = {**USER, "Properties": {**PROPERTIES, "description": None}}
    assert not read(v6("users", silent)).has(Fact.DESCRIPTION)


def test_a_domain_without_its_trusts_is_no_ou() -> None:
    domain = {k: v for k, v in DOMAIN.items() if k != "Trusts"}
    d = read(("x.json", {"data": [domain], "meta": {"type": "domains"}}))
    assert d.kind[d.index[SID]] == Kind.DOMAIN
    assert not d.has(Fact.TRUSTS)


@pytest.mark.parametrize("missing", ["AllowedToDelegate", "AllowedToAct"])
@pytest.mark.parametrize("value", [None, []])
def test_delegations_are_known_where_they_are_stated(missing: str, value: Any) -> None:
    computer = {"ObjectIdentifier": HOST, "AllowedToDelegate": [], "AllowedToAct": []}
    files = v6("users", USER), v6("groups", GROUP)
    d = read(*files, v6("computers", {**computer, missing: value}))
    assert d.has(Fact.DELEGATION) == (value is not None)


def test_service_names_of_computers_prove_nothing_of_users() -> None:
    properties = {"serviceprincipalnames": ["HOST/srv"], "sidhistory": []}
    computer = {"ObjectIdentifier": HOST, "Properties": properties}
    silent = {"ObjectIdentifier": f"{SID}-1105", "Properties": {"name": "ALICE@CHU.TEST"}}
    d = read(v6("computers", computer), v6("users", silent), v6("groups"))
    assert not d.facts & {Fact.SPN, Fact.SID_HISTORY}
    assert d.value(d.index[HOST], "serviceprincipalname") == "HOST/srv"


@pytest.mark.parametrize(
    ("template", "authority", "known"),
    [
        ({}, {}, True),
        ({"Aces": []}, {}, False),
        ({}, {"EnabledCertTemplates": None}, False),
    ],
)
def test_certificate_services_are_known_with_their_rights_and_what_they_publish(
    template: dict[str, Any], authority: dict[str, Any], known: bool
) -> None:
    common = {"ObjectIdentifier": "CCCC", "Aces": [ace(f"{SID}-1106", "Enroll")]}
    d = read(
        v6("domains", DOMAIN),
        v6("certtemplates", {**common, **template}),
        v6("enterprisecas", {**common, "EnabledCertTemplates": [], **authority}),
    )
    assert d.has(Fact.PKI) == known


def test_nothing_is_said_of_local_passwords_without_a_domain() -> None:
    computer = {"ObjectIdentifier": HOST, "Properties": {"haslaps": False}}
    assert not read(v6("computers", computer)).has(Fact.LAPS)
    assert read(v6("computers", computer), v6("domains", DOMAIN)).has(Fact.LAPS)


@pytest.mark.parametrize(
    "name",
    ["containers_1.json", "20260101_CONTAINERS (2).json", "chu/x-containers-001.json", "x.json"],
)
@pytest.mark.parametrize("meta_first", [True, False])
def test_the_type_is_found_whatever_the_name(name: str, meta_first: bool) -> None:
    data = [{"ObjectIdentifier": "AAAA", "Properties": {"name": "USERS@CHU.TEST"}}]
    meta = {"type": "containers", "count": 1, "version": 6}
    content = {"meta": meta, "data": data} if meta_first else {"data": data, "meta": meta}
    d = read((name, content))
    assert d.kind[d.index["AAAA"]] == Kind.CONTAINER


def test_identifiers_in_lower_case_are_the_same() -> None:
    computer = {
        "ObjectIdentifier": HOST.lower(),
        "PrimaryGroupSID": f"{SID}-516".lower(),
        "Properties": {"name": "DC.CHU.TEST", "domainsid": SID.lower()},
    }
    domain = {**DOMAIN, "ObjectIdentifier": SID.lower()}
    d = read(v6("computers", computer), v6("domains", domain))
    assert d.primary_group_rid[d.index[HOST]] == 516
    assert d.domain[d.index[HOST]] == d.index[SID]


def test_the_container_of_the_built_in_groups_has_a_name() -> None:
    d = read(v6("groups", {**GROUP, "ContainedBy": {"ObjectIdentifier": "S-1-5-32"}}))
    assert d.label(int(d.parent[d.index[f"{SID}-1500"]])) == "BUILTIN"


def test_lists_that_do_not_repeat_are_read_without_being_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharphound_acl, "TRIED", 2)
    users = [
        {
            **USER,
            "ObjectIdentifier": f"{SID}-{2000 + i}",
            "Aces": [ace(f"{SID}-{3000 + i}", "Owns")],
        }
        for i in range(8)
    ]
    d = read(v6("users", *users))
    owners = [d.ids[d.owner[d.index[user["ObjectIdentifier"]]]] for user in users]
    assert owners == [f"{SID}-{3000 + i}" for i in range(8)]
