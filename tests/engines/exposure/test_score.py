"""The score: commensurable, monotone, and never flattered by what was not measured."""

from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.content.exposure_rules import score_rules
from rempart.engines.exposure.cost import cheapest, next_grades
from rempart.engines.exposure.judge import Judge
from rempart.engines.exposure.losses import Loss, grade_of, value_of
from rempart.engines.exposure.run import run
from rempart.engines.exposure.score import binding, loss_of, score
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.hosts import PortsSeen
from support.exposure import (
    AT,
    CONTENTS,
    FUNCTIONS,
    TODAY,
    catalogue,
    content,
    report,
    service,
    snapshot,
    zone,
)

RULES = score_rules()
WEIGHTS = [100.0, 70.0, 35.0, 12.0, 8.4, 4.0, 1.2, 0.0]
CEILINGS = [100.0, 89.0, 74.0, 44.0, 29.0]


@st.composite
def losses(draw: st.DrawFn, most: int = 16, least: int = 0) -> list[Loss]:
    size = draw(st.integers(least, most))
    return [
        Loss(
            key=f"k{k}",
            theme=draw(st.sampled_from(["dns", "mail", "tls"])),
            check=draw(st.sampled_from(["a", "b", "c", "d"])),
            weight=draw(st.sampled_from(WEIGHTS)),
            ceiling=draw(st.sampled_from(CEILINGS)),
            minutes=draw(st.sampled_from([5, 15, 30, 60, 240])),
        )
        for k in range(size)
    ]


@given(losses(), st.data())
@settings(max_examples=50, deadline=None)
def test_one_more_finding_never_raises_the_score(found: list[Loss], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(found), unique_by=lambda x: x.key)) if found else []
    assert value_of(found, RULES) <= value_of(kept, RULES)


@given(losses(), st.data())
@settings(max_examples=50, deadline=None)
def test_a_heavier_finding_never_raises_the_score(found: list[Loss], data: st.DataObject) -> None:
    if not found:
        return
    one = data.draw(st.sampled_from(found))
    heavier = [
        Loss(x.key, x.theme, x.check, x.weight + 10 if x is one else x.weight, x.ceiling)
        for x in found
    ]
    assert value_of(heavier, RULES) <= value_of(found, RULES)


@given(losses())
@settings(max_examples=50, deadline=None)
def test_the_score_does_not_depend_on_the_order(found: list[Loss]) -> None:
    assert value_of(found[::-1], RULES) == pytest.approx(value_of(found, RULES))


def test_nothing_found_is_the_best_grade() -> None:
    assert (value_of([], RULES), grade_of(100, RULES)) == (100.0, "A")


def test_two_hundred_sites_without_a_header_do_not_drown_one_open_door() -> None:
    header = [Loss(f"h{k}", "http", "http_header", 4.0) for k in range(200)]
    door = [Loss("d", "service", "service_rdp", 100.0)]
    assert value_of(header, RULES) > 90
    assert value_of(door, RULES) <= 60


def test_a_critical_finding_that_is_confirmed_holds_the_score_down_and_says_so() -> None:
    said = report(service(3389, "rdp")).score
    assert (said.value, said.grade) == (44.0, "E")
    assert said.cap == "Note plafonnée à 44 : un constat critique est ouvert."


@pytest.mark.parametrize(
    ("severity", "at_most"), [("critical", 29), ("medium", None), ("low", None)]
)
def test_an_exploited_hole_holds_the_score_down_when_it_is_critical(
    severity: str, at_most: int | None
) -> None:
    (finding,) = report(service(80, "http", banner="x/1")).findings
    known = msgspec.structs.replace(
        finding, severity=severity, confidence="probable", is_exploited=True
    )
    held = binding(known, RULES)
    assert (held.at_most if held else None) == at_most


def test_what_was_not_measured_widens_the_range_and_never_raises_the_score() -> None:
    clean = report(service(443, "https", banner="x"), zone("good.example")).score
    silent = report(
        service(443, "https", banner="x"), zone("good.example", Reach.SILENT, reason="Muet.")
    ).score
    assert (clean.low, clean.value) == (100.0, 100.0)
    assert silent.value == 100.0
    assert silent.low < clean.low
    assert silent.themes[0].lost_at_most > silent.themes[0].lost


