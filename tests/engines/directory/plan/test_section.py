"""The plan as the report states it: words, what is closed, what cannot be."""

from datetime import date

from rempart.content.catalogue import directory_catalogue
from rempart.engines.directory.model import Kind, Uac
from rempart.engines.directory.report import Plan
from rempart.engines.directory.rights import Right
from rempart.engines.directory.run import audit
from support.sketch import Sketch


def plan_of(sketch: Sketch) -> Plan:
    return audit(
        [sketch.build()],
        catalogue=directory_catalogue(),
        today=date(2026, 11, 21),
        tool_version="0",
    ).plan


def test_ways_that_no_gesture_cuts_are_shown_with_their_reason() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("bob")
    sketch.user("chef")
    sketch.member("chef", "Domain Admins")
    sketch.builder.stated_edges.append(
        (sketch.rows["alice"], "SyncedToADUser", sketch.rows["chef"])
    )
    sketch.ace("bob", Right.ForceChangePassword, "alice")
    plan = plan_of(sketch)
    assert [p.steps[0].source.name for p in plan.uncuttable] == ["ALICE"]
    assert plan.uncuttable_reason.startswith("1 compte ordinaire atteint le cœur")
    # Bob is still parted from Alice, who stands for Tier 0.
    assert [a.kind for a in plan.actions] == ["remove_ace"]
    assert (plan.exposed_after, plan.minimal) == (1, True)


def test_a_title_names_three_objects_and_counts_the_others() -> None:
    sketch = Sketch()
    sketch.user("alice")
    for i in range(5):
        sketch.user(f"chef{i}")
        sketch.member(f"chef{i}", "Domain Admins")
        sketch.ace("alice", Right.GenericAll, f"chef{i}")
    (action,) = plan_of(sketch).actions
    assert action.title == "Retirer à ALICE ses droits sur CHEF0, CHEF1, CHEF2 et 2 autres"
    assert action.cuts == 5


def test_a_name_with_braces_is_written_as_it_is() -> None:
    sketch = Sketch()
    sketch.user("{target}")
    sketch.ace("{target}", Right.GenericAll, "Domain Admins")
    (action,) = plan_of(sketch).actions
    assert action.title == "Retirer à {TARGET} ses droits sur DOMAIN ADMINS"


def test_the_plan_is_spread_over_months_of_so_many_gestures() -> None:
    sketch = Sketch()
    for i in range(7):
        sketch.user(f"agent{i}")
        sketch.ace(f"agent{i}", Right.GenericAll, "Domain Admins")
    months = plan_of(sketch).monthly
    assert [(m.label, m.exposed, m.total) for m in months] == [("Mois 1", 2, 7), ("Mois 2", 0, 7)]


def test_a_right_to_create_accounts_is_removed_where_it_is_given() -> None:
    sketch = Sketch()
    sketch.user("alice")
    controller = sketch.computer("dc", uac=Uac.SERVER_TRUST_ACCOUNT)
    sketch.builder.attribute(controller, "operatingsystem", ["Windows Server 2025"])
    sketch.builder.domain_of[sketch.thing("services", Kind.OU)] = sketch.rows["chu.test"]
    sketch.ace("alice", Right.CreateDMSA, "services")
    (action,) = plan_of(sketch).actions
    assert (action.kind, "SERVICES" in action.title) == ("remove_create_child", True)


def test_an_inherited_right_is_removed_from_the_container_that_gives_it() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.thing("soins", Kind.OU)
    sketch.thing("urgences", Kind.OU, parent="soins")
    for name in ("chef1", "chef2"):
        sketch.user(name, parent="urgences")
        sketch.member(name, "Domain Admins")
        sketch.ace("alice", Right.GenericAll, name, inherited=True)
    sketch.ace("alice", Right.GenericAll, "soins")
    (action,) = plan_of(sketch).actions
    assert action.kind == "remove_ace"
    assert "SOINS" in {o.name for o in action.objects}
