"""From a file to a report, and from a report to figures, findings and proposals. No database, no clock."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from rempart.content.severity import RANKS, Severity
from rempart.engines.exposure.report import SCHEMA, ExposureReport, Finding, FixText, contradiction
from rempart.engines.exposure.snapshot_file import MAGIC
from rempart.kernel.errors import UnreadableSource
from rempart.render.french import counted
from rempart.render.text import name, visible
from rempart.web.apps.remediation.following import Mends, Proposal
from rempart.web.apps.remediation.recording import Observation
from rempart.web.apps.remediation.rules import Look
from rempart.web.core import reports

KIND: Final = "exposure"
SUBJECT: Final = "internet"
LONGEST_FILE: Final = 256 << 20
LONGEST_HEAD: Final = 1 << 16
MOST_FINDINGS: Final = 100_000
MOST_MINUTES: Final = 40 * 210
MOST_MENDED: Final = 400
LONGEST_KEY: Final = 190
LONGEST_TITLE: Final = 300
"""What the plan keeps of a title; PostgreSQL refuses more."""

_MARK: Final = b"rempart/exposure-report/"
_SNAPSHOT_MARK: Final = b"rempart/exposure-snapshot/"
_GZIP: Final = b"\x1f\x8b"
ACCEPTED: Final = "Le report.json que « rempart audit exposure » a écrit, son relevé (snapshot), ou le rapport d’un autre outil."


class Kind(StrEnum):
    """What a file is."""

    REPORT = "report"
    SNAPSHOT = "snapshot"
    OTHER_TOOL = "other_tool"
    UNKNOWN = "unknown"


def kind_of(path: Path) -> Kind:
    """What a file is, from what it contains; a table that no tool defined is unknown."""
    # The readers of a dozen tools: the process of the pages must not carry them.
    from rempart.engines.exposure.read.imports import tool_of  # noqa: PLC0415

    with path.open("rb") as file:
        head, tail = reports.edges_of(file)
        file.seek(0)
        begin = _inflated(file.read(LONGEST_HEAD))
    if _MARK in head or _MARK in tail:
        return Kind.REPORT
    if _SNAPSHOT_MARK in head or _SNAPSHOT_MARK in tail:
        return Kind.SNAPSHOT
    if begin.startswith(MAGIC):
        return Kind.SNAPSHOT
    return Kind.OTHER_TOOL if tool_of(begin) else Kind.UNKNOWN


def _inflated(begin: bytes) -> bytes:
    """The beginning of what a gzip holds, whole or cut; of another file, its beginning."""
    if not begin.startswith(_GZIP):
        return begin
    try:
        return zlib.decompressobj(wbits=31).decompress(begin, LONGEST_HEAD)
    except zlib.error:
        return b""


@contextmanager
def called(path: Path, name: str) -> Iterator[None]:
    """Have what is refused called by the name that it was given: where it is on this server is nobody's to know."""
    try:
        yield
    except UnreadableSource as fault:
        found, expected, todo = (
            text.replace(str(path), name).replace(path.name, name)
            for text in (fault.found, fault.expected, fault.todo)
        )
        raise UnreadableSource(found, expected=expected, todo=todo) from fault


def read_report(path: Path, now: datetime) -> ExposureReport:
    """A report that was made elsewhere. Raises UnreadableSource when it is not whole, of another version, or to come."""
    report = reports.read(
        path,
        ExposureReport,
        SCHEMA,
        longest=LONGEST_FILE,
        expected=ACCEPTED,
        instead="le relevé lui-même",
    )
    _check(report, now)
    return report


def _check(report: ExposureReport, now: datetime) -> None:
    score = report.score
    if not 0 <= score.low <= score.value <= 100:
        raise UnreadableSource(
            f"Ce rapport annonce un score impossible ({score.low} à {score.value}).",
            todo="Le fichier a été modifié ou abîmé : déposez l’original.",
        )
    if found := contradiction(report):
        raise UnreadableSource(found, todo="Déposez l’original.")
    check_length(report)
    unknown = {f.severity for f in report.findings} - set(RANKS)
    if unknown:
        raise UnreadableSource(f"Gravité inconnue dans ce rapport : {name(min(unknown))}.")
    if swept_at(report) > now or _day(report) > now.date():
        raise UnreadableSource(
            f"Ce rapport porte une date à venir ({swept_at(report).date().isoformat()}).",
            todo="Vérifiez l’horloge de la machine qui a fait le balayage, puis recommencez.",
        )


def check_length(report: ExposureReport) -> None:
    """Raise UnreadableSource when there are more findings than a person could ever look at."""
    if len(report.findings) > MOST_FINDINGS:
        raise UnreadableSource(
            f"Ce rapport a {counted(len(report.findings), 'constat')}.",
            expected=f"Au plus {MOST_FINDINGS} constats.",
        )


def _day(report: ExposureReport) -> date:
    try:
        return date.fromisoformat(report.audited_on)
    except ValueError as fault:
        raise UnreadableSource(
            "Ce rapport ne dit pas de quel jour est son audit.", todo="Refaites l’audit."
        ) from fault


def swept_at(report: ExposureReport) -> datetime:
    """When the sweep ended. Raises UnreadableSource."""
    try:
        found = datetime.fromisoformat(report.ended_at)
    except ValueError as fault:
        raise UnreadableSource(
            "Ce rapport ne dit pas de quand est son balayage.", todo="Refaites l’audit."
        ) from fault
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def key_of(check: str, target: str) -> str:
    """How the plan names one check on one target; the same from one sweep to the next, whatever their length."""
    key = f"{name(check, 100)}@{name(target, 250)}"
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    return f"{key[:160]}#{digest[:24]}"


