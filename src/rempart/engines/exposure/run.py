"""A whole exposure audit: a snapshot in, a report out. No clock, no network, no printing.

report = run(snapshot, catalogue=exposure_catalogue(), today=date(2026, 11, 22), tool_version="0.1.0")
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

import msgspec

from rempart.content.exposure_catalogue import ExposureCatalogue
from rempart.content.severity import SEVERITIES
from rempart.engines.exposure import checks as _checks
from rempart.engines.exposure.clock import Clock, clock_of, difference, faults_of
from rempart.engines.exposure.doors import closed_endpoints
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.inventory import inventory
from rempart.engines.exposure.judge import Judge, Judged
from rempart.engines.exposure.moments import instant
from rempart.engines.exposure.outside import set_apart
from rempart.engines.exposure.perimeter import Perimeter
from rempart.engines.exposure.reconcile import Reconciled, reconcile
from rempart.engines.exposure.registry import CHECKS, Check
from rempart.engines.exposure.report import ExposureReport, Finding, Gap, Outside
from rempart.engines.exposure.score import score
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.work import declared_names
from rempart.kernel.french import counted, grouped

__all__ = ["run"]

REGISTERED = _checks
"""Importing the checks registers them."""


def run(
    snapshot: Snapshot,
    *,
    catalogue: ExposureCatalogue,
    today: date,
    tool_version: str,
    holes: Bundle | None = None,
    claims: Sequence[ClaimSeen] = (),
    imports: Sequence[str] = (),
    perimeter: Perimeter | None = None,
    snapshot_sha256: str = "",
    checks: Mapping[str, Check] = CHECKS,
) -> ExposureReport:
    """The report of one sweep; the same arguments give the same bytes.

    `holes` is the bundle of known holes; `claims` what other tools say, beside those of the snapshot, and `imports` what was
    read of their files, a line each; what they say beyond `perimeter` is set apart; `snapshot_sha256` the hash of its file.
    """
    digest = snapshot_sha256 or fingerprint(snapshot)
    snapshot, told, outside = _told(snapshot, claims, perimeter)
    judge, clock = _judge(snapshot, today, holes, perimeter)
    joined = _joined(judge.judge_all(catalogue, checks), told, snapshot, catalogue, holes)
    findings, gaps = _in_order(joined)
    return ExposureReport(
        **_of_sweep(snapshot),
        audited_on=today.isoformat(),
        tool_version=tool_version,
        catalogue_version=catalogue.version,
        catalogue_sha256=catalogue.sha256,
        score=score(findings, gaps, catalogue),
        checks=joined.results,
        findings=findings,
        gaps=gaps,
        endpoints=inventory([*snapshot.seen, *(c for c in told if c.says == "failed")]),
        zones=sorted({seen.domain for seen in snapshot.seen if isinstance(seen, ZoneSeen)}),
        data_as_of=holes.as_of() if holes else "",
        snapshot_sha256=digest,
        notes=[*_notes(snapshot, outside, clock), *imports],
        closed=closed_endpoints(snapshot.seen),
        disputes=joined.disputes,
        outside=outside,
        clock_fault=_clock_fault(clock, snapshot),
    )


def _of_sweep(snapshot: Snapshot) -> dict[str, Any]:
    """What the report says of the sweep as the snapshot says it."""
    return {
        "perimeter": snapshot.perimeter,
        "finess": snapshot.finess,
        "consent": snapshot.consent,
        "started_at": instant(snapshot.started_at),
        "ended_at": instant(snapshot.ended_at),
        "sweep_tool_version": snapshot.tool_version,
        "pieces": snapshot.pieces,
        "pieces_stopped": snapshot.pieces_stopped,
        "resolver": snapshot.resolver,
    }


def _judge(
    snapshot: Snapshot, today: date, holes: Bundle | None, perimeter: Perimeter | None
) -> tuple[Judge, Clock]:
    """The judge of a sweep, and what the targets say of its clock."""
    clock = clock_of(snapshot.seen)
    faults = faults_of(clock, today=today, at=snapshot.ended_at)
    names = _names(perimeter)
    judge = Judge(snapshot, today=today, holes=holes, perimeter_names=names, clock_faults=faults)
    return judge, clock


def _names(perimeter: Perimeter | None) -> Sequence[str]:
    return declared_names(perimeter) if perimeter is not None else ()


def _told(
    snapshot: Snapshot, claims: Sequence[ClaimSeen], perimeter: Perimeter | None
) -> tuple[Snapshot, list[ClaimSeen], list[Outside]]:
    """The snapshot without the claims that are outside the perimeter, the claims inside, and what was set apart."""
    told = [*claims, *(seen for seen in snapshot.seen if isinstance(seen, ClaimSeen))]
    if perimeter is None:
        return snapshot, told, []
    inside, outside = set_apart(told, perimeter, snapshot.seen)
    kept = {id(claim) for claim in inside}
    seen = [one for one in snapshot.seen if not isinstance(one, ClaimSeen) or id(one) in kept]
    return msgspec.structs.replace(snapshot, seen=seen), inside, outside


def _joined(
    judged: Sequence[Judged],
    claims: Sequence[ClaimSeen],
    snapshot: Snapshot,
    catalogue: ExposureCatalogue,
    holes: Bundle | None,
) -> Reconciled:
    """What was judged, and what other tools say of it."""
    return reconcile(
        [f for j in judged for f in j.findings],
        [g for j in judged for g in j.gaps],
        [j.result for j in judged],
        claims,
        catalogue=catalogue,
        seen=snapshot.seen,
        holes=holes,
    )


def order(finding: Finding) -> tuple[int, str, str, str]:
    """The order of findings: the most severe first, then by theme, check and target."""
    return SEVERITIES.index(finding.severity), finding.theme, finding.check, finding.target


def fingerprint(snapshot: Snapshot) -> str:
    """SHA-256 of the observations."""
    return hashlib.sha256(msgspec.json.encode(snapshot)).hexdigest()


def _in_order(joined: Reconciled) -> tuple[list[Finding], list[Gap]]:
    """The findings by `order`, and the gaps by check and target: one key after the other, the last one first, since the
    tuples of half a million lines would weigh as much as what they sort."""
    findings, gaps = joined.findings, joined.gaps
    for field in ("target", "check", "theme"):
        findings.sort(key=attrgetter(field))
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    for field in ("target", "check"):
        gaps.sort(key=attrgetter(field))
    return findings, gaps


def _notes(snapshot: Snapshot, outside: Sequence[Outside], clock: Clock) -> list[str]:
    notes = []
    if snapshot.pieces_stopped:
        done = counted(
            snapshot.pieces_stopped, "travail n’a pas été fait", "travaux n’ont pas été faits"
        )
        notes.append(
            f"Balayage incomplet : {done} sur {grouped(snapshot.pieces)}. "
            "Ce qu’ils auraient vu n’est pas évalué."
        )
    notes += [*_clock_notes(clock, snapshot), *dict.fromkeys(snapshot.notes)]
    ports = [seen for seen in snapshot.seen if isinstance(seen, PortsSeen)]
    if mute := sum(_is_mute(seen) for seen in ports):
        said = counted(mute, "adresse n’a répondu", "adresses n’ont répondu")
        notes.append(
            f"{said} sur aucun port : rien n’y est ouvert, ou un pare-feu ne laisse rien voir d’ici."
        )
    if cut := sum(seen.reach is Reach.STOPPED for seen in ports):
        said = counted(cut, "adresse n’a pas été essayée", "adresses n’ont pas été essayées")
        notes.append(f"{said} jusqu’au bout : rien ne dit ce qui y est ouvert.")
    if outside:
        said = counted(len(outside), "nom ou adresse", "noms ou adresses")
        notes.append(
            f"Hors périmètre : d’autres outils accusent {said} que le périmètre ne déclare pas. "
            "Rien de cela ne compte dans la note."
        )
    return notes


def _clock_fault(clock: Clock, snapshot: Snapshot) -> str:
    """What is wrong with the clock of the sweep and what to do about it, "" when nothing says that it is."""
    if not clock.is_wrong:
        return ""
    day = clock.true_day(snapshot.ended_at)
    again = f", ou jugez ce balayage de nouveau avec --today {day.isoformat()}" if day else ""
    return (
        f"{difference(clock)} Ce qui dépend d’une date est « non évalué », et cet audit ne prouve rien : réglez l’horloge et "
        f"recommencez{again}."
    )


def _clock_notes(clock: Clock, snapshot: Snapshot) -> list[str]:
    if not clock.is_doubtful:
        return [fault] if (fault := _clock_fault(clock, snapshot)) else []
    return [
        f"{difference(clock)} C’est trop peu de machines pour dire laquelle se trompe : vérifiez l’horloge de ce poste avant "
        "de croire ce qui dépend d’une date."
    ]


def _is_mute(seen: PortsSeen) -> bool:
    """Whether every port of the address was tried, and none answered: the silence of a look cut short says nothing."""
    return seen.reach is Reach.SILENT and bool(seen.silent) and not (seen.open or seen.closed)