def test_what_lies_outside_the_perimeter_is_nobodys_to_answer_for() -> None:
    outside = report(service(443, reach=Reach.OUTSIDE, reason="Hors périmètre."))
    assert (outside.score.low, len(outside.gaps)) == (100.0, 2)


@given(st.lists(st.sampled_from(["rdp", "https", "ssh"]), max_size=8), st.data())
@settings(max_examples=60)
def test_silence_is_never_better_than_an_answer_that_is_good(
    names: list[str], data: st.DataObject
) -> None:
    seen = [service(1000 + k, name, banner="x") for k, name in enumerate(names)]
    silent = [
        service(1000 + k, reach=Reach.SILENT, reason="Muet.")
        if n != "rdp" and data.draw(st.booleans())
        else s
        for k, (n, s) in enumerate(zip(names, seen, strict=True))
    ]
    known, unknown = report(*seen).score, report(*silent).score
    assert unknown.low <= known.low <= known.value
    assert unknown.value <= known.value


@given(losses(8))
@settings(max_examples=40, deadline=None)
def test_a_small_plan_is_the_cheapest_that_there_is(found: list[Loss]) -> None:
    for grade in RULES.grades[:2]:
        mended = cheapest(found, RULES, grade.at_least)
        assert sum(x.minutes for x in mended) == brute_force(found, grade.at_least)


def brute_force(found: list[Loss], at_least: float) -> int:
    return min(
        sum(x.minutes for x in found) - sum(x.minutes for x in left)
        for size in range(len(found) + 1)
        for left in combinations(found, size)
        if value_of(left, RULES) >= at_least
    )


@given(losses(14, least=13))
@settings(max_examples=6, deadline=None)
def test_a_large_plan_reaches_its_grade_at_not_much_more_than_the_cheapest(
    found: list[Loss],
) -> None:
    mended = {x.key for x in cheapest(found, RULES, 75)}
    left = [x for x in found if x.key not in mended]
    cost = sum(x.minutes for x in found if x.key in mended)
    assert value_of(left, RULES) >= 75
    assert cost <= 2 * brute_force(found, 75) + 60


@given(losses(30))
@settings(max_examples=20, deadline=None)
def test_each_better_grade_costs_at_least_as_much(found: list[Loss]) -> None:
    steps = next_grades(found, RULES)
    assert [s.minutes for s in steps] == sorted(s.minutes for s in steps)
    for step in steps:
        left = [x for x in found if x.key not in step.keys]
        bound = next(g.at_least for g in RULES.grades if g.id == step.grade)
        assert value_of(left, RULES) >= bound


def test_the_best_grade_has_nothing_to_buy() -> None:
    assert score([], [], CONTENTS).next_grades == []


def test_the_word_of_another_tool_never_narrows_the_range() -> None:
    silent = service(3389, reach=Reach.SILENT, reason="Muet.")
    claim = ClaimSeen(
        reach=Reach.ANSWERED, endpoint=silent.endpoint, tool="nmap", rule="3389", title="RDP", check="service_rdp"
    )  # fmt: skip
    alone, joined = report(silent), report(silent, claim)
    assert [f.sources for f in joined.findings] == [["nmap"]]
    assert joined.score.low <= alone.score.low
    assert joined.score.value < alone.score.value


def test_the_highest_mark_asks_for_everything() -> None:
    found = [Loss(f"k{k}", "tls", f"c{k}", 4.0) for k in range(20)]
    assert len(cheapest(found, RULES, 100)) == 20


def test_a_check_without_fix_costs_half_an_hour() -> None:
    bare = catalogue(content("service_rdp", fixes=[]))
    (found,) = (
        Judge(snapshot(service(3389, "rdp")), today=TODAY).judge_all(bare, FUNCTIONS)[0].findings
    )
    assert (found.fix, loss_of(found, bare).minutes) == (None, 30)


def test_a_port_that_the_perimeter_forbids_costs_nothing_on_a_machine_that_answers_nobody() -> None:
    silent = PortsSeen(
        reach=Reach.SILENT, reason="Muet.", address="127.0.0.9", silent=[22, 443], at=AT
    )
    report = run(snapshot(silent), catalogue=exposure_catalogue(), today=TODAY, tool_version="1")
    reaches = {gap.check: gap.reach for gap in report.gaps}
    assert reaches["service_dicom"] == Reach.OUTSIDE
    assert reaches["service_printer"] == Reach.OUTSIDE
    assert report.score.low == report.score.value
