"""What the page of an audit keeps of its report: every figure, and lists short enough to be read."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from rempart.engines.directory.compare import compare
from rempart.engines.directory.report import (
    Comparison,
    ControlResult,
    Convergence,
    Difference,
    Exposure,
    Plan,
    Report,
)
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.outcome import Outcome
from rempart.render.outputs import encoded

OBJECTS: Final = 25
PATHS: Final = 12
ROWS: Final = 20
DIFFERENCES: Final = 25


class Page(msgspec.Struct, frozen=True):
    """A report with bounded lists, and how many objects each control really has."""

    report: Report
    objects: dict[str, int]
    paths: int


class Change(msgspec.Struct, frozen=True):
    """What became of one control between two audits; `items` are the first of `count` differences."""

    control: str
    title: str
    state: str
    count: int
    items: list[Difference]


class Compared(msgspec.Struct, frozen=True):
    """The difference from the audit before, with bounded lists."""

    comparison: Comparison  # without its differences
    counts: dict[str, int]
    changes: list[Change]


def page_of(report: Report) -> bytes:
    """The page of a report, encoded."""
    every = (*report.controls, *report.unscored)
    return encoded(
        Page(
            report=replace(
                report,
                controls=[_control(c) for c in report.controls],
                unscored=[_control(c) for c in report.unscored],
                exposure=_exposure(report.exposure),
                plan=_plan(report.plan),
                accepted=report.accepted[:ROWS],
                convergence=_convergence(report.convergence),
                notes=report.notes[:ROWS],
            ),
            objects={c.id: len(c.objects) for c in every if c.objects},
            paths=len(report.exposure.paths),
        )
    )


def _control(control: ControlResult) -> ControlResult:
    if control.outcome is Outcome.FAILED:
        return replace(control, objects=control.objects[:OBJECTS])
    return replace(control, objects=[], why="", attack="", fix=None, related=[])


def _exposure(exposure: Exposure) -> Exposure:
    return replace(
        exposure,
        principals=[],
        tier0_objects=[],
        paths=exposure.paths[:PATHS],
        choke_points=exposure.choke_points[:ROWS],
        by_ou=exposure.by_ou[:ROWS],
        by_site=exposure.by_site[:ROWS],
        by_distance=exposure.by_distance[:ROWS],
    )


def _plan(plan: Plan) -> Plan:
    actions = [replace(a, objects=a.objects[:OBJECTS]) for a in plan.actions[: ROWS * 3]]
    return replace(plan, actions=actions, uncuttable=plan.uncuttable[:3])


def _convergence(found: Convergence | None) -> Convergence | None:
    if found is None:
        return None
    return replace(
        found, duplicates=found.duplicates[:ROWS], crossing_paths=found.crossing_paths[:PATHS]
    )


def compared(old: Report, new: Report) -> bytes | None:
    """The difference between two reports, encoded; None when they are not of the same directory."""
    try:
        comparison = compare(old, new)
    except UnreadableSource:
        return None
    return encoded(
        Compared(
            comparison=replace(comparison, differences=[]),
            counts=dict(Counter(d.state for d in comparison.differences)),
            changes=_changes(comparison.differences),
        )
    )


def _changes(differences: Sequence[Difference]) -> list[Change]:
    found: dict[tuple[str, str], list[Difference]] = {}
    for difference in differences:
        found.setdefault((difference.state, difference.control), []).append(difference)
    made = [
        Change(control, items[0].title, state, len(items), items[:DIFFERENCES])
        for (state, control), items in found.items()
    ]
    return sorted(made, key=lambda c: (c.state, -c.count, c.control))


def read_page(data: bytes) -> Page:
    """The page, decoded."""
    return msgspec.json.decode(data, type=Page)


def read_compared(data: bytes | None) -> Compared | None:
    """The difference, decoded."""
    return msgspec.json.decode(data, type=Compared) if data else None
