"""Finding objects by their place in the tree."""

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.checks.places import Tree, below, placed
from rempart.engines.directory.model import UNKNOWN, Kind

ROOT = "DC=chu,DC=test"


def described(builder: Builder, kind: Kind, dn: str, parent: int = UNKNOWN) -> int:
    row = builder.row(dn.upper())
    builder.describe(row, kind, dn=dn, parent=parent)
    return row


def test_an_object_is_found_by_the_beginning_of_its_dn() -> None:
    builder = Builder()
    system = described(builder, Kind.CONTAINER, f"CN=System,{ROOT}")
    described(builder, Kind.GROUP, f"CN=System,OU=Groupes,{ROOT}")
    described(builder, Kind.CONTAINER, f"CN=Policies,CN=System,{ROOT}")
    assert placed(builder.build(), "cn=system,") == [system]


def test_a_branch_holds_its_root_and_what_is_under_it() -> None:
    builder = Builder()
    system = described(builder, Kind.CONTAINER, f"CN=System,{ROOT}")
    policies = described(builder, Kind.CONTAINER, f"CN=Policies,CN=System,{ROOT}")
    described(builder, Kind.CONTAINER, f"CN=Mon System,{ROOT}")
    assert placed(builder.build(), "cn=system,", inside=True) == [system, policies]


def test_below_keeps_what_is_under_a_root() -> None:
    builder = Builder()
    unit = described(builder, Kind.OU, f"OU=Postes,{ROOT}")
    inside = described(builder, Kind.OTHER, f"CN=x,OU=Postes,{ROOT}")
    outside = described(builder, Kind.OTHER, f"CN=x,OU=Autres Postes,{ROOT}")
    assert below(builder.build(), [unit], [inside, outside]) == [inside]
    assert below(builder.build(), [], [inside]) == []


def test_the_stated_parent_wins_over_the_dn() -> None:
    builder = Builder()
    root = described(builder, Kind.DOMAIN, ROOT)
    unit = described(builder, Kind.OU, f"OU=Postes,{ROOT}", root)
    moved = described(builder, Kind.COMPUTER, f"CN=PC1,OU=Ancienne,{ROOT}", unit)
    assert list(Tree(builder.build()).above(moved)) == [unit, root]


def test_the_dn_gives_the_parent_that_a_source_leaves_out() -> None:
    builder = Builder()
    root = described(builder, Kind.DOMAIN, ROOT)
    unit = described(builder, Kind.OU, f"OU=Postes,{ROOT}")
    machine = described(builder, Kind.COMPUTER, f"CN=PC1,OU=Non lue,OU=Postes,{ROOT}")
    assert list(Tree(builder.build()).above(machine)) == [unit, root]


def test_a_cycle_of_parents_ends() -> None:
    builder = Builder()
    first = described(builder, Kind.OU, f"OU=A,{ROOT}")
    second = described(builder, Kind.OU, f"OU=B,{ROOT}", first)
    builder.set("parent", first, second)
    assert list(Tree(builder.build()).above(first)) == [second]
