"""What the page of an audit keeps of its report: every figure, and lists short enough to be read."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from rempart.engines.exposure.report import ExposureReport, Finding, Gap

GAP_GROUPS: Final = 40
GAP_TARGETS: Final = 20
NEXT_KEYS: Final = 60
CHANGES_SHOWN: Final = 30


class GapGroup(msgspec.Struct, frozen=True):
    """What could not be judged for one reason: how many times, by which checks, and the first of the targets."""

    reason: str
    count: int
    checks: int
    targets: list[str]


class Page(msgspec.Struct, frozen=True):
    """A report without its long lists, and its gaps by reason."""

    report: ExposureReport
    gap_groups: list[GapGroup]


def page_of(report: ExposureReport) -> bytes:
    """The page of a report, encoded."""
    grades = [replace(grade, keys=grade.keys[:NEXT_KEYS]) for grade in report.score.next_grades]
    short = replace(
        report,
        score=replace(report.score, next_grades=grades),
        checks=[replace(check, cleared=[]) for check in report.checks],
        findings=[],
        gaps=[],
        endpoints=[],
    )
    return msgspec.json.encode(Page(short, gap_groups(report.gaps)))


def read_page(data: bytes) -> Page:
    """A page, decoded."""
    return msgspec.json.decode(data, type=Page)


def gap_groups(gaps: Sequence[Gap]) -> list[GapGroup]:
    """The gaps by reason, the most frequent first."""
    by_reason: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_reason.setdefault(gap.reason, []).append(gap)
    groups = [
        GapGroup(
            reason,
            len(found),
            len({gap.check for gap in found}),
            sorted({gap.target for gap in found})[:GAP_TARGETS],
        )
        for reason, found in by_reason.items()
    ]
    return sorted(groups, key=lambda group: (-group.count, group.reason))[:GAP_GROUPS]


class Change(msgspec.Struct, frozen=True):
    """One thing that is not as it was: `kind` is opened, closed, new, mended or lost (not measured again)."""

    kind: str
    target: str
    title: str
    severity: str = ""
    at: str = ""  # ISO 8601, when it was seen


class Changes(msgspec.Struct, frozen=True):
    """What changed between two audits: the first of each kind, and how many there are in all."""

    counts: dict[str, int]
    changes: list[Change]


def changes_between(old: ExposureReport, new: ExposureReport) -> bytes:
    """What changed, encoded with bounded lists."""
    every = [*_endpoints(old, new), *_findings(old, new)]
    counts: dict[str, int] = {}
    shown = []
    for change in every:
        counts[change.kind] = counts.get(change.kind, 0) + 1
        if counts[change.kind] <= CHANGES_SHOWN:
            shown.append(change)
    return msgspec.json.encode(Changes(counts, shown))


def _endpoints(old: ExposureReport, new: ExposureReport) -> list[Change]:
    before = {line.target: line for line in old.endpoints}
    after = {line.target: line for line in new.endpoints}
    opened = [
        Change("opened", target, after[target].service, at=new.ended_at)
        for target in sorted(after.keys() - before.keys())
    ]
    # Silence is not a closed door: only what a check cleared is known to answer no more.
    cleared = {target for check in new.checks for target in check.cleared}
    closed = [
        Change("closed", target, before[target].service, at=new.ended_at)
        for target in sorted((before.keys() - after.keys()) & cleared)
    ]
    return opened + closed


def _findings(old: ExposureReport, new: ExposureReport) -> list[Change]:
    before = {(f.check, f.target): f for f in old.findings}
    after = {(f.check, f.target): f for f in new.findings}
    cleared = {(check.id, target) for check in new.checks for target in check.cleared}
    found = [
        _change("new", f, f.seen_at or new.ended_at) for k, f in after.items() if k not in before
    ]
    for key, finding in before.items():
        if key not in after:
            kind = "mended" if key in cleared else "lost"
            found.append(_change(kind, finding, new.ended_at))
    return found


def _change(kind: str, finding: Finding, at: str) -> Change:
    return Change(kind, finding.target, finding.title, finding.severity, at)


def read_changes(data: bytes | None) -> Changes | None:
    """What changed, decoded."""
    return msgspec.json.decode(data, type=Changes) if data else None
