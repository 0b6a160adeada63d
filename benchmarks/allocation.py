"""The calendar of a plan: its time and its gap, beside the ranking by risk removed per euro that people make by hand.

The ranking takes actions one by one, the most risk removed for its price first, each in the first quarter where it
fits, with its prerequisites. On small problems every schedule is tried: the exact optimum is known.

    python -m benchmarks.allocation [FINDINGSxACTIONS…]      by default 200x40 600x120 2000x300
"""

import random
import sys
from itertools import product
from typing import Any

from benchmarks._measure import heading, measured, report, run_named

from rempart.engines.allocation.allocate import allocate
from rempart.engines.allocation.problem import QUARTERS, Candidate, Estimate, Means, Problem, Range
from rempart.engines.allocation.ranking import ranked
from rempart.engines.allocation.reasons import reasons
from rempart.engines.allocation.value import holds, worth

SIZES = ("200x40", "600x120", "2000x300")
POINTS = (100, 35, 35, 12, 12, 12, 4, 4)
SMALL = 20


def problem(findings: int, actions: int, quarters: int = QUARTERS, seed: int = 1) -> Problem:
    """An invented plan: half of what all of it would cost is there; one action in thirty has a date."""
    draw = random.Random(seed)
    points = {f"f{k}": float(draw.choice(POINTS)) for k in range(findings)}
    mends: list[dict[str, float]] = [{} for _ in range(actions)]
    for finding in points:
        for action in {draw.randrange(actions) for _ in range(draw.choice((1, 1, 1, 2, 3)))}:
            mends[action][finding] = (
                1.0 if draw.random() < 0.8 else round(draw.uniform(0.2, 0.9), 1)
            )
    found = []
    for k in range(actions):
        days, euros = (
            draw.choice((0.5, 1, 2, 3, 5, 8, 15)),
            draw.choice((0, 0, 0, 500, 1800, 4000, 12_000, 30_000)),
        )
        yearly = euros * 0.2 if draw.random() < 0.3 else 0
        before = (f"a{draw.randrange(k)}",) if k and draw.random() < 0.25 else ()
        due = draw.randrange(2, QUARTERS) if quarters == QUARTERS and draw.random() < 0.03 else None
        found.append(
            Candidate(
                f"a{k}",
                f"Action {k}",
                Range(days, 2 * days),
                Range(euros, 1.5 * euros),
                Range(0, yearly),
                mends[k],
                before,
                due,
            )
        )
    days = sum(c.days.at(Estimate.MID) for c in found) / 2 / quarters
    euros = sum(c.euros.at(Estimate.MID) for c in found) / 2 / quarters
    return Problem(tuple(found), points, Means((euros,) * quarters, (days,) * quarters))


def solved(given: Problem) -> dict[str, Any]:
    """Worth, gap, and how many actions enter."""
    found = allocate(given)
    by_hand = ranked(given)
    return {
        "worth": found.worth,
        "gap": found.gap,
        "in": len(found.schedule),
        "ranking": worth(given, by_hand),
        "short": found.shortage is not None,
    }


def explained(given: Problem) -> dict[str, Any]:
    """The same, with the reason of each action left out."""
    found = allocate(given)
    return {"reasons": len(reasons(given, found))}


def exact(given: list[Problem]) -> dict[str, Any]:
    """On small problems, the worth of the optimum, of what is found and of the ranking."""
    best = sum(_best(p) for p in given)
    return {
        "best": best,
        "found": sum(allocate(p).worth for p in given),
        "ranking": sum(worth(p, ranked(p)) for p in given),
    }


def _best(given: Problem) -> float:
    names = [c.id for c in given.candidates]
    best = 0.0
    for quarters in product((None, *range(given.means.quarters)), repeat=len(names)):
        schedule = {a: q for a, q in zip(names, quarters, strict=True) if q is not None}
        if holds(given, schedule):
            best = max(best, worth(given, schedule))
    return best


def main(sizes: tuple[str, ...]) -> None:
    """Print the table of times, then what is proven on small problems."""
    heading("The calendar of a plan over 12 quarters, median of 3 runs.", "scipy")
    print(
        f"{'findings':>9}{'actions':>9}{'enter':>7}{'wall s':>8}{'CPU s':>7}{'gap %':>7}"
        f"{'ranking is worth less by %':>28}{'MB':>6}{'with reasons s':>16}"
    )
    for size in sizes:
        m, told = (
            measured("allocation", "solved", size),
            measured("allocation", "explained", size, rounds=1),
        )
        r = m.result
        less = 100 * (1 - r["ranking"] / r["worth"])
        findings, actions = size.split("x")
        print(
            f"{findings:>9}{actions:>9}{r['in']:>7}{m.wall:>8.2f}{m.cpu:>7.2f}{100 * r['gap']:>7.2f}"
            f"{less:>28.1f}{m.megabytes:>6.0f}{told.wall:>16.2f}"
        )  # fmt: skip
    found = measured("allocation", "exact", rounds=1).result
    print(
        f"\n{SMALL} problems of 5 actions over 4 quarters, every schedule tried: optimum {found['best']:,.2f}, "
        f"found {found['found']:,.2f}, ranking {found['ranking']:,.2f}"
    )


def _solved(size: str) -> None:
    findings, actions = map(int, size.split("x"))
    report(lambda: problem(findings, actions), solved)


def _explained(size: str) -> None:
    findings, actions = map(int, size.split("x"))
    report(lambda: problem(findings, actions), explained)


def _exact() -> None:
    report(lambda: [problem(12, 5, 4, seed) for seed in range(SMALL)], exact)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("solved", "explained", "exact"):
        run_named({"solved": _solved, "explained": _explained, "exact": _exact})
    else:
        main(tuple(sys.argv[1:]) or SIZES)
