"""Edges as real Windows collections give them: partial, prefixed or not, with the identities that nobody lists."""

import pytest

from rempart.content.loader import directory_relations
from rempart.engines.directory.builder import Builder
from rempart.engines.directory.edges import membership_edges, trust_edges
from rempart.engines.directory.graph import EdgeCollector
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Kind, Relation, Trust, Uac
from rempart.engines.directory.rights import Right
from rempart.engines.directory.tier0 import tier0
from support.sketch import DOMAIN, Sketch

PARTNER = "S-1-5-21-9-9-9"


def edges(d: Directory, kind: str) -> set[tuple[str, str]]:
    out = EdgeCollector(directory_relations())
    membership_edges(d, Groups(d), out)
    trust_edges(d, out)
    nobody = d.enabled() & False
    graph = out.graph(len(d), nobody, nobody)
    wanted = graph.kind == graph.code(kind)
    return {
        (d.ids[a], d.ids[b])
        for a, b in zip(graph.src[wanted].tolist(), graph.dst[wanted].tolist(), strict=True)
    }


def lone(*identifiers: str, domain: bool = True) -> Directory:
    builder = Builder()
    if domain:
        builder.describe(builder.row(DOMAIN), Kind.DOMAIN, dn="DC=chu,DC=test")
    user = builder.row(f"{DOMAIN}-1105")
    builder.describe(user, Kind.USER, uac=int(Uac.NORMAL_ACCOUNT), primary_group_rid=513)
    for identifier in identifiers:
        builder.describe(builder.row(identifier), Kind.GROUP)
    return builder.build()


def test_writing_on_the_root_of_a_domain_links_a_policy_to_it() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.ace("alice", Right.GenericWrite, "chu.test")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice"}


@pytest.mark.parametrize(("told", "leads"), [("TRUE", True), ("FALSE", False), ("", True)])
def test_all_extended_rights_on_a_computer_read_its_local_password(told: str, leads: bool) -> None:
    sketch = Sketch()
    sketch.user("alice")
    row = sketch.computer("dc", uac=Uac.SERVER_TRUST_ACCOUNT)
    other = sketch.computer("poste")
    sketch.builder.attribute(other, "haslaps", ["FALSE"])
    if told:
        sketch.builder.attribute(row, "haslaps", [told])
    sketch.ace("alice", Right.AllExtendedRights, "dc")
    _, found = sketch.searched()
    assert sketch.exposed(found) == ({"alice"} if leads else set())


@pytest.mark.parametrize("everybody", ["Authenticated Users", "Everyone"])
@pytest.mark.parametrize(
    ("wide", "own"),
    [(Right.GetChanges, Right.GetChangesAll), (Right.GetChangesAll, Right.GetChanges)],
)
def test_half_of_a_replication_that_everybody_may_do_adds_to_the_other_half(
    everybody: str, wide: Right, own: Right
) -> None:
    sketch = Sketch()
    for name in ("alice", "bob"):
        sketch.user(name)
    sketch.ace(everybody, wide, "chu.test")
    sketch.ace("alice", own, "chu.test")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice"}


@pytest.mark.parametrize("sid", ["S-1-5-2", "S-1-5-4", "S-1-5-15"])
@pytest.mark.parametrize("prefix", ["CHU.TEST-", ""])
def test_a_right_given_to_who_logs_on_is_given_to_all(sid: str, prefix: str) -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.rows["logged on"] = sketch.builder.row(prefix + sid)
    sketch.ace("logged on", Right.GenericAll, "Domain Admins")
    _, found, planned = sketch.planned()
    assert sketch.exposed(found) == {"alice"}
    assert planned.cuttable.gestures[planned.order[0]].action.id == "remove_ace"


def test_identities_without_a_prefix_serve_the_domain_that_was_read() -> None:
    d = lone("S-1-5-11", "CHU.TEST-S-1-5-11", "S-1-5-32-544")
    assert {b for _, b in edges(d, "MemberOf")} == {"S-1-5-11", "CHU.TEST-S-1-5-11"}
    assert Groups(d).well_known(544, domain=d.index[DOMAIN]) == [d.index["S-1-5-32-544"]]


def test_accounts_are_in_their_groups_even_without_the_domain_object() -> None:
    d = lone("CHU.TEST-S-1-5-11", f"{DOMAIN}-513", domain=False)
    assert {b for _, b in edges(d, "MemberOf")} == {"CHU.TEST-S-1-5-11", f"{DOMAIN}-513"}


def test_a_domain_without_a_name_is_known_by_its_distinguished_name() -> None:
    d = lone("CHU.TEST-S-1-5-32-544", "AUTRE.TEST-S-1-5-32-544")
    at = {i: int(d.domain[row]) for i, row in d.index.items()}
    assert at["CHU.TEST-S-1-5-32-544"] == d.index[DOMAIN]
    assert at["AUTRE.TEST-S-1-5-32-544"] == UNKNOWN


@pytest.mark.parametrize(("sid", "partner"), [("", "CLINIQUE.TEST"), (PARTNER, "autre")])
def test_the_other_side_of_a_trust_is_found_by_sid_or_by_name(sid: str, partner: str) -> None:
    builder = Builder()
    for identifier, name in ((DOMAIN, "CHU.TEST"), (PARTNER, "CLINIQUE.TEST")):
        builder.describe(builder.row(identifier), Kind.DOMAIN, name=name)
        builder.describe(builder.row(f"{name}-S-1-5-11"), Kind.GROUP)
    row = builder.row(DOMAIN)
    builder.trust(Trust(row, partner, sid, False, True, None, int(Trust.WITHIN_FOREST)))
    d = builder.build()
    assert edges(d, "SameForestTrust") == {(PARTNER, DOMAIN)}
    assert edges(d, "ClaimSpecialIdentity") == {("CLINIQUE.TEST-S-1-5-11", "CHU.TEST-S-1-5-11")}


