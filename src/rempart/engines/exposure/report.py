"""The report of an exposure audit: what is rendered, compared and sent to the platform.

The JSON schema (`schemas/exposure-report-1.json`) is generated from these structs and committed; a change that
is not an addition takes a new version number. Every list is sorted, so that the same snapshot gives the same bytes.
"""

from datetime import date
from typing import Final

from msgspec import Struct

from rempart.kernel.outcome import Outcome

SCHEMA: Final = "rempart/exposure-report/1"
HIDDEN: Final = "Aucun produit ne se reconnaît plus ici : une version que l’on masque n’est pas une version corrigée."
"""Why a hole is not mended by a product that no longer tells its name."""


class Reference(Struct, frozen=True, gc=False):
    """Where a rule comes from: document, version, anchor (« R4 »), link."""

    document: str
    version: str = ""
    anchor: str = ""
    link: str = ""


class FixText(Struct, frozen=True, gc=False):
    """How to mend it on the product that is there, French; `minutes` of an administrator."""

    product: str
    steps: str
    commands: str = ""
    rollback: str = ""
    service_effect: str = ""
    minutes: int = 30


class Claim(Struct, frozen=True, gc=False):
    """What another tool says of the same thing; `agrees` is false when it says the contrary."""

    tool: str
    rule: str
    says: str
    agrees: bool
    seen_on: str = ""
    severity: str = ""
    evidence: str = ""


class Finding(Struct, frozen=True, gc=False):
    """One check that one target fails. `key` is check + target: the same from one sweep to the next."""

    key: str
    check: str
    theme: str
    target: str
    title: str
    severity: str  # critical, high, medium, low, info
    confidence: str  # confirmed, probable, possible
    detail: str
    evidence: str = ""
    why: str = ""
    fix: FixText | None = None
    references: list[Reference] = []
    objectives: list[str] = []
    cves: list[str] = []
    is_exploited: bool = False  # on the list of holes known to be exploited
    epss: float | None = None
    product: str = ""
    data_as_of: str = ""
    seen_at: str = ""
    sources: list[str] = []  # "rempart", "nmap"…
    claims: list[Claim] = []


class Dispute(Struct, frozen=True, gc=False):
    """What another tool says is wrong and that our own measure found right: shown, and not counted. `ours` is French."""

    check: str
    target: str
    title: str
    ours: str
    claims: list[Claim]


class Outside(Struct, frozen=True):
    """A name or an address that another tool accuses and that the perimeter does not hold: shown, and never counted.

    `why` is French; `severity` the worst that was said, "" when none; `says` the first titles of `count` results.
    """

    host: str
    why: str
    targets: list[str]
    tools: list[str]
    says: list[str]
    count: int
    severity: str = ""
    is_excluded: bool = False


class Gap(Struct, frozen=True, gc=False):
    """What could not be judged, and why: never counted as good nor as bad. `reach` is how far the probe got
    (`seen.common.Reach`), "answered" when it is the check that could not conclude."""

    check: str
    target: str
    reason: str
    reach: str = ""


class CheckResult(Struct, frozen=True, gc=False):
    """One check over all its targets. `outcome`: failed when a target fails, else not_measured when one could not be
    judged, else passed, else not_applicable (with a reason).

    `cleared` names every target on which it passed or did not apply (nothing listens there any more): a finding of an
    earlier report is mended only when its target is there. Absent from both, it was not measured again: a product that
    hides is in neither.
    """

    id: str
    theme: str
    title: str
    outcome: Outcome
    severity: str
    passed: int = 0
    failed: int = 0
    not_measured: int = 0
    not_applicable: int = 0
    reason: str = ""
    cleared: list[str] = []


class ThemeScore(Struct, frozen=True):
    """The points lost in one theme, at least and at most."""

    theme: str
    lost: float
    lost_at_most: float
    findings: int
    gaps: int


class NextGrade(Struct, frozen=True):
    """What the next grade costs: the findings to mend, and their minutes in all."""

    grade: str
    keys: list[str]
    minutes: int


class Score(Struct, frozen=True):
    """0 to 100, and a grade A to F. `low` is the score if all that was not measured were bad, `value` what was seen."""

    value: float
    low: float
    grade: str
    grade_low: str
    themes: list[ThemeScore]
    next_grades: list[NextGrade]
    cap: str = ""  # why the grade is held down, French


class EndpointLine(Struct, frozen=True, gc=False):
    """What answers somewhere: the inventory."""

    target: str
    address: str
    port: int
    service: str
    product: str = ""
    version: str = ""
    tls: str = ""  # « TLS 1.2, 1.3 »
    expires_on: str = ""  # last day of the certificate, ISO
    seen_at: str = ""  # ISO 8601, UTC


class ExposureReport(Struct, frozen=True):
    """The whole report."""

    perimeter: str
    audited_on: str
    started_at: str  # ISO 8601, UTC
    ended_at: str
    tool_version: str
    catalogue_version: str
    catalogue_sha256: str
    score: Score
    checks: list[CheckResult]
    findings: list[Finding]
    gaps: list[Gap]
    endpoints: list[EndpointLine]
    zones: list[str]
    finess: str = ""
    consent: str = ""
    data_as_of: str = ""  # the oldest of the feeds used, "" without a bundle
    snapshot_sha256: str = ""
    notes: list[str] = []
    closed: list[
        str
    ] = []  # endpoints where nothing listens, « www.exemple.fr:3389 »; see `is_cleared`
    disputes: list[Dispute] = []
    sweep_tool_version: str = ""  # of the probes, when the snapshot was replayed by another version
    outside: list[Outside] = []
    pieces: int = 0  # of work that the sweep knew of when it ended, 0 when the report does not say
    pieces_stopped: int = 0  # of these, the ones that were cut short or never begun
    clock_fault: str = (
        ""  # why the clock of the sweep is not to be believed, French; "" when nothing says so
    )
    resolver: str = ""  # name server that was given to the sweep: a retest asks the same
    # The last one: who reads a file knows it from its end, however long its lists are.
    schema: str = SCHEMA


def contradiction(report: ExposureReport) -> str:
    """Why the report cannot be as it was written, French; "" when nothing in it says so. It proves no origin: who changes
    the findings and the score together is not seen."""
    if sum(theme.findings for theme in report.score.themes) != len(report.findings):
        return "Les constats de ce rapport ne sont pas ceux que sa note compte : il a été modifié, ou abîmé."
    return ""


def swept_on(report: ExposureReport) -> date:
    """The day of the sweep, which a judgement made on another day does not move: that of the audit when the sweep may have
    ended on it somewhere in the world, else that of the end (UTC). Raises ValueError on a report without a valid day."""
    said = date.fromisoformat(report.audited_on)
    ended = date.fromisoformat(report.ended_at[:10])
    return said if abs((said - ended).days) <= 1 else ended


def has_measured(report: ExposureReport) -> bool:
    """Whether anything was concluded, good or bad. Without it the score speaks of nothing, and is not to be shown."""
    return bool(report.findings) or any(check.passed for check in report.checks)


def is_partial(report: ExposureReport) -> bool:
    """Whether the sweep ended before its work did: its grade is that of what was done, and of nothing else."""
    return report.pieces_stopped > 0


def is_cleared(report: ExposureReport, check: str, target: str) -> bool:
    """Whether a finding of an earlier report is known to be gone: measured and good, or nothing listens there any more.

    False when it is still there, and when nobody could tell.
    """
    result = next((c for c in report.checks if c.id == check), None)
    if result is None or any(f.check == check and f.target == target for f in report.findings):
        return False
    return target in result.cleared or target in report.closed
