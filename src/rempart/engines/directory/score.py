"""The ANSSI level: the lowest level with a failing point, else 5. No weighting.

Source: « Points de contrôle Active Directory » (CERT-FR): to hold level N every point of the levels below N must
pass. A point that was not measured never counts as passed: it makes the level an upper bound.
"""

from collections import Counter
from collections.abc import Iterable

from rempart.engines.directory.report import ControlResult, Level, LevelCount
from rempart.kernel.outcome import Outcome

HIGHEST = 5


def level_of(controls: Iterable[ControlResult]) -> Level:
    """Level of a directory from the results of its controls (kind `control` only)."""
    counts: Counter[tuple[int, Outcome]] = Counter()
    for control in controls:
        if control.kind == "control":
            counts.update((p.level, p.outcome) for p in control.points)
    failing = [level for (level, outcome), n in counts.items() if outcome == Outcome.FAILED and n]
    value = min(failing, default=HIGHEST)
    unknown = [level for (level, o), n in counts.items() if o == Outcome.NOT_MEASURED and n]
    return Level(
        value=value,
        at_most=any(level < value for level in unknown),
        points_not_measured=sum(n for (_, o), n in counts.items() if o == Outcome.NOT_MEASURED),
        by_level=[
            LevelCount(
                level,
                counts[level, Outcome.FAILED],
                counts[level, Outcome.PASSED],
                counts[level, Outcome.NOT_MEASURED],
                counts[level, Outcome.NOT_APPLICABLE],
            )
            for level in range(1, HIGHEST)
        ],
    )