def observations(report: ExposureReport, known: Collection[str]) -> list[Observation]:
    """What the audit says of each of its findings, and of those `known` that it cleared.

    A known finding that is neither failed nor cleared was not measured again: nothing is said of it, and it stays.
    What is cleared is what was measured and is good, or where nothing listens any more (`report.is_cleared`).
    """
    found = {key_of(f.check, f.target): seen(f) for f in report.findings}
    known = set(known)
    cleared = {key_of(check.id, target) for check in report.checks for target in check.cleared}
    gaps = {key_of(gap.check, gap.target) for gap in report.gaps}
    absent = ((cleared & known) | _closed(report, known)) - found.keys() - gaps
    blind = (gaps & known) - found.keys()
    return [
        *(found[key] for key in sorted(found)),
        *(Observation(key, Look.ABSENT) for key in sorted(absent)),
        *(Observation(key, Look.NOT_MEASURED) for key in sorted(blind)),
    ]


def _closed(report: ExposureReport, known: Collection[str]) -> set[str]:
    """Of the known findings, those of ports where nothing listens any more, whatever their check.

    A hundred checks times the closed ports of a region are a hundred million keys: each known one is looked up instead.
    """
    checks = {name(check.id, 100) for check in report.checks}
    targets = {name(target, 250) for target in report.closed}
    found = {key for key in known if any(c in checks and t in targets for c, t in _halves(key))}
    most = LONGEST_KEY - 1 - max(map(len, checks), default=0)
    shortened = [target for target in targets if len(target) > most]
    found.update(key_of(check.id, target) for check in report.checks for target in shortened)
    return found & set(known)


def _halves(key: str) -> Iterator[tuple[str, str]]:
    """The check and the target that a key may join: one pair, unless a name holds the mark too."""
    at = key.find("@")
    while at >= 0:
        yield key[:at], key[at + 1 :]
        at = key.find("@", at + 1)


def seen(finding: Finding) -> Observation:
    """A finding as the plan takes it."""
    why = [visible(part).strip() for part in (finding.detail, finding.why) if part.strip()]
    return Observation(
        key_of(finding.check, finding.target),
        Look.SEEN,
        title=title_of(finding),
        severity=finding.severity,
        detail="\n\n".join(why)[:4000],
        objects_count=1,
        # What may have been mended by a distribution without a new number weighs less.
        weight=0.5 if finding.confidence == "possible" else 1.0,
    )


def title_of(finding: Finding) -> str:
    """« Le port 3389 répond : bureau.chu.example:3389 »."""
    return name(f"{finding.title.strip().rstrip('.')} : {finding.target}", 270)[:LONGEST_TITLE]


def proposals(report: ExposureReport) -> list[Proposal]:
    """One action for each way of mending, whatever the findings that it mends; the worst first."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.severity != Severity.INFO:
            groups.setdefault(_way(finding), []).append(finding)
    ordered = sorted(groups.items(), key=lambda item: (_rank(item[1]), item[0]))
    return [_proposal(way, found) for way, found in ordered]


def _rank(found: Iterable[Finding]) -> tuple[int, bool]:
    found = list(found)
    return min(RANKS[f.severity] for f in found), not any(f.is_exploited for f in found)


def _way(finding: Finding) -> str:
    """What tells one way of mending from another: the text of the fix; without one, the check."""
    if finding.fix is None:
        return f"check/{name(finding.check, 100)}"
    said = f"{finding.fix.product}\n{finding.fix.steps}\n{finding.fix.commands}"
    return f"fix/{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _proposal(way: str, found: list[Finding]) -> Proposal:
    first = min(found, key=lambda f: (RANKS[f.severity], f.key))
    checks = {f.check for f in found}
    each = first.fix.minutes if first.fix else 30
    targets = sorted({f.target for f in found})
    return Proposal(
        origin=way,
        title=_proposal_title(first, len(checks), targets),
        how=how(first.fix, targets),
        minutes=min(each * len(targets), MOST_MINUTES),
        mends=tuple(Mends(key_of(f.check, f.target)) for f in found[:MOST_MENDED]),
    )


def _proposal_title(first: Finding, checks: int, targets: list[str]) -> str:
    where = targets[0] if len(targets) == 1 else counted(len(targets), "cible")
    more = f" (et {counted(checks - 1, 'autre point', 'autres points')})" if checks > 1 else ""
    title = name(first.title.strip().rstrip("."), 140)
    return f"Corriger sur {name(where, 80)} : {title}{more}"[:LONGEST_TITLE]


def how(fix: FixText | None, targets: Collection[str] = ()) -> str:
    """How it is mended and undone, as text."""
    if fix is None:
        return ""
    parts = [
        ("", fix.steps),
        ("Commandes :\n", fix.commands),
        ("Retour arrière : ", fix.rollback),
        ("Effet sur le service : ", fix.service_effect),
        ("Sur : ", ", ".join(sorted(targets)[:50])),
    ]
    return "\n\n".join(f"{words}{visible(text).strip()}" for words, text in parts if text.strip())[
        :8000
    ]


def critical_open(report: ExposureReport) -> int:
    """Critical findings that are sure or likely; what is only possible is not counted."""
    return sum(map(_is_critical, report.findings))


def critical_keys(report: ExposureReport) -> set[str]:
    """The same findings, as the plan names them."""
    return {key_of(f.check, f.target) for f in report.findings if _is_critical(f)}


def _is_critical(finding: Finding) -> bool:
    return finding.severity == Severity.CRITICAL and finding.confidence != "possible"
