"""The checks of the exposure audit: a function and a content file with the same id.

A check takes one observation of the kind that it was registered for, and says one or several verdicts on it.
A probe that did not get an answer never reaches the check: its verdict is « not measured », with the probe's
reason, or « not applicable » where nothing listens.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from msgspec import Struct

from rempart.engines.exposure.seen.common import Reach, Seen
from rempart.kernel.outcome import Outcome


class Confidence(StrEnum):
    """How sure a finding is. Only the first two are raised by known exploitation."""

    CONFIRMED = "confirmed"  # behaviour, or a fingerprint that only one build has
    PROBABLE = "probable"  # the version that the vendor itself announces
    POSSIBLE = "possible"  # the banner of a distribution, which mends without changing its number


class Verdict(Struct, frozen=True, gc=False):
    """What a check says of one target. `detail` and `reason` are French; `evidence` is what was seen, verbatim, short.

    `target` empty means the observation's own. `severity` empty means the content's. `product` chooses the fix.
    `is_blind` says of one that is not a finding that it mends none: what was there before may be there unseen.
    """

    outcome: Outcome
    detail: str = ""
    evidence: str = ""
    target: str = ""
    severity: str = ""
    confidence: Confidence = Confidence.CONFIRMED
    product: str = ""
    cves: tuple[str, ...] = ()
    data_as_of: str = ""  # day of the data that it rests on, for known holes and ends of life
    is_blind: bool = False
    is_outside: bool = False  # not looked at because the perimeter does not allow it


def failed(detail: str, evidence: str = "", **more: Any) -> Verdict:
    """A finding."""
    return Verdict(Outcome.FAILED, detail, evidence, **more)


def passed(evidence: str = "", **more: Any) -> Verdict:
    """Looked at, and good."""
    return Verdict(Outcome.PASSED, evidence=evidence, **more)


def unmeasured(reason: str, **more: Any) -> Verdict:
    """Could not be judged, and why (French)."""
    return Verdict(Outcome.NOT_MEASURED, reason, **more)


def not_applicable(reason: str, **more: Any) -> Verdict:
    """Has no sense for this target, and why (French)."""
    return Verdict(Outcome.NOT_APPLICABLE, reason, **more)


class Dated(StrEnum):
    """What a verdict on dates rests on."""

    DAY = "day"  # the day of the judgement, `Context.today`
    SWEEP = "sweep"  # the clock of the machine that swept, when it did


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may look at beside the observation: figures of its content file, the day, known holes.

    `clock_faults` says (French) why a date cannot be relied on: the clock of the sweep was wrong.
    """

    params: Mapping[str, Any]
    today: date
    holes: Any = None  # engines.exposure.feeds.bundle.Bundle, or None without a bundle
    perimeter_names: frozenset[str] = field(default_factory=frozenset)
    clock_faults: Mapping[Dated, str] = field(default_factory=dict)


S = TypeVar("S", bound=Seen)
CheckFunction = Callable[[Any, Context], Iterable[Verdict]]


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check. `reaches` are those for which the function is called."""

    id: str
    kind: type[Seen]
    function: CheckFunction
    reaches: frozenset[Reach]
    also: tuple[
        type[Seen], ...
    ] = ()  # other kinds that say the same thing: a product may be told by several
    dated: Dated | None = None

    @property
    def kinds(self) -> tuple[type[Seen], ...]:
        """Every kind that the function takes."""
        return (self.kind, *self.also)


CHECKS: dict[str, Check] = {}


def check(
    identifier: str,
    kind: type[S],
    *,
    reaches: Iterable[Reach] = (Reach.ANSWERED,),
    also: Iterable[type[Seen]] = (),
    unless: Callable[[S], Verdict | None] | None = None,
    dated: Dated | None = None,
) -> Callable[
    [Callable[[S, Context], Iterable[Verdict]]], Callable[[S, Context], Iterable[Verdict]]
]:
    """Register a function as the check `identifier` of one kind of observation (and of `also`).

    `unless` gives the verdict of an observation that the check has nothing to judge in, which is then its only one.
    `dated` says that all its verdicts rest on a date: none is given when that date is not to be believed.
    Raises ValueError when the id is taken.
    """

    def register(
        function: Callable[[S, Context], Iterable[Verdict]],
    ) -> Callable[[S, Context], Iterable[Verdict]]:
        if identifier in CHECKS:
            raise ValueError(f"two checks are called {identifier}")
        judge = function if dated is None else _believed(function, dated)
        judge = judge if unless is None else _guarded(judge, unless)
        CHECKS[identifier] = Check(identifier, kind, judge, frozenset(reaches), tuple(also), dated)
        return judge

    return register


def _guarded(
    function: Callable[[S, Context], Iterable[Verdict]], unless: Callable[[S], Verdict | None]
) -> Callable[[S, Context], Iterable[Verdict]]:
    @wraps(function)
    def judge(seen: S, context: Context) -> Iterable[Verdict]:
        verdict = unless(seen)
        return function(seen, context) if verdict is None else (verdict,)

    return judge


def _believed(
    function: Callable[[S, Context], Iterable[Verdict]], dated: Dated
) -> Callable[[S, Context], Iterable[Verdict]]:
    @wraps(function)
    def judge(seen: S, context: Context) -> Iterable[Verdict]:
        verdicts = function(seen, context)
        if reason := context.clock_faults.get(dated):
            return [
                v if v.outcome is Outcome.NOT_MEASURED else unmeasured(reason, target=v.target)
                for v in verdicts
            ]
        return verdicts

    return judge