def test_a_domain_known_by_its_trust_alone_gives_no_edge() -> None:
    builder = Builder()
    row = builder.row(DOMAIN)
    builder.describe(row, Kind.DOMAIN, name="CHU.TEST")
    builder.row(PARTNER)
    builder.trust(Trust(row, "", PARTNER, True, True, None, int(Trust.WITHIN_FOREST)))
    assert edges(builder.build(), "SameForestTrust") == set()


def test_local_groups_of_a_host_are_not_those_of_the_domain() -> None:
    d = lone(f"{DOMAIN}-1200-544", f"{DOMAIN}-1200-500", f"{DOMAIN}-512")
    mask = tier0(d, Groups(d))
    assert {d.ids[row] for row in mask.nonzero()[0]} == {DOMAIN, f"{DOMAIN}-512"}


def test_local_administrators_of_an_authority_are_those_of_its_host() -> None:
    sketch = Sketch()
    for name in ("serveur", "poste"):
        sketch.computer(name)
    sketch.thing("autorite", Kind.ENTERPRISE_CA)
    sketch.relate(Relation.HOSTS_CA, "serveur", "autorite")
    local = [f"{DOMAIN}-{rid}-544" for rid in (1101, 1102)]
    for identifier in local:
        sketch.builder.row(identifier)
    d, found = sketch.searched()
    rows = [d.index[identifier] for identifier in local]
    assert d.ids[sketch.rows["serveur"]] == f"{DOMAIN}-1101"
    assert found.graph.tier0[rows].tolist() == [True, False]
    assert Groups(d).trusted[rows].tolist() == [True, False]


def test_the_holder_of_the_protection_is_known_by_name_too() -> None:
    sketch = Sketch()
    row = sketch.thing("AdminSDHolder@chu.test", Kind.CONTAINER, dn="CN=System")
    other = sketch.thing("autre", Kind.CONTAINER, dn="CN=AdminSDHolder2,CN=System")
    _, found = sketch.searched()
    assert found.graph.tier0[row] and not found.graph.tier0[other]


def test_network_service_listed_among_the_users_is_not_an_ordinary_principal() -> None:
    sketch = Sketch()
    sketch.user("alice")
    row = sketch.builder.row("CHU.TEST-S-1-5-20")
    sketch.builder.describe(row, Kind.USER, name="NETWORK SERVICE@CHU.TEST")
    _, found = sketch.searched()
    assert found.graph.low.sum() == 1


@pytest.mark.parametrize(("marked", "reached"), [(1, set()), (0, {"alice"})])
def test_an_account_marked_by_the_protection_is_protected_where_nobody_tells(
    marked: int, reached: set[str]
) -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.thing("Users", Kind.CONTAINER, dn="CN=Users,DC=chu,DC=test")
    chef = sketch.user("chef", parent="Users")
    sketch.builder.set("admin_count", chef, marked)
    sketch.member("chef", "Domain Admins")
    sketch.ace("alice", Right.GenericAll, "Users")
    _, found = sketch.searched()
    assert sketch.exposed(found) == reached


@pytest.mark.parametrize("on", ["site", "strategie"])
def test_a_policy_of_a_site_reaches_its_controllers(on: str) -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("bob")
    sketch.computer("dc", uac=Uac.SERVER_TRUST_ACCOUNT)
    for name in ("site", "autre site"):
        sketch.thing(name, Kind.SITE)
    sketch.thing("Servers", Kind.OTHER, parent="site")
    sketch.thing("serveur dc", Kind.SERVER, parent="Servers")
    sketch.relate(Relation.SERVER_REFERENCE, "serveur dc", "dc")
    sketch.thing("strategie", Kind.GPO)
    sketch.relate(Relation.GP_LINK, "strategie", "site")
    sketch.ace("alice", Right.WriteGPLink if on == "site" else Right.WriteDacl, on)
    sketch.ace("bob", Right.WriteGPLink, "autre site")
    _, found = sketch.searched()
    assert sketch.exposed(found) == {"alice"}


def test_tickets_that_a_partner_delegates_lead_from_it() -> None:
    sketch = Sketch()
    sketch.builder.describe(sketch.builder.row(PARTNER), Kind.DOMAIN, name="AILLEURS.TEST")
    inbound = (sketch.rows["chu.test"], "ailleurs.test", PARTNER, True, False, 2)
    sketch.builder.trust(Trust(*inbound, Trust.ENABLE_TGT_DELEGATION | Trust.QUARANTINED))
    assert edges(sketch.build(), "AbuseTGTDelegation") == {(PARTNER, DOMAIN)}


@pytest.mark.parametrize(("login", "held"), [("AILLEURS$", True), ("TIERS$", False)])
def test_a_partner_holds_the_keys_of_its_account_here(login: str, held: bool) -> None:
    sketch = Sketch()
    sketch.builder.describe(sketch.builder.row(PARTNER), Kind.DOMAIN, name="AILLEURS.TEST")
    quarantined = (True, False, 2, Trust.QUARANTINED)
    sketch.builder.trust(Trust(sketch.rows["chu.test"], "ailleurs.test", PARTNER, *quarantined))
    account = sketch.user(login, uac=Uac.INTERDOMAIN_TRUST_ACCOUNT)
    nameless = sketch.builder.row(f"{DOMAIN}-7777")
    sketch.builder.describe(nameless, Kind.USER, uac=int(Uac.INTERDOMAIN_TRUST_ACCOUNT))
    d = sketch.build()
    assert edges(d, "HasTrustKeys") == ({(PARTNER, d.ids[account])} if held else set())
