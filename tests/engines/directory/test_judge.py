"""Outcomes: what fails, what passes, and what nobody may call good."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rempart.content.directory import (
    CheckKind,
    DirectoryCheck,
    Fix,
    Point,
    Reference,
    Status,
)
from rempart.engines.directory import register
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.judge import Judge
from rempart.engines.directory.model import Fact
from rempart.engines.directory.register import Entry, Register, read_register
from rempart.engines.directory.registry import (
    CHECKS,
    Check,
    CheckFunction,
    Context,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
    check,
)
from rempart.engines.directory.report import ControlResult
from rempart.engines.directory.score import level_of
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.outcome import Outcome
from support.sketch import Sketch

TODAY = 1795219200  # 2026-11-21
LABELS = {fact: f"« {fact} »" for fact in Fact}


def content(*levels: int, kind: CheckKind = CheckKind.CONTROL) -> DirectoryCheck:
    return DirectoryCheck(
        id="vuln_essai",
        kind=kind,
        theme="Essai",
        title="Essai",
        why="w",
        attack="a",
        fix=Fix("c", "r", "s"),
        source=Reference("d", "v", "https://exemple.test/", "vuln_essai"),
        status=Status.STABLE,
        revised_on="2026-11-21",
        points=[Point(level, {"days": level * 10}) for level in levels],
    )


def judged(
    function: CheckFunction,
    *levels: int,
    needs: frozenset[Fact] = frozenset(),
    register: Register | None = None,
) -> ControlResult:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("bob")
    directory = sketch.build()
    judge = Judge(directory, Groups(directory), today=TODAY, labels=LABELS, register=register)
    return judge.judge(content(*levels), Check("vuln_essai", function, needs))


def hits(*found: Hit | Unmeasured) -> CheckFunction:
    def function(ctx: Context) -> Iterator[Hit | Unmeasured]:
        yield from found

    return function


def alice(level: int | None = None, detail: str = "") -> Hit:
    sketch = Sketch()
    return Hit(sketch.user("alice"), detail, level)


def test_nothing_found_is_passed() -> None:
    result = judged(hits(), 1, 2)
    assert result.outcome == Outcome.PASSED
    assert [p.outcome for p in result.points] == [Outcome.PASSED, Outcome.PASSED]


def test_a_hit_without_level_fails_every_point() -> None:
    result = judged(hits(alice()), 1, 2)
    assert result.failed_levels == [1, 2]
    assert result.objects[0].name == "ALICE"


def test_a_hit_of_one_level_leaves_the_other_point_passed() -> None:
    result = judged(hits(alice(2)), 1, 2)
    assert [p.outcome for p in result.points] == [Outcome.PASSED, Outcome.FAILED]


def test_what_is_not_measured_at_one_level_is_not_passed_there() -> None:
    result = judged(hits(Unmeasured("liste non lue", 2)), 1, 2)
    assert [p.outcome for p in result.points] == [Outcome.PASSED, Outcome.NOT_MEASURED]
    assert result.outcome == Outcome.NOT_MEASURED
    assert result.reason == "liste non lue"


def test_a_failure_proven_on_partial_data_is_still_a_failure() -> None:
    result = judged(hits(alice(1), Unmeasured("le reste n’est pas lu")), 1, 2)
    assert result.outcome == Outcome.FAILED
    assert [p.outcome for p in result.points] == [Outcome.FAILED, Outcome.NOT_MEASURED]


def test_a_missing_fact_is_named_and_the_check_is_not_called() -> None:
    def never(ctx: Context) -> Iterator[Hit]:
        raise AssertionError("called")
        yield

    result = judged(never, 1, needs=frozenset({Fact.SYSVOL, Fact.RODC}))
    assert result.outcome == Outcome.NOT_MEASURED
    assert "« rodc », ni « sysvol »" in result.reason


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (NotMeasured("raison"), Outcome.NOT_MEASURED),
        (NotApplicable("raison"), Outcome.NOT_APPLICABLE),
    ],
)
def test_a_check_may_say_that_it_cannot_or_need_not_judge(
    raised: Exception, outcome: Outcome
) -> None:
    def function(ctx: Context) -> Iterator[Hit]:
        raise raised
        yield

    result = judged(function, 3)
    assert (result.outcome, result.reason) == (outcome, "raison")


def test_one_object_found_twice_is_listed_once_with_both_details() -> None:
    result = judged(hits(alice(1, "ancien"), alice(2, "faible")), 1, 2)
    assert [(o.name, o.detail, o.levels) for o in result.objects] == [
        ("ALICE", "ancien ; faible", [1, 2])
    ]


def test_figures_come_from_the_content() -> None:
    seen = []

    def function(ctx: Context) -> Iterator[Hit]:
        seen.append((ctx.param("days"), ctx.param("days", 2), ctx.days_since(TODAY - 86400)))
        with pytest.raises(KeyError):
            ctx.param("weeks")
        yield from ()

    judged(function, 1, 2)
    assert seen == [(10, 20, 1)]


def entry(**more: str) -> Entry:
    return Entry(
        control=more.get("control", "vuln_essai"),
        object=more.get("object", "ALICE"),
        reason="remplacement en mars",
        by="RSSI",
        accepted_on=date(2026, 10, 1),
        expires_on=date.fromisoformat(more.get("expires_on", "2027-03-31")),
    )


def test_an_accepted_object_is_set_aside_and_remembered() -> None:
    register = Register([entry()], today=TODAY)
    result = judged(hits(alice(), Unmeasured("x", 2)), 1, 2, register=register)
    assert result.objects == []
    assert [p.outcome for p in result.points] == [Outcome.PASSED, Outcome.NOT_MEASURED]
    assert [(a.object.name, a.state) for a in register.summary()] == [("ALICE", "active")]


def test_an_expired_acceptance_sets_nothing_aside() -> None:
    register = Register([entry(expires_on="2026-11-20")], today=TODAY)
    result = judged(hits(alice()), 1, register=register)
    assert result.outcome == Outcome.FAILED
    assert register.summary()[0].state == "expired"


def test_an_entry_that_meets_nothing_is_said() -> None:
    register = Register([entry(object="parti@chu.test"), entry(control="vuln_autre")], today=TODAY)
    judged(hits(alice()), 1, register=register)
    assert [a.state for a in register.summary()] == ["unmatched", "unmatched"]


def test_a_register_is_read_and_a_faulty_one_is_refused(tmp_path: Path) -> None:
    good = tmp_path / "risques.yaml"
    good.write_text(
        "- {control: vuln_x, object: a, reason: r, by: b, accepted_on: 2026-01-01, expires_on: 2026-12-31}",
        "utf-8",
    )
    assert read_register(good)[0].control == "vuln_x"
    good.write_text("- {control: vuln_x}", "utf-8")
    with pytest.raises(UnreadableSource, match="illisible"):
        read_register(good)
    with pytest.raises(UnreadableSource, match="illisible"):
        read_register(tmp_path / "absent.yaml")


def test_the_level_is_the_lowest_failing_one() -> None:
    results = [judged(hits(alice(2)), 1, 2, 3), judged(hits(alice(3)), 3)]
    level = level_of(results)
    assert (level.value, level.at_most, level.points_not_measured) == (2, False, 0)
    assert [c.failed for c in level.by_level] == [0, 1, 1, 0]


def test_a_clean_directory_is_level_5_and_at_most_when_something_was_not_measured() -> None:
    assert (level_of([judged(hits(), 1, 4)]).value, level_of([judged(hits(), 4)]).at_most) == (
        5,
        False,
    )
    level = level_of([judged(hits(Unmeasured("x", 4)), 1, 4)])
    assert (level.value, level.at_most, level.points_not_measured) == (5, True, 1)


def test_points_not_measured_above_the_level_do_not_make_it_uncertain() -> None:
    level = level_of([judged(hits(alice(1), Unmeasured("x", 2)), 1, 2)])
    assert (level.value, level.at_most) == (1, False)


def test_two_checks_may_not_share_an_id() -> None:
    check("vuln_essai_double")(hits())
    with pytest.raises(ValueError, match="vuln_essai_double"):
        check("vuln_essai_double")(hits())
    del CHECKS["vuln_essai_double"]


def test_what_a_check_tolerates_by_itself_is_shown_and_does_not_count() -> None:
    def function(ctx: Context) -> Iterator[Hit]:
        ctx.tolerated.extend([alice(detail="peut tout"), alice(detail="peut tout")])
        yield from ()

    register = Register([], today=TODAY)
    assert judged(function, 1, register=register).outcome == Outcome.PASSED
    (shown,) = register.summary()
    assert (shown.control, shown.object.detail, shown.state) == (
        "vuln_essai",
        "peut tout",
        "active",
    )
    assert shown.reason.startswith("Reconnu automatiquement")


def test_a_register_that_is_no_text_of_a_person_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "registre.yaml"
    path.write_text("- rien\n", encoding="utf-8")
    monkeypatch.setattr(register, "LONGEST_FILE", 3)
    with pytest.raises(UnreadableSource, match="plus de 4 Mo"):
        read_register(path)
