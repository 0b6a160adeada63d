"""What each better grade costs: the findings to mend first, the fewest minutes of an administrator in all.

Up to `EXACT` findings every subset is tried, so the answer is the cheapest. Above, a heuristic: what a ceiling
forbids goes first; then, again and again, the part of a check that gives most points for a minute; at the end, what
turned out not to be needed is put back. Its answer always reaches the grade, and may cost more than the cheapest.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, combinations, takewhile
from typing import Final

from rempart.content.exposure_rules import ScoreRules
from rempart.engines.exposure.losses import NO_CEILING, Loss, damped, grade_of, value_of
from rempart.engines.exposure.report import NextGrade

Group = tuple[str, str]  # theme, check

EXACT: Final = 12
ROUNDING: Final = 1e-6  # points, so that a sum made in another order does not fall just short
TAIL: Final = 8
"""Findings of one check that may be left when the others are mended: those after weigh nothing to speak of."""


def next_grades(losses: Sequence[Loss], rules: ScoreRules) -> list[NextGrade]:
    """Each grade better than the present one, the nearest first, with what reaches it."""
    current = grade_of(value_of(losses, rules), rules)
    better = takewhile(lambda grade: grade.id != current, rules.grades)
    useful = [x for x in losses if x.weight > 0 or x.ceiling < NO_CEILING]
    found: list[NextGrade] = []
    for grade in better:
        mended = cheapest(useful, rules, grade.at_least)
        if found and _minutes(mended) > found[-1].minutes:
            # What reaches a better grade reaches this one too, and here it costs less.
            found.append(NextGrade(grade.id, found[-1].keys, found[-1].minutes))
            continue
        found.append(NextGrade(grade.id, sorted(x.key for x in mended), _minutes(mended)))
    return found[::-1]


def cheapest(losses: Sequence[Loss], rules: ScoreRules, at_least: float) -> list[Loss]:
    """What to mend so that the score reaches `at_least`, in as few minutes as found."""
    if value_of(losses, rules) >= at_least:
        return []
    forced = [x for x in losses if x.ceiling < at_least]
    free = [x for x in losses if x.ceiling >= at_least]
    if len(free) <= EXACT:
        return forced + _exact(free, rules, at_least)
    return forced + _heuristic(free, rules, at_least)


def _minutes(losses: Iterable[Loss]) -> int:
    return sum(x.minutes for x in losses)


def _exact(losses: Sequence[Loss], rules: ScoreRules, at_least: float) -> list[Loss]:
    """The cheapest of all subsets: mending everything is one of them, so that there is always an answer."""
    subsets = [list(s) for size in range(len(losses) + 1) for s in combinations(losses, size)]
    subsets.sort(key=lambda s: (_minutes(s), len(s), [x.key for x in s]))
    return next(s for s in subsets if value_of(_left(losses, s), rules) >= at_least)


def _left(losses: Iterable[Loss], mended: Iterable[Loss]) -> list[Loss]:
    keys = {x.key for x in mended}
    return [x for x in losses if x.key not in keys]


class _Choice:
    """How many findings of each check are mended, those that weigh most first.

    The findings of a check are sorted by weight, so what it loses once the first ones are mended is known beforehand.
    """

    def __init__(self, losses: Iterable[Loss], rules: ScoreRules) -> None:
        self._rules = rules
        groups: dict[Group, list[Loss]] = {}
        for loss in losses:
            groups.setdefault((loss.theme, loss.check), []).append(loss)
        self.groups = {
            key: sorted(found, key=lambda x: (-x.weight, x.minutes, x.key))
            for key, found in sorted(groups.items())
        }
        self.taken = dict.fromkeys(self.groups, 0)
        self._lost = {key: _suffixes(found, rules.repeat) for key, found in self.groups.items()}
        self._minutes = {
            key: [0, *accumulate(x.minutes for x in found)] for key, found in self.groups.items()
        }
        self._themes: dict[str, list[Group]] = {}
        for key in self.groups:
            self._themes.setdefault(key[0], []).append(key)

    def mended(self) -> list[Loss]:
        """The findings that are mended."""
        return [x for key, found in self.groups.items() for x in found[: self.taken[key]]]

    def theme_lost(self, theme: str) -> float:
        """Points still lost in one theme."""
        left = [self._lost[key][self.taken[key]] for key in self._themes[theme]]
        return damped(left, self._rules.next_check)

    def lost(self) -> float:
        """Points still lost in all."""
        return sum(self.theme_lost(theme) for theme in self._themes)

    def minutes(self, key: Group, start: int, end: int) -> int:
        """Minutes of the findings of one check, from one rank to another."""
        return self._minutes[key][end] - self._minutes[key][start]

    def steps(self, key: Group) -> Iterator[int]:
        """How many findings of a check it makes sense to mend."""
        size = len(self.groups[key])
        for taken in sorted({1, 2, 3, *range(max(size - TAIL, 1), size + 1)}):
            if taken <= size:
                yield taken


def _suffixes(found: Sequence[Loss], repeat: float) -> list[float]:
    """What a check loses once its first k findings are mended, for each k."""
    lost = [0.0]
    for loss in reversed(found):
        lost.append(loss.weight + repeat * lost[-1])
    return lost[::-1]


def _heuristic(losses: Sequence[Loss], rules: ScoreRules, at_least: float) -> list[Loss]:
    choice = _Choice(losses, rules)
    # The findings left hold no ceiling under the grade: the points lost alone decide.
    allowed = rules.half_points * (100 / at_least - 1) - ROUNDING
    while (needed := choice.lost() - allowed) > 0:
        best = max(_moves(choice, needed), default=None)
        if best is None:
            break
        choice.taken[best[1]] = best[2]
    _put_back(choice, allowed)
    return choice.mended()


def _moves(choice: _Choice, needed: float) -> Iterator[tuple[tuple[float, float], Group, int]]:
    """Each next step of each check: points for a minute, counting no point beyond those needed, then points."""
    before = {theme: choice.theme_lost(theme) for theme, _ in choice.groups}
    for key in choice.groups:
        now = choice.taken[key]
        for taken in choice.steps(key):
            if taken <= now:
                continue
            choice.taken[key] = taken
            gain = before[key[0]] - choice.theme_lost(key[0])
            choice.taken[key] = now
            minutes = choice.minutes(key, now, taken)
            yield (min(gain, needed) / max(minutes, 1), gain), key, taken


def _put_back(choice: _Choice, allowed: float) -> None:
    """Leave open what need not be mended, the longest work first."""
    order = sorted(choice.groups, key=lambda key: -choice.minutes(key, 0, choice.taken[key]))
    for key in order:
        whole = choice.taken[key]
        for taken in [step for step in (0, *choice.steps(key)) if step < whole]:
            choice.taken[key] = taken
            if choice.lost() <= allowed:
                break
            choice.taken[key] = whole
