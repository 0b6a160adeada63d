"""Each family of edges leads where it should, and nowhere else."""

import pytest

from rempart.content.loader import directory_relations
from rempart.engines.directory.containment import controllers_by_site
from rempart.engines.directory.edges import access_edges, trust_edges
from rempart.engines.directory.graph import EdgeCollector
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Kind, Relation, Trust, Uac
from rempart.engines.directory.rights import Right
from rempart.engines.directory.tier0 import tier0
from support.sketch import Sketch


@pytest.mark.parametrize(
    ("right", "target", "leads"),
    [
        (Right.GenericAll, "Domain Admins", True),
        (Right.AddMember, "Domain Admins", True),
        (Right.AddSelf, "Domain Admins", True),
        (Right.WriteDacl, "chu.test", True),
        (Right.ForceChangePassword, "chef", True),
        (Right.AllExtendedRights, "chef", True),
        (Right.AddKeyCredentialLink, "chef", True),
        (Right.WriteSPN, "chef", True),
        (Right.AllExtendedRights, "Domain Admins", False),
        (Right.ForceChangePassword, "Domain Admins", False),
        (Right.GetChanges, "chu.test", False),
        (Right.GetChangesAll, "chu.test", False),
        (Right.Enroll, "chef", False),
        (Right.Delete, "chef", False),
    ],
)
def test_a_right_leads_to_control_only_on_the_kinds_where_it_does(
    right: Right, target: str, leads: bool
) -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("chef")
    sketch.member("chef", "Domain Admins")
    sketch.ace("alice", right, target)
    _, found = sketch.searched()
    assert sketch.exposed(found) == ({"alice"} if leads else set())


def test_both_replication_rights_make_a_dcsync_and_one_alone_does_not() -> None:
    sketch = Sketch()
    for name in ("alice", "bob"):
        sketch.user(name)
        sketch.ace(name, Right.GetChanges, "chu.test")
    sketch.ace("alice", Right.GetChangesAll, "chu.test")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice"}


def test_replication_rights_that_come_through_two_groups_add_up() -> None:
    sketch = Sketch()
    for name in ("alice", "bob"):
        sketch.user(name)
    sketch.group("half", "alice", "bob")
    sketch.group("other half", "alice")
    sketch.ace("half", Right.GetChanges, "chu.test")
    sketch.ace("other half", Right.GetChangesAll, "chu.test")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice"}


def test_nested_groups_have_no_depth_limit_and_a_cycle_does_not_hang() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.group("g0", "alice")
    for i in range(1, 60):
        sketch.group(f"g{i}", f"g{i - 1}")
    sketch.member("g59", "g0")
    sketch.ace("g59", Right.GenericAll, "Domain Admins")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice"}
    assert found.shortest.distance[sketch.rows["alice"]] == 61


def test_a_right_given_to_authenticated_users_exposes_every_enabled_account() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("parti", uac=Uac.NORMAL_ACCOUNT | Uac.DISABLED)
    sketch.computer("poste")
    sketch.ace("Authenticated Users", Right.GenericAll, "Domain Admins")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice", "poste"}


def test_a_session_of_an_administrator_exposes_those_who_administer_the_machine() -> None:
    sketch = Sketch()
    for name in ("alice", "bob", "chef"):
        sketch.user(name)
    sketch.computer("poste")
    sketch.member("chef", "Domain Admins")
    sketch.relate(Relation.LOCAL_ADMIN, "alice", "poste")
    sketch.relate(Relation.SESSION, "poste", "chef")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice", "poste"}
    assert not found.graph.without("HasSession").kind.tolist().count(found.graph.code("HasSession"))


def test_unconstrained_delegation_leads_to_the_domain_except_on_a_controller() -> None:
    sketch = Sketch()
    sketch.computer("serveur", uac=Uac.WORKSTATION_ACCOUNT | Uac.TRUSTED_FOR_DELEGATION)
    sketch.computer("dc", uac=Uac.SERVER_TRUST_ACCOUNT | Uac.TRUSTED_FOR_DELEGATION)
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"serveur"}


def test_who_commands_an_ou_reaches_the_accounts_inside_even_protected_ones() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.thing("soins", Kind.OU)
    chef = sketch.user("chef", parent="soins")
    sketch.member("chef", "Domain Admins")
    sketch.builder.set("protected", chef, 1)
    sketch.ace("alice", Right.GenericAll, "soins")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice"}


