"""The sentences that every output shares."""

import msgspec

from rempart.engines.directory.report import Level, Plan, PointResult
from rempart.kernel.outcome import Outcome
from rempart.render import view
from support import reports


def test_priorities_begin_with_the_plan_then_with_what_holds_the_level() -> None:
    first, second, third = view.priorities(reports.sample())
    assert first.title.startswith("Retirer à SVC-SAUVEGARDE")
    assert first.gain == "49 → 6 exposés"
    assert second.anchor == "geste-2"
    assert third.anchor == "vuln_krbtgt"


def test_a_control_that_the_first_gestures_close_is_not_asked_twice() -> None:
    anchors = [p.anchor for p in view.priorities(reports.sample())]
    assert "vuln_permissions_naming_context" not in anchors


def test_a_better_collection_is_a_priority_when_little_else_is() -> None:
    report = msgspec.structs.replace(reports.clean(), level=Level(5, True, 13))
    assert [p.anchor for p in view.priorities(report)] == ["non-evalues"]


def test_paths_are_counted_only_when_they_stand_for_everyone() -> None:
    report = reports.sample()
    few = msgspec.structs.replace(report.exposure, paths=report.exposure.paths[:1])
    partial = msgspec.structs.replace(report, exposure=few)
    assert "trois chemins" in view.headline(report)
    assert "49\u00a0comptes ordinaires mènent au cœur" in view.headline(partial)


def test_a_plan_that_is_not_proven_minimal_says_so() -> None:
    plan = msgspec.structs.replace(reports.plan(), minimal=False, bound=4.5)
    assert view.proof(plan) == "coût 6, au moins 4,5 : minimum non prouvé"
    assert view.proof(Plan([], 0, 0.0, 0)) == ""


def test_a_plan_that_leaves_some_exposed_says_how_many() -> None:
    report = reports.sample()
    left = msgspec.structs.replace(report.plan, exposed_after=3)
    assert "n’en laissent que 3" in view.lead(msgspec.structs.replace(report, plan=left))
    none = msgspec.structs.replace(report, plan=Plan([], 0, 0.0, 49))
    assert "Aucun geste d’administrateur connu" in view.lead(none)


def test_a_point_not_measured_of_a_failed_control_is_a_gap() -> None:
    points = [
        PointResult(1, Outcome.FAILED),
        PointResult(3, Outcome.NOT_MEASURED, "Zones absentes"),
    ]
    control = msgspec.structs.replace(reports.controls()[0], points=points)
    (gap,) = view.gaps([control])
    assert (gap.reason, gap.points) == ("Zones absentes", 1)


def test_failed_controls_come_by_danger() -> None:
    levels = [view.worst(c) for c in view.failed(reports.controls())]
    assert levels == sorted(levels)
