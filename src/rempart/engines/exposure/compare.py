"""Two reports of one perimeter: what is new, mended, still there, and what nobody could measure again.

What failed before is mended only when it was measured again and is good, or when its port is known to be closed.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from rempart.content.exposure import Theme
from rempart.engines.exposure.report import HIDDEN, EndpointLine, ExposureReport, Finding
from rempart.engines.exposure.seen.common import Endpoint
from rempart.kernel.errors import UnreadableSource

SCHEMA: Final = "rempart/exposure-comparison/1"


class Change(Struct, frozen=True):
    """What became of one finding. `state`: new, still, mended, or unmeasured (« plus évalué »); `reason` is French."""

    state: str
    finding: Finding
    reason: str = ""
    was_severity: str = ""  # of the earlier report, when it differs


class Door(Struct, frozen=True):
    """An endpoint that opened or closed. `state`: opened (it was known to be closed), appeared (nobody had looked, or
    nobody had answered), closed (nothing listens any more), silent (nobody can tell)."""

    state: str
    line: EndpointLine


class ExposureComparison(Struct, frozen=True):
    """What became of a perimeter from one report to the next, the earlier being `old`."""

    perimeter: str
    old_on: str
    new_on: str
    old_value: float
    new_value: float
    old_grade: str
    new_grade: str
    changes: list[Change]
    doors: list[Door]
    schema: str = SCHEMA
    old_at: str = ""  # when the sweep began, ISO 8601, UTC
    new_at: str = ""

    def count(self, state: str) -> int:
        """How many findings are in this state."""
        return sum(change.state == state for change in self.changes)


def compare(old: ExposureReport, new: ExposureReport) -> ExposureComparison:
    """What became of each finding and of each endpoint, in the order of the reports.

    Raises UnreadableSource when the reports are of two perimeters that have nothing in common.
    """
    if not _same(old, new):
        raise UnreadableSource(
            f"Ces rapports ne portent pas sur le même périmètre : {old.perimeter} et {new.perimeter}.",
            expected="Deux rapports d’un même périmètre, le plus ancien d’abord.",
            todo="Vérifiez les fichiers donnés.",
        )
    return ExposureComparison(
        perimeter=new.perimeter,
        old_on=old.audited_on,
        new_on=new.audited_on,
        old_value=old.score.value,
        new_value=new.score.value,
        old_grade=old.score.grade,
        new_grade=new.score.grade,
        changes=list(_changes(old, new)),
        doors=list(_doors(old, new)),
        old_at=old.started_at,
        new_at=new.started_at,
    )


def _same(old: ExposureReport, new: ExposureReport) -> bool:
    if old.finess and new.finess:
        return old.finess == new.finess
    if old.perimeter == new.perimeter:
        return True
    return bool(_targets(old) & _targets(new))


def _targets(report: ExposureReport) -> set[str]:
    return {*report.zones, *(line.target for line in report.endpoints)}


def _changes(old: ExposureReport, new: ExposureReport) -> Iterable[Change]:
    before = {finding.key: finding for finding in old.findings}
    now = {finding.key for finding in new.findings}
    for finding in new.findings:
        then = before.get(finding.key)
        if then is None:
            yield Change("new", finding)
        else:
            changed = then.severity if then.severity != finding.severity else ""
            yield Change("still", finding, was_severity=changed)
    gone = _Gone(old, new)
    for finding in old.findings:
        if finding.key not in now:
            state, reason = gone.why(finding)
            yield Change(state, finding, reason)


class _Gone:
    """Why a finding is no longer there: what each check cleared, what is closed, what was not measured."""

    def __init__(self, old: ExposureReport, report: ExposureReport) -> None:
        self._addresses: dict[str, set[str]] = {}
        for line in old.endpoints:
            self._addresses.setdefault(line.target, set()).add(line.address)
        self._alive = {line.address: line.port for line in reversed(report.endpoints)}
        self._cleared = {check.id: frozenset(check.cleared) for check in report.checks}
        self._closed = frozenset(report.closed)
        self._targets = frozenset(line.target for line in report.endpoints)
        self._gaps = {(gap.check, gap.target): gap.reason for gap in report.gaps}

    def why(self, finding: Finding) -> tuple[str, str]:
        """The state and its reason."""
        if finding.check not in self._cleared:
            return "unmeasured", "Ce contrôle n’existe plus dans ce catalogue."
        if finding.target in self._cleared[finding.check]:
            return "mended", "Mesuré de nouveau : le constat n’y est plus."
        if reason := self._gaps.get((finding.check, finding.target)):
            return "unmeasured", reason
        if finding.target in self._closed:
            return "mended", "Plus rien n’écoute sur ce port."
        if finding.theme == Theme.HOLE and finding.target in self._targets:
            return "unmeasured", HIDDEN
        alive = sorted(self._alive.keys() & self._addresses.get(finding.target, set()))
        if not alive:
            return "unmeasured", "Cette cible n’a pas été vue par ce balayage."
        # A sweep makes enough noise to be shut out of one port: a retest is quiet, and gives the proof.
        return "unmeasured", (
            f"Ce port ne répond plus, alors que la machine répond sur le port {self._alive[alive[0]]}. S’il est filtré, "
            "regardez de nouveau ce constat : il sera refermé avec sa preuve."
        )


def _doors(old: ExposureReport, new: ExposureReport) -> Iterable[Door]:
    was_closed, is_closed = set(old.closed), set(new.closed)
    before, after = _Lines(old), _Lines(new)
    for line in after.lines:
        if line in before:
            continue
        # Another tool may have looked long ago: that tells of no opening since the earlier sweep.
        is_older = "" < line.seen_at < old.started_at
        if line.target not in was_closed:
            yield Door("appeared", msgspec.structs.replace(line, seen_at="") if is_older else line)
        elif not is_older:
            yield Door("opened", line)
    for line in before.lines:
        if line not in after:
            yield Door("closed" if line.target in is_closed else "silent", line)


class _Lines:
    """The endpoints of a report, each once: a line of an address alone is also that of any name at its place."""

    def __init__(self, report: ExposureReport) -> None:
        named = {_place(line) for line in report.endpoints if not _is_bare(line)}
        self.lines = [x for x in report.endpoints if not _is_bare(x) or _place(x) not in named]
        self._known = {(line.target, line.address) for line in self.lines}
        self._places = {_place(line) for line in self.lines}
        self._bare = {_place(line) for line in self.lines if _is_bare(line)}

    def __contains__(self, line: EndpointLine) -> bool:
        if (line.target, line.address) in self._known:
            return True
        return _place(line) in (self._places if _is_bare(line) else self._bare)


def _place(line: EndpointLine) -> tuple[str, int]:
    return line.address, line.port


def _is_bare(line: EndpointLine) -> bool:
    return line.target == Endpoint(line.address, line.port).label
