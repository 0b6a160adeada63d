"""What is to be shared out: actions with their costs, what they mend, what comes before them, and what one has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from rempart.kernel.errors import RempartError

QUARTERS: Final = 12
DISCOUNT: Final = 0.98
"""A point of risk removed counts in every quarter that follows, each quarter a little less than the one before: about
8 % a year, a choice of Rempart. With 1, all quarters weigh the same."""


class Impossible(RempartError):
    """What is asked contradicts itself, in words for the person who wrote it."""


class Estimate(StrEnum):
    """The point of a range of costs that is counted."""

    LOW = "low"
    MID = "mid"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Range:
    """Between two figures; one that is known exactly is twice the same."""

    low: float = 0.0
    high: float = 0.0

    def at(self, estimate: Estimate) -> float:
        """The figure that is counted; by default the middle."""
        if estimate is Estimate.MID:
            return (self.low + self.high) / 2
        return self.low if estimate is Estimate.LOW else self.high


@dataclass(frozen=True, slots=True)
class Candidate:
    """An action that could be done. `mends`: finding → the part of it that the action removes, 0 to 1.

    `due`: the number of the last quarter in which it may be finished, when it must be done at all costs.
    """

    id: str
    title: str
    days: Range = Range()
    euros: Range = Range()
    euros_per_year: Range = Range()
    mends: Mapping[str, float] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    due: int | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What one has, quarter by quarter.

    `is_carried`: what is not used passes on to the next quarter, so that an action larger than one quarter fits:
    money is saved, and work goes on over several quarters; an action is then dated by the quarter that ends it.
    """

    euros: tuple[float, ...]
    days: tuple[float, ...]
    is_carried: bool = True

    @property
    def quarters(self) -> int:
        """How many quarters."""
        return len(self.euros)

    def euros_until(self, quarter: int) -> float:
        """What may have been spent at the end of a quarter, or in it alone when nothing is carried."""
        return sum(self.euros[: quarter + 1]) if self.is_carried else self.euros[quarter]

    def days_until(self, quarter: int) -> float:
        """The same for days of work."""
        return sum(self.days[: quarter + 1]) if self.is_carried else self.days[quarter]


@dataclass(frozen=True, slots=True)
class Problem:
    """All that the optimiser is given. `points`: finding → what it weighs while it is open."""

    candidates: tuple[Candidate, ...]
    points: Mapping[str, float]
    means: Means
    estimate: Estimate = Estimate.MID
    discount: float = DISCOUNT

    def weights(self) -> list[float]:
        """What a point that is removed in force at the end of each quarter is worth."""
        return [self.discount**t for t in range(self.means.quarters)]


@dataclass(frozen=True, slots=True)
class Cost:
    """The counted costs of one action."""

    days: float
    euros: float
    per_quarter: float  # of the yearly cost, from the quarter in which it is done


def cost_of(candidate: Candidate, estimate: Estimate) -> Cost:
    """The costs of an action at a point of its ranges."""
    return Cost(
        candidate.days.at(estimate),
        candidate.euros.at(estimate),
        candidate.euros_per_year.at(estimate) / 4,
    )


def checked(problem: Problem) -> Problem:
    """The problem, if it holds together. Raises Impossible: two actions with one id, an unknown prerequisite, a cycle
    of prerequisites (with the titles), quarters that do not match, a figure that is negative."""
    known = {candidate.id: candidate for candidate in problem.candidates}
    if len(known) != len(problem.candidates):
        raise Impossible("Deux actions portent le même identifiant.")
    means = problem.means
    if not means.euros or len(means.euros) != len(means.days):
        raise Impossible("Le budget en euros et celui en jours n’ont pas les mêmes trimestres.")
    ranges = [r for c in problem.candidates for r in (c.days, c.euros, c.euros_per_year)]
    if min((*means.euros, *means.days, *(r.low for r in ranges)), default=0) < 0:
        raise Impossible("Un montant ou un nombre de jours est négatif.")
    if any(r.high < r.low for r in ranges):
        raise Impossible("Une fourchette de coût finit avant de commencer.")
    for candidate in problem.candidates:
        if candidate.due is not None and candidate.due < 0:
            raise Impossible(f"La date impérative de « {candidate.title} » est déjà passée.")
        if unknown := [r for r in candidate.requires if r not in known]:
            raise Impossible(f"« {candidate.title} » attend une action inconnue : {unknown[0]}.")
    ordered(problem.candidates)
    return problem


def ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The actions, each after those that it requires. Raises Impossible with the titles of a cycle."""
    known = {candidate.id: candidate for candidate in candidates}
    done: dict[str, Candidate] = {}
    trail: dict[str, None] = {}
    for start in candidates:
        waiting = [(start, iter(start.requires))] if start.id not in done else []
        trail = dict.fromkeys(c.id for c, _ in waiting)
        while waiting:
            candidate, left = waiting[-1]
            following = next(left, None)
            if following is None:
                waiting.pop()
                trail.pop(candidate.id, None)
                done[candidate.id] = candidate
            elif following in trail:
                names = [known[i].title for i in [*trail][[*trail].index(following) :]]
                raise Impossible(
                    "Ces actions s’attendent l’une l’autre, aucune ne pourrait commencer : "
                    + " → ".join(f"« {name} »" for name in [*names, names[0]])
                    + "."
                )
            elif following not in done:
                trail[following] = None
                waiting.append((known[following], iter(known[following].requires)))
    return list(done.values())


def before(candidates: Iterable[Candidate]) -> dict[str, frozenset[str]]:
    """Of each action, all that must be done before it, near or far."""
    found: dict[str, frozenset[str]] = {}
    for candidate in ordered(list(candidates)):
        near = frozenset(candidate.requires)
        found[candidate.id] = near.union(*(found[r] for r in near))
    return found
