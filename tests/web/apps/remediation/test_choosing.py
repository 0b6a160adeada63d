"""Which measures are proposed for what is open."""

from datetime import date
from typing import Any

from rempart.content.directory import Status
from rempart.content.frameworks import Item, Level, Origin
from rempart.content.measures import Cost, Measure, Mends, Range
from rempart.web.apps.remediation.choosing import Gap, choose, part_of

SOURCE = Origin(document="Guide")


def an_item(id: str, target: int = 4) -> Item:
    return Item(id, id, [Level(0, "rien"), Level(target, "tout")], target, SOURCE)


def a_content_measure(id: str, *mends: str, days: float = 1, to: int = 4, **more: Any) -> Measure:
    """A measure; what it mends is an item when its name has a dot, else a finding."""
    parts = [Mends(item=m, to=to) if "." in m else Mends(finding=m) for m in mends]
    cost = Cost(Range(days, days))
    return Measure(
        id, f"Mesure {id}", "Pour cela.", ["Faire."], cost, parts, Status.STABLE, date(2026, 1, 1), SOURCE, **more
    )  # fmt: skip


def chosen(gaps: list[Gap], *measures: Measure, **more: Any) -> list[str]:
    items = {g.key: an_item(g.key) for g in gaps if "." in g.key}
    found = choose(gaps, {m.id: m for m in measures}, items, **more)
    return [choice.measure.id for choice in found]


def test_one_measure_that_mends_two_sources_is_proposed_before_two_that_mend_one_each() -> None:
    gaps = [Gap(1, "guide.a.1", 12), Gap(2, "vuln_x", 35)]
    both = a_content_measure("both", "guide.a.1", "vuln_x", days=2)
    measures = (
        a_content_measure("a", "guide.a.1", days=2),
        a_content_measure("b", "vuln_x", days=2),
        both,
    )
    assert chosen(gaps, *measures) == ["both"]


def test_a_measure_whose_work_others_already_do_is_not_proposed() -> None:
    gaps = [Gap(1, "g.a.1", 50), Gap(2, "g.a.2", 50)]
    cheap = a_content_measure("cheap", "g.a.1", days=0.1)
    wide = a_content_measure("wide", "g.a.1", "g.a.2", days=5)
    assert chosen(gaps, cheap, wide) == ["wide"]


def test_what_a_measure_requires_comes_with_it_only_when_that_is_lacking_too() -> None:
    first = a_content_measure("first", "g.a.1", days=50)
    other = a_content_measure("other", "g.a.1", days=1)
    then = a_content_measure("then", "g.a.2", requires=["first"])
    lacking = [Gap(1, "g.a.1", 10), Gap(2, "g.a.2", 10)]
    assert chosen(lacking, first, other, then).index("first") < chosen(
        lacking, first, other, then
    ).index("then")
    assert chosen([Gap(2, "g.a.2", 10)], first, then) == ["then"]


def test_what_somebody_already_mends_calls_for_nothing_more() -> None:
    assert chosen([Gap(1, "g.a.1", 10, is_taken=True)], a_content_measure("m", "g.a.1")) == []


def test_for_a_single_finding_the_proposal_of_the_audit_is_left_alone() -> None:
    one = [Gap(1, "vuln_x", 35, has_proposal=True)]
    two = [*one, Gap(2, "vuln_y", 35, has_proposal=True)]
    measure = a_content_measure("m", "vuln_x", "vuln_y")
    assert chosen(one, measure) == []
    assert chosen(two, measure) == ["m"]


def test_what_was_set_aside_is_not_proposed_and_what_was_taken_stays() -> None:
    gaps = [Gap(1, "g.a.1", 10)]
    cheap, dear = a_content_measure("cheap", "g.a.1"), a_content_measure("dear", "g.a.1", days=9)
    assert chosen(gaps, cheap, dear, refused=["cheap"]) == ["dear"]
    assert chosen(gaps, cheap, dear, kept=["dear"]) == ["dear"]


def test_a_measure_mends_the_part_of_the_way_that_is_left() -> None:
    half_way = Gap(1, "g.a.1", 10, weight=0.5)
    items = {"g.a.1": an_item("g.a.1")}
    parts = [
        part_of(a_content_measure("m", "g.a.1", to=to), half_way, items) for to in (1, 2, 3, 4)
    ]
    assert [max(part, 0) for part in parts] == [0, 0, 0.5, 1]
    assert part_of(a_content_measure("m", "g.a.1"), Gap(1, "g.z.9", 10), items) == 0
