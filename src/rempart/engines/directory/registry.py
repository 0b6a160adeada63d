"""The checks of the directory audit: a function and a content file with the same id.

A check receives a `Context` and yields `Hit`s: one per object at fault and per failing point. Nothing yielded
means that what was measured is good. What could not be measured is said with `Unmeasured` (one point) or by
raising `NotMeasured` (the whole check); facts that the sources lack are handled before the check is called.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Directory, Fact


class Hit(msgspec.Struct, frozen=True, gc=False):
    """An object at fault. `level` None: at every point of the check. `detail` is French, shown beside the object."""

    row: int
    detail: str = ""
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """One point that could not be judged, and why (French)."""

    reason: str
    level: int | None = None


Findings = Iterable[Hit | Unmeasured]


class NotMeasured(Exception):
    """The whole check could not be judged; the message (French) says why."""


class NotApplicable(Exception):
    """The check has no object in this directory (no RODC, no trust); the message (French) says so."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may look at. `today` is Unix seconds (UTC); `points` maps level → params from content.

    `tolerated` receives the offences that a rule of the list sets aside: they are shown, and do not count.
    """

    directory: Directory
    groups: Groups
    today: int
    points: Mapping[int, Mapping[str, Any]]
    tolerated: list[Hit] = field(default_factory=list)

    def param(self, name: str, level: int | None = None) -> Any:
        """A figure of the content file: of one level, or of the first point that states it.

        Raises KeyError when no point has it: a content fault that `rempart content check` reports.
        """
        if level is not None:
            return self.points[level][name]
        for params in self.points.values():
            if name in params:
                return params[name]
        raise KeyError(name)

    def days_since(self, instant: int) -> int:
        """Whole days between an instant (Unix seconds) and the day of the audit."""
        return (self.today - instant) // 86400


CheckFunction = Callable[[Context], Iterable[Hit | Unmeasured]]


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check: every fact of `needs` must be known, else it is not called."""

    id: str
    function: CheckFunction
    needs: frozenset[Fact]


CHECKS: dict[str, Check] = {}


def check(identifier: str, *needs: Fact) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as the check `identifier`. Raises ValueError when the id is taken."""

    def register(function: CheckFunction) -> CheckFunction:
        if identifier in CHECKS:
            raise ValueError(f"two checks are called {identifier}")
        CHECKS[identifier] = Check(identifier, function, frozenset(needs))
        return function

    return register
