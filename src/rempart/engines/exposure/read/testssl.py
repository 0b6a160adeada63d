"""What testssl.sh says of TLS, from its JSON, flat or by section."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from rempart.content.foreign_rules import check_of
from rempart.engines.exposure.read.shared import NOT_TESTED, Claims, number
from rempart.kernel.errors import UnreadableSource

TOOL: Final = "testssl"
# Severities of testssl that state a measure; WARN and FATAL say that it could not, INFO and DEBUG that nothing is wrong.
_SEVERITIES: Final = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high", "CRITICAL": "critical"}
_NO_MEASURE: Final = frozenset({"WARN", "FATAL"})
# A note over all the rest: each of its reasons is a result of its own.
_SUMMARIES: Final = frozenset({"overall_grade", "final_score"})
_SHORTEST: Final = 3  # « -- » says nothing to anyone


class Row(Struct):
    """One result, as --jsonfile writes it."""

    id: str = ""
    ip: str = ""
    port: str = ""
    severity: str = ""
    finding: str = ""
    cve: str = ""


class _Pretty(Struct):
    """What --jsonfile-pretty writes: each host has its results under sections, whose names change with the versions."""

    scanResult: list[dict[str, Any]] = []  # noqa: N815 (the tool's own name)
    startTime: str | int = ""  # noqa: N815


def read_testssl(data: bytes, name: str, claims: Claims) -> None:
    """Results of testssl.sh, flat (--jsonfile) or by section (--jsonfile-pretty). Raises UnreadableSource."""
    at = 0.0
    try:
        if data.lstrip()[:1] == b"[":
            rows = msgspec.json.decode(data, type=list[Row])
        else:
            pretty = msgspec.json.decode(data, type=_Pretty)
            rows = [row for host in pretty.scanResult for row in _of_host(host)]
            at = number(pretty.startTime)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise UnreadableSource(
            f"« {name} » n’est pas un rapport de testssl.sh lisible, ou il est incomplet.",
            todo="Relancez testssl.sh, ou copiez le fichier de nouveau.",
        ) from fault
    for row in rows:
        add_row(row, claims, at)


def _of_host(host: dict[str, Any]) -> Iterator[Row]:
    """Every result of every section, with the host's place. Raises ValidationError."""
    named = host.get("targetHost") or host.get("target host") or ""
    place, port = f"{named}/{host.get('ip') or ''}", str(host.get("port") or "")
    for section in host.values():
        for found in section if isinstance(section, list) else ():
            row = msgspec.convert(found, Row)
            yield Row(row.id, place, port, row.severity, row.finding, row.cve)


def add_row(row: Row, claims: Claims, at: float = 0.0) -> None:
    """A result is kept when it is wrong, or when it is right and one of our checks speaks of it."""
    if row.severity in _NO_MEASURE:
        claims.left[NOT_TESTED] += 1
        return
    is_wrong = row.severity in _SEVERITIES and row.id not in _SUMMARIES
    says = "failed" if is_wrong else "passed"
    check = check_of(TOOL, row.id, row.finding, says=says)
    if not is_wrong and not (check and row.severity == "OK"):
        return
    host, _, address = row.ip.partition("/")
    endpoint = claims.endpoint(address or host, int(number(row.port)), host)
    claims.add(
        endpoint,
        row.id,
        f"{row.id} : {row.finding}" if is_wrong and len(row.finding) > _SHORTEST else row.id,
        severity=_SEVERITIES.get(row.severity, ""),
        says=says,
        confidence="confirmed",
        evidence=row.finding,
        cves=row.cve.split(),
        check=check,
        at=at,
    )