def test_a_container_does_not_reach_a_protected_object_inside() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.thing("Users", Kind.CONTAINER, dn="CN=Users,DC=chu,DC=test")
    chef = sketch.user("chef", parent="Users")
    sketch.member("chef", "Domain Admins")
    sketch.builder.set("protected", chef, 1)
    sketch.ace("alice", Right.GenericAll, "Users")
    _, found = sketch.searched()
    assert sketch.exposed(found) == set()


@pytest.mark.parametrize(("enforced", "reached"), [(False, set()), (True, {"alice"})])
def test_a_policy_stops_at_a_blocked_ou_unless_it_is_enforced(
    enforced: bool, reached: set[str]
) -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.thing("hopital", Kind.OU)
    ou = sketch.thing("admins", Kind.OU, parent="hopital")
    sketch.builder.attribute(ou, "gpoptions", ["1"])
    sketch.user("chef", parent="admins")
    sketch.member("chef", "Domain Admins")
    sketch.thing("strategie", Kind.GPO)
    sketch.relate(Relation.GP_LINK, "strategie", "hopital")
    if enforced:
        sketch.relate(Relation.GP_LINK_ENFORCED, "strategie", "hopital")
    sketch.ace("alice", Right.WriteDacl, "strategie")
    _, found = sketch.searched()
    assert sketch.exposed(found) == reached


def test_a_policy_of_the_domain_root_is_tier_0() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.thing("strategie", Kind.GPO)
    sketch.relate(Relation.GP_LINK, "strategie", "chu.test")
    sketch.ace("alice", Right.GenericWrite, "strategie")
    _, found = sketch.searched()
    assert found.graph.tier0[sketch.rows["strategie"]]
    assert sketch.exposed(found) == {"alice"}


def test_an_unfiltered_trust_lets_the_partner_in_and_a_quarantined_one_does_not() -> None:
    for attributes, expected in ((0, 1), (Trust.QUARANTINED, 0)):
        sketch = Sketch()
        partner = sketch.builder.row("S-1-5-21-9-9-9")
        sketch.builder.describe(partner, Kind.DOMAIN, name="CLINIQUE.TEST")
        sketch.builder.trust(
            Trust(
                sketch.rows["chu.test"],
                "clinique.test",
                "S-1-5-21-9-9-9",
                False,
                True,
                2,
                attributes,
            )
        )
        directory, found = sketch.searched()
        code = found.graph.code("SpoofSIDHistory")
        # The partner domain is Tier 0 of its own, so the edge is dropped from the search: look at the rule itself.
        assert found.graph.kind.tolist().count(code) == 0
        out = EdgeCollector(directory_relations())
        trust_edges(directory, out)
        nobody = found.graph.tier0 & False
        assert len(out.graph(len(directory), nobody, nobody)) == expected


def test_local_passwords_are_read_only_where_they_are_managed() -> None:
    sketch = Sketch()
    sketch.user("alice")
    for name, managed in (("dc", "TRUE"), ("dc2", "FALSE")):
        row = sketch.computer(name, uac=Uac.SERVER_TRUST_ACCOUNT)
        sketch.builder.attribute(row, "haslaps", [managed])
    sketch.ace("alice", Right.ReadLAPSPassword, "dc2")
    _, found = sketch.searched()
    assert sketch.exposed(found) == set()


def test_edges_of_another_collector_are_kept_when_their_kind_is_known() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("bob")
    sketch.builder.stated_edges += [
        (sketch.rows["alice"], "GenericAll", sketch.rows["Domain Admins"]),
        (sketch.rows["bob"], "LikesVeryMuch", sketch.rows["Domain Admins"]),
    ]
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice"}


