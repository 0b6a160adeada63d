"""Results of several directories as one list: a control fails if it fails anywhere, and is good only if good everywhere."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from rempart.engines.directory.report import ControlResult, PointResult
from rempart.kernel.outcome import Outcome

# What weighs more stands first: a failure is a failure, then what is not known, then what is good.
_WEIGHT: Final = (Outcome.FAILED, Outcome.NOT_MEASURED, Outcome.PASSED, Outcome.NOT_APPLICABLE)


def together(
    results: Sequence[Sequence[ControlResult]],
) -> tuple[list[ControlResult], list[ControlResult]]:
    """(controls, unscored items) of one or several directories, in the order of the catalogue."""
    joined = [joined_control(list(same)) for same in zip(*results, strict=True)]
    scored = [c for c in joined if c.kind == "control"]
    return scored, [c for c in joined if c.kind != "control"]


def joined_control(same: Sequence[ControlResult]) -> ControlResult:
    """One control from its results in several directories."""
    if len(same) == 1:
        return same[0]
    points = [_joined_point(list(p)) for p in zip(*(c.points for c in same), strict=True)]
    return replace(
        same[0],
        outcome=heaviest([c.outcome for c in same]),
        reason=" ".join(dict.fromkeys(c.reason for c in same if c.reason)),
        objects=sorted((o for c in same for o in c.objects), key=lambda o: (o.name, o.id)),
        failed_levels=[p.level for p in points if p.outcome == Outcome.FAILED],
        points=points,
    )


def heaviest(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome that decides among several."""
    return next(o for o in _WEIGHT if o in outcomes)


def _joined_point(same: Sequence[PointResult]) -> PointResult:
    outcome = heaviest([p.outcome for p in same])
    return PointResult(
        same[0].level,
        outcome,
        " ".join(dict.fromkeys(p.reason for p in same if p.reason)),
        sum(p.objects for p in same),
        same[0].statement,
    )
