"""A file of groupings beside the tables, then into them: a grouping that it names takes its members, the others keep theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rempart.engines.registry.comparison import Unreadable
from rempart.engines.registry.sources import Source
from rempart.engines.registry.tables import Group, groups
from rempart.web.apps.establishments.models import (
    Establishment,
    Grouping,
    GroupingMember,
    Operator,
)
from rempart.web.apps.establishments.registry.showing import SHOWN, unreadable_lines

Present = dict[str, set[str]]


@dataclass(slots=True)
class Groupings:
    """A file compared with the tables; `joined` and `left` are (code of the grouping, number) pairs."""

    source: Source
    groups: list[Group]
    joined: list[tuple[str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[list[Any]]] = field(default_factory=dict)


def prepared(source: Source, coming: set[str]) -> Groupings:
    """Compare a file of groupings with the tables; `coming` are the numbers that the same import brings."""
    given, bad = groups(source)
    known = coming.union(*_known(n for g in given for n in g.members))
    for group in given:
        unknown = [n for n in group.members if n not in known]
        group.members = [n for n in group.members if n not in unknown]
        bad += [Unreadable(0, "numéro absent du registre", f"{group.code};{n}") for n in unknown]
    present = _present([g.code for g in given])
    stored = {g.code: g for g in Grouping.objects.filter(pk__in=[g.code for g in given])}
    found = Groupings(source, given)
    for group in given:
        now = present.get(group.code, set())
        found.joined += [(group.code, n) for n in group.members if n not in now]
        found.left += [(group.code, n) for n in sorted(now - set(group.members))]
    _describe(found, stored, bad)
    return found


def _known(numbers: Iterable[str]) -> tuple[set[str], set[str]]:
    asked = sorted(set(numbers))
    return (
        set(Operator.objects.filter(pk__in=asked).values_list("pk", flat=True)),
        set(Establishment.objects.filter(pk__in=asked).values_list("pk", flat=True)),
    )


def _present(codes: list[str]) -> Present:
    """Code of a grouping → numbers of its present members."""
    found: Present = {}
    rows = GroupingMember.objects.present().filter(grouping_id__in=codes)
    for code, operator, site in rows.values_list("grouping_id", "operator_id", "establishment_id"):
        found.setdefault(code, set()).add(operator or site)
    return found


def _describe(found: Groupings, stored: dict[str, Grouping], bad: list[Unreadable]) -> None:
    added = [g for g in found.groups if g.code not in stored]
    touched = {code for code, _ in (*found.joined, *found.left)} | {
        g.code for g in found.groups if (s := stored.get(g.code)) and _differs(g, s)
    }
    changed = [g for g in found.groups if g.code in touched and g.code in stored]
    joined, left = _by_group(found.joined), _by_group(found.left)
    found.counts = {
        "added": len(added),
        "changed": len(changed),
        "unchanged": len(found.groups) - len(added) - len(changed),
        "joined": len(found.joined),
        "left": len(found.left),
        "unreadable": len(bad),
    }
    found.samples = {
        "added": [[g.code, g.name, f"{len(g.members)} membres", g.kind] for g in added[:SHOWN]],
        "changed": [
            [
                g.code,
                g.name,
                "members",
                " ".join(left.get(g.code, [])),
                " ".join(joined.get(g.code, [])),
            ]
            for g in changed[:SHOWN]
        ],
        "unreadable": unreadable_lines(bad),
    }


def _by_group(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, number in pairs:
        found.setdefault(code, []).append(number)
    return found


def _differs(group: Group, row: Grouping) -> bool:
    return (group.kind, group.name, group.region) != (row.kind, row.name, row.region)


def write(found: Groupings, today: date) -> set[str]:
    """Write groupings and members; one that left keeps its row with the day. Gives the establishments concerned."""
    Grouping.objects.bulk_create(
        [Grouping(code=g.code, kind=g.kind, name=g.name, region=g.region) for g in found.groups],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["kind", "name", "region"],
    )
    operators, establishments = _known(n for _, n in (*found.joined, *found.left))
    for code, number in found.left:
        key = {"operator_id": number} if number in operators else {"establishment_id": number}
        GroupingMember.objects.present().filter(grouping_id=code, **key).update(left_on=today)
    GroupingMember.objects.bulk_create(
        GroupingMember(
            grouping_id=code,
            operator_id=number if number in operators else None,
            establishment_id=None if number in operators else number,
            joined_on=today,
        )
        for code, number in found.joined
    )
    sites = Establishment.objects.filter(operator_id__in=operators)
    return establishments | set(sites.values_list("pk", flat=True))
