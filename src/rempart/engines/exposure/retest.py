"""Looking again at one finding: which pieces of work to redo, and what the new look says, with its proof."""

import hashlib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct

from rempart.content.exposure import Theme
from rempart.content.exposure_catalogue import ExposureCatalogue
from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure import checks as _checks
from rempart.engines.exposure.clock import clock_of, difference
from rempart.engines.exposure.doors import closed_endpoints, filtered_endpoints
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.judge import Judge
from rempart.engines.exposure.moments import instant
from rempart.engines.exposure.registry import CHECKS, Check
from rempart.engines.exposure.report import HIDDEN, ExposureReport, Finding
from rempart.engines.exposure.seen.common import Endpoint
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import packed
from rempart.engines.exposure.work import Kind, Piece, pieces_for

REGISTERED = _checks
"""Importing the checks registers them."""

_KINDS = {Theme.DNS: Kind.ZONE, Theme.MAIL: Kind.MAIL}
WITNESSES = 3  # ports of each sort that are tried beside the silent one


class Retested(StrEnum):
    """What a new look says of a finding."""

    MENDED = "mended"
    STILL = "still"
    UNMEASURED = "unmeasured"


class Retest(Struct, frozen=True):
    """The proof of a new look: what it says, when it was made, and the hash of what was seen, as `packed` writes it."""

    key: str
    check: str
    target: str
    outcome: Retested
    detail: str  # French
    seen_at: str  # ISO 8601, UTC
    snapshot_sha256: str
    catalogue_sha256: str
    tool_version: str
    evidence: str = ""


def pieces_to_redo(finding: Finding, report: ExposureReport) -> list[Piece]:
    """The pieces that look again at one finding, sorted; empty when its target is neither a name nor an endpoint.

    A target under a name is asked at each address that the report knows for it. A finding on a zone or on mail that
    names one of their servers has the zones of the report looked at again. The ports of the same machine that the
    report knows are tried too, should the first one have fallen silent: they tell a filter from a failure.
    """
    kind = _KINDS.get(Theme(finding.theme))
    if kind is not None:
        zones = [zone for zone in report.zones if _is_under(finding.target, zone)]
        named = zones or ([finding.target] if ":" not in finding.target else report.zones)
        return [Piece(kind=kind, name=zone) for zone in sorted(named)]
    addresses = sorted({x.address for x in report.endpoints if x.target == finding.target})
    found = {
        piece for address in addresses or [""] for piece in pieces_for(finding.target, address)
    }
    doors = [_door(piece, report) for piece in found if piece.kind is Kind.ENDPOINT]
    return sorted([*found, *(door for door in doors if door.witnesses)])


def _door(piece: Piece, report: ExposureReport) -> Piece:
    """The piece that tells whether the port is filtered, by ports of the same machine: those that accepted, or refused."""
    names = {piece.address, *(lead.name for lead in piece.leads)}
    tried = {p.port for p in exposure_ports() if p.transport == "tcp"} - {piece.port}
    known = set(report.closed)
    opened = {x.port for x in report.endpoints if x.address == piece.address} & tried
    closed = {port for port in tried if any(Endpoint(n, port).label in known for n in names)}
    witnesses = (*sorted(opened)[:WITNESSES], *sorted(closed - opened)[:WITNESSES])
    return msgspec.structs.replace(piece, kind=Kind.DOOR, witnesses=witnesses)


def _is_under(name: str, zone: str) -> bool:
    return name == zone or name.endswith(f".{zone}")


def retested(
    finding: Finding,
    snapshot: Snapshot,
    *,
    catalogue: ExposureCatalogue,
    today: date,
    tool_version: str,
    holes: Bundle | None = None,
    checks: Mapping[str, Check] = CHECKS,
) -> Retest:
    """What a new look at the finding's target says. Silence mends nothing, unless its machine answers elsewhere."""
    outcome, detail, evidence = _said(finding, snapshot, catalogue, today, holes, checks)
    return Retest(
        key=finding.key,
        check=finding.check,
        target=finding.target,
        outcome=outcome,
        detail=detail,
        seen_at=instant(snapshot.ended_at),
        snapshot_sha256=hashlib.sha256(packed(snapshot)).hexdigest(),
        catalogue_sha256=catalogue.sha256,
        tool_version=tool_version,
        evidence=evidence,
    )


def _said(
    finding: Finding,
    snapshot: Snapshot,
    catalogue: ExposureCatalogue,
    today: date,
    holes: Bundle | None,
    checks: Mapping[str, Check],
) -> tuple[Retested, str, str]:
    content, check = catalogue.checks.get(finding.check), checks.get(finding.check)
    if content is None or check is None:
        return Retested.UNMEASURED, "Ce contrôle n’existe plus dans ce catalogue.", ""
    clock = clock_of(snapshot.seen)
    if clock.is_wrong or (clock.is_doubtful and check.dated):
        said = f"{difference(clock)} Réglez l’horloge, puis regardez de nouveau."
        return Retested.UNMEASURED, said, ""
    judge = Judge(snapshot, today=today, holes=holes)
    judged = judge.judge(content, check)
    for found in judged.findings:
        if found.target == finding.target:
            return Retested.STILL, found.detail, found.evidence
    filtered = filtered_endpoints(snapshot.seen).get(finding.target)
    if filtered is not None:
        return Retested.MENDED, *_filter_words(filtered)
    for gap in judged.gaps:
        if gap.target == finding.target:
            return Retested.UNMEASURED, gap.reason, ""
    if finding.target in closed_endpoints(snapshot.seen):
        return Retested.MENDED, "Plus rien n’écoute sur ce port.", ""
    if finding.target in judged.result.cleared:
        good = judge.evidence(content, check, finding.target)
        return Retested.MENDED, "Mesuré de nouveau : le constat n’y est plus.", good
    if finding.theme == Theme.HOLE and any(one.target == finding.target for one in snapshot.seen):
        return Retested.UNMEASURED, HIDDEN, ""
    if lost := unresolved(finding, snapshot):
        reason = lost.reason or "aucune réponse du serveur de noms"
        said = f"Le nom {lost.name} n’a mené à aucune adresse ({reason.rstrip('.')}) : rien n’a pu être regardé."
        return Retested.UNMEASURED, said, ""
    return Retested.UNMEASURED, "Le nouveau passage n’a rien vu de cette cible.", ""


def unresolved(finding: Finding, snapshot: Snapshot) -> HostSeen | None:
    """The name of the finding's target when the new look found no address for it: nothing could be asked there."""
    name, _, _ = finding.target.rpartition(":")
    hosts = [seen for seen in snapshot.seen if isinstance(seen, HostSeen) and seen.name == name]
    return hosts[0] if hosts and not any(seen.addresses for seen in hosts) else None


def _filter_words(proof: PortsSeen) -> tuple[str, str]:
    """What a filtered port is said to be, and what proves it."""
    other = (*proof.open, *proof.closed)[0]
    said = [f"{port} accepte" for port in proof.open] + [f"{port} refuse" for port in proof.closed]
    return (
        f"Ce port ne répond plus (paquets ignorés), alors que la machine répond sur le port {other} : il est filtré.",
        f"{proof.silent[0]} se tait ; {', '.join(said)}",
    )