def test_an_unsigned_machine_is_reached_by_relaying_a_machine_that_administers_it() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("chef")
    sketch.member("chef", "Domain Admins")
    sketch.computer("sauvegarde")
    for name, signing in (("serveur", "FALSE"), ("autre", "TRUE")):
        row = sketch.computer(name)
        sketch.builder.attribute(row, "smbsigning", [signing])
        sketch.relate(Relation.LOCAL_ADMIN, "sauvegarde", name)
    sketch.relate(Relation.SESSION, "serveur", "chef")
    directory, found = sketch.searched()
    kind = found.graph.code("CoerceAndRelayNTLMToSMB")
    edges = found.graph.kind == kind
    assert found.graph.dst[edges].tolist() == [sketch.rows["serveur"]]
    assert sketch.exposed(found) == {"alice", "sauvegarde", "serveur", "autre"}


def test_a_machine_with_webclient_is_reached_when_the_controllers_do_not_sign() -> None:
    for signing, expected in (("FALSE", 1), ("TRUE", 0)):
        sketch = Sketch()
        controller = sketch.computer("dc", uac=Uac.SERVER_TRUST_ACCOUNT)
        sketch.builder.attribute(controller, "ldapsigning", [signing])
        machine = sketch.computer("poste")
        sketch.builder.attribute(machine, "webclientrunning", ["TRUE"])
        _, found = sketch.searched()
        code = found.graph.code("CoerceAndRelayNTLMToLDAP")
        assert int((found.graph.kind == code).sum()) == expected


@pytest.mark.parametrize(
    ("system", "reached"), [("Windows Server 2025", {"alice"}), ("Windows Server 2022", set())]
)
def test_creating_a_successor_leads_to_the_domain_once_a_controller_runs_2025(
    system: str, reached: set[str]
) -> None:
    sketch = Sketch()
    sketch.user("alice")
    controller = sketch.computer("dc", uac=Uac.SERVER_TRUST_ACCOUNT)
    sketch.builder.attribute(controller, "operatingsystem", [system])
    sketch.builder.domain_of[sketch.thing("services", Kind.OU)] = sketch.rows["chu.test"]
    sketch.ace("alice", Right.CreateDMSA, "services")
    directory, found, planned = sketch.planned()
    assert sketch.exposed(found) == reached
    if reached:
        gesture = planned.cuttable.gestures[planned.order[0]]
        assert (gesture.action.id, gesture.principal) == (
            "remove_create_child",
            sketch.rows["alice"],
        )


def test_content_without_a_kind_draws_no_edge_of_it() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.ace("alice", Right.GenericAll, "Domain Admins")
    sketch.ace("alice", Right.AddMember, "Domain Admins")
    directory = sketch.build()
    relations = {k: v for k, v in directory_relations().items() if k != "AddMember"}
    out = EdgeCollector(relations)
    access_edges(directory, directory.enabled() & False, out)
    graph = out.graph(len(directory), directory.enabled() & False, directory.enabled())
    assert {graph.kinds[code].id for code in graph.kind} == {"GenericAll"}
    with pytest.raises(KeyError):
        graph.code("AddMember")


@pytest.mark.parametrize("administrator", ["", "lointain"])
def test_relay_needs_a_machine_that_administers_and_a_group_to_start_from(
    administrator: str,
) -> None:
    sketch = Sketch()
    row = sketch.computer("serveur")
    sketch.builder.attribute(row, "smbsigning", ["FALSE"])
    if administrator:
        far = sketch.builder.row("S-1-5-21-7-7-7-1001")
        sketch.builder.describe(far, Kind.COMPUTER, name="LOINTAIN", uac=Uac.WORKSTATION_ACCOUNT)
        sketch.builder.relate(Relation.LOCAL_ADMIN, far, row)
    _, found = sketch.searched()
    assert found.graph.code("CoerceAndRelayNTLMToSMB") not in found.graph.kind


def test_a_controller_whose_server_object_is_under_no_site_is_under_none() -> None:
    sketch = Sketch()
    sketch.computer("dc", uac=Uac.SERVER_TRUST_ACCOUNT)
    sketch.thing("ailleurs", Kind.CONTAINER)
    sketch.thing("serveur", Kind.OTHER, parent="ailleurs")
    sketch.relate(Relation.SERVER_REFERENCE, "serveur", "dc")
    assert controllers_by_site(sketch.build()) == {}


def test_the_account_that_synchronises_passwords_is_of_tier_0() -> None:
    sketch = Sketch()
    sketch.user("MSOL_1a2b3c")
    directory = sketch.build()
    assert tier0(directory, Groups(directory))[sketch.rows["MSOL_1a2b3c"]]
