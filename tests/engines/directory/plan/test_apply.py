"""What the plan removes, once removed from the directory itself, leaves nobody with a way to Tier 0."""

import numpy as np
import pytest

from rempart.content.loader import directory_relations
from rempart.engines.directory.assemble import control_graph
from rempart.engines.directory.exposure import search
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Fact, Kind, Relation, Uac
from rempart.engines.directory.plan.apply import applied
from rempart.engines.directory.rights import Right
from rempart.engines.directory.tier0 import tier0
from support.sketch import Sketch


def crowded() -> Sketch:
    """One weakness of each family, each of another ordinary principal."""
    s = Sketch()
    s.user("chef")
    s.member("chef", "Domain Admins")
    for name in (
        "membre",
        "droits",
        "proprietaire",
        "dcsync",
        "admin",
        "ancien",
        "gpo",
        "laps",
        "successeur",
    ):
        s.user(name)
    s.group("support", "membre")
    s.ace("support", Right.AddMember, "Domain Admins")
    s.ace("droits", Right.WriteDacl, "chef")
    s.ace("proprietaire", Right.Owns, "chef")
    s.ace("dcsync", Right.GetChanges, "chu.test")
    s.ace("dcsync", Right.GetChangesAll, "chu.test")
    s.computer("poste")
    s.relate(Relation.LOCAL_ADMIN, "admin", "poste")
    s.relate(Relation.SESSION, "poste", "chef")
    s.relate(Relation.SID_HISTORY, "ancien", "Domain Admins")
    s.thing("soins", Kind.OU)
    s.user("chef2", parent="soins")
    s.member("chef2", "Domain Admins")
    s.thing("strategie", Kind.GPO)
    s.relate(Relation.GP_LINK, "strategie", "soins")
    s.ace("gpo", Right.GenericWrite, "strategie")
    controller = s.computer("dc", uac=Uac.SERVER_TRUST_ACCOUNT)
    s.builder.attribute(controller, "operatingsystem", ["Windows Server 2025"])
    s.ace("laps", Right.AddAllowedToAct, "dc")
    s.computer("serveur", uac=Uac.WORKSTATION_ACCOUNT | Uac.TRUSTED_FOR_DELEGATION)
    s.computer("web")
    s.relate(Relation.ALLOWED_TO_DELEGATE, "web", "dc")
    s.computer("autre")
    s.relate(Relation.ALLOWED_TO_ACT, "autre", "dc")
    s.builder.domain_of[s.thing("services", Kind.OU)] = s.rows["chu.test"]
    s.ace("successeur", Right.CreateDMSA, "services")
    return s


def exposed_names(sketch: Sketch, directory: Directory) -> set[str]:
    groups = Groups(directory)
    core = tier0(directory, groups)
    return sketch.exposed(search(control_graph(directory, groups, core, directory_relations())))


def test_the_directory_without_what_the_plan_removes_exposes_nobody() -> None:
    sketch = crowded()
    directory, found, planned = sketch.planned()
    before = sketch.exposed(found)
    assert {
        "membre",
        "droits",
        "proprietaire",
        "dcsync",
        "admin",
        "ancien",
        "gpo",
        "laps",
        "successeur",
    } <= before
    assert {"serveur", "web", "autre"} <= before
    mended = applied(directory, planned.cuttable, planned.order)
    assert exposed_names(sketch, mended) == set()


def test_one_gesture_removes_its_own_edges_and_nothing_else() -> None:
    sketch = crowded()
    directory, found, planned = sketch.planned()
    first = planned.order[0]
    after = exposed_names(sketch, applied(directory, planned.cuttable, [first]))
    assert len(after) == planned.exposed_after[0]
    assert after < sketch.exposed(found)


def test_the_directory_given_is_left_as_it_was() -> None:
    sketch = crowded()
    directory, _, planned = sketch.planned()
    lists, links = directory.acls.principal.copy(), directory.pairs(Relation.GP_LINK)
    applied(directory, planned.cuttable, planned.order)
    assert np.array_equal(directory.acls.principal, lists)
    assert list(directory.pairs(Relation.GP_LINK)) == list(links)


@pytest.mark.parametrize("flags", ["0", "illisible"])
def test_a_mended_template_asks_for_an_approval_and_can_no_longer_be_rewritten(flags: str) -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("bob")
    template = sketch.thing("modele", Kind.CERT_TEMPLATE)
    authority = sketch.thing("autorite", Kind.ENTERPRISE_CA)
    b = sketch.builder
    for name, value in (
        ("mspki-certificate-name-flag", "1"),
        ("mspki-enrollment-flag", flags),
        ("mspki-ra-signature", "0"),
        ("pkiextendedkeyusage", "1.3.6.1.5.5.7.3.2"),
        ("mspki-template-schema-version", "2"),
    ):
        b.attribute(template, name, [value])
    for row in (template, authority):
        b.domain_of[row] = sketch.rows["chu.test"]
    b.relate(Relation.PUBLISHED, template, authority)
    b.facts |= {Fact.PKI, Fact.ACL_PKI}
    sketch.ace("alice", Right.Enroll, "modele")
    sketch.ace("bob", Right.WriteDacl, "modele")
    sketch.ace("Authenticated Users", Right.Enroll, "autorite")
    directory, found, planned = sketch.planned()
    assert "bob" in sketch.exposed(found)
    mended = applied(directory, planned.cuttable, planned.order)
    assert not [r for _, r, _ in mended.acls.entries(template) if r == Right.WriteDacl]
    stated = mended.value(template, "mspki-enrollment-flag")
    assert stated == ("2" if flags == "0" else flags)


def test_a_policy_that_is_unlinked_reaches_nobody_any_more() -> None:
    sketch = crowded()
    directory, _, planned = sketch.planned()
    gestures = planned.cuttable.gestures
    [unlink] = [n for n, g in enumerate(gestures) if g.action.id == "unlink_gpo"]
    mended = applied(directory, planned.cuttable, [unlink])
    assert not len(mended.pairs(Relation.GP_LINK))
    assert "gpo" not in exposed_names(sketch, mended)


def test_an_owner_is_replaced_where_no_list_was_read() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("chef")
    sketch.member("chef", "Domain Admins")
    sketch.builder.stated_edges.append((sketch.rows["alice"], "Owns", sketch.rows["chef"]))
    directory, _, planned = sketch.planned()
    mended = applied(directory, planned.cuttable, planned.order)
    assert mended.acls.of[sketch.rows["chef"]] == UNKNOWN
