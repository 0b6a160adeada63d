"""What the page of an audit keeps of its report: every figure, and lists short enough to be read."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from rempart.engines.exposure.compare import Change as FindingChange, Door, compare
from rempart.engines.exposure.report import ExposureReport, Gap, Score
from rempart.engines.exposure.seen.claims import OURS
from rempart.render.exposure.view import disagreements
from rempart.render.outputs import encoded

GAP_GROUPS: Final = 40
GAP_TARGETS: Final = 20
NEXT_KEYS: Final = 60
CHANGES_SHOWN: Final = 30
OUTSIDE_SHOWN: Final = 50
VOICES_SHOWN: Final = 50


class GapGroup(msgspec.Struct, frozen=True):
    """What could not be judged for one reason: how many times, by which checks, and the first of the targets."""

    reason: str
    count: int
    checks: int
    targets: list[str]


class Since(msgspec.Struct, frozen=True):
    """What new looks have mended since a sweep: how many of its findings, the critical ones that are left, and the
    score of what remains; None when the report was judged by other rules."""

    mended: int
    critical_open: int
    score: Score | None


class Voice(msgspec.Struct, frozen=True):
    """A disagreement: what we say of a target, and what another tool says of it."""

    target: str
    title: str
    ours: str
    tool: str
    rule: str
    says: str


class Joined(msgspec.Struct, frozen=True):
    """What other tools say in a report: what was read of their files, a line each; how many findings they saw too, how
    many they alone saw, and in how many places they say the contrary, of which the first are shown."""

    told: list[str]
    agreed: int
    alone: int
    disputed: int
    voices: list[Voice]


class Page(msgspec.Struct, frozen=True):
    """A report without its long lists, its gaps by reason, what was mended since, and what other tools say."""

    report: ExposureReport
    gap_groups: list[GapGroup]
    since: Since | None = None
    joined: Joined | None = None


def page_of(report: ExposureReport, told: Sequence[str] = ()) -> bytes:
    """The page of a report, encoded. `told` says what was read of the files that were joined here."""
    grades = [replace(grade, keys=grade.keys[:NEXT_KEYS]) for grade in report.score.next_grades]
    short = replace(
        report,
        score=replace(report.score, next_grades=grades),
        checks=[replace(check, cleared=[]) for check in report.checks],
        findings=[],
        gaps=[],
        endpoints=[],
        zones=[],
        closed=[],
        disputes=[],
        notes=[note for note in report.notes if note not in set(told)],
        outside=report.outside[:OUTSIDE_SHOWN],
    )
    return encoded(Page(short, gap_groups(report.gaps), joined=joined_of(report, told)))


def joined_of(report: ExposureReport, told: Sequence[str]) -> Joined | None:
    """What other tools say in a report; None when no other tool speaks in it."""
    others = [finding for finding in report.findings if set(finding.sources) - {OURS}]
    contrary = disagreements(report)
    if not (told or others or contrary or report.outside):
        return None
    alone = sum(OURS not in finding.sources for finding in others)
    voices = [
        Voice(d.target, d.title, d.ours, d.claim.tool, d.claim.rule, d.claim.says) for d in contrary
    ]
    return Joined([*told], len(others) - alone, alone, len(voices), voices[:VOICES_SHOWN])


def read_page(data: bytes) -> Page:
    """A page, decoded."""
    return msgspec.json.decode(data, type=Page)


def page_with(data: bytes, since: Since | None) -> bytes:
    """A page that says what was mended since its sweep, encoded."""
    return msgspec.json.encode(replace(read_page(data), since=since))


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
    """One thing that is not as it was: a finding (new, mended, unmeasured) or a door (opened, appeared, closed, silent)."""

    kind: str
    target: str
    title: str
    severity: str = ""
    at: str = ""  # ISO 8601, when it was seen
    reason: str = ""


class Changes(msgspec.Struct, frozen=True):
    """What changed between two audits: the first of each kind, and how many there are in all."""

    counts: dict[str, int]
    changes: list[Change]


def changes_between(old: ExposureReport, new: ExposureReport) -> bytes:
    """What changed, encoded with bounded lists. Both reports are of one establishment, whatever their names say."""
    found = compare(replace(old, perimeter=new.perimeter, finess=new.finess), new)
    every = [_door(door, new) for door in found.doors]
    every += [_finding(change, new) for change in found.changes if change.state != "still"]
    counts: dict[str, int] = {}
    shown = []
    for change in every:
        counts[change.kind] = counts.get(change.kind, 0) + 1
        if counts[change.kind] <= CHANGES_SHOWN:
            shown.append(change)
    return encoded(Changes(counts, shown))


def _door(door: Door, new: ExposureReport) -> Change:
    line = door.line
    # What another tool saw before has no hour here: that of this sweep, which did not see it, would be made up.
    at = line.seen_at if door.state in ("opened", "appeared") else new.ended_at
    return Change(door.state, line.target, line.service, at=at)


def _finding(change: FindingChange, new: ExposureReport) -> Change:
    found = change.finding
    at = (found.seen_at if change.state == "new" else "") or new.ended_at
    return Change(change.state, found.target, found.title, found.severity, at, change.reason)


def read_changes(data: bytes | None) -> Changes | None:
    """What changed, decoded."""
    return msgspec.json.decode(data, type=Changes) if data else None
