"""nuclei's results, one JSON object a line. The request that it replays is never kept: it may hold a secret."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct, field

from rempart.engines.exposure.feeds.versions import parse
from rempart.engines.exposure.read.shared import Claims, instant_of, number, page_of, place_of
from rempart.kernel.errors import UnreadableSource

TOOL = "nuclei"
_NO_MATCH = "où le motif cherché n’a pas été trouvé"
_NO_RULE = "sans nom de règle"
_SURE = frozenset({"http", "dns", "network", "tcp", "ssl", "javascript", "websocket"})


class _Classification(Struct):
    cve: list[str] | str | None = field(name="cve-id", default=None)


class _Info(Struct):
    name: str = ""
    severity: str = ""
    classification: _Classification | None = None
    tags: list[str] | str | None = None


class _Row(Struct):
    """A result of version 3; `old_…` are the names that version 2 gave at first."""

    template: str = field(name="template-id", default="")
    old_template: str = field(name="templateID", default="")
    info: _Info = field(default_factory=_Info)
    type: str = ""
    host: str = ""
    port: str | int | None = None
    ip: str = ""
    url: str = ""
    matched_at: str = field(name="matched-at", default="")
    old_matched_at: str = field(name="matched", default="")
    matcher: str = field(name="matcher-name", default="")
    old_matcher: str = field(name="matcher_name", default="")
    extracted: list[Any] | None = field(name="extracted-results", default=None)
    old_extracted: list[Any] | None = field(name="extracted_results", default=None)
    said_at: str = field(name="timestamp", default="")
    matched: bool | None = field(name="matcher-status", default=None)


_ROWS = msgspec.json.Decoder(_Row)


def read_nuclei(lines: Iterator[bytes], name: str, claims: Claims) -> None:
    """Every result. Raises UnreadableSource on a line that is none."""
    for number_of_line, line in enumerate(lines, 1):
        try:
            row = _ROWS.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise UnreadableSource(
                f"« {name} », ligne {number_of_line} : ce n’est pas un résultat de nuclei lisible.",
                expected="Attendu : un objet JSON par ligne (option -jsonl).",
                todo="Si nuclei a été interrompu, retirez la dernière ligne.",
            ) from fault
        if row.matched is False:
            claims.left[_NO_MATCH] += 1
        elif template := row.template or row.old_template:
            _add(row, template, claims)
        else:
            claims.left[_NO_RULE] += 1


def _add(row: _Row, template: str, claims: Claims) -> None:
    where = row.matched_at or row.old_matched_at or row.url.lstrip("/") or row.host
    host, port = place_of(where)
    other_host, other_port = place_of(row.host)
    given = int(number(row.port)) if row.port is not None else 0
    matcher = row.matcher or row.old_matcher
    endpoint = claims.endpoint(
        row.ip or host or other_host, given or port or other_port, host or other_host
    )
    cves = row.info.classification.cve if row.info.classification else None
    listed = cves.split(",") if isinstance(cves, str) else cves or []
    severity = row.info.severity.lower()
    claims.add(
        endpoint,
        f"{template}:{matcher}" if matcher else template,
        row.info.name,
        severity="" if severity == "unknown" else severity,
        confidence="probable" if row.type in _SURE and severity not in {"", "info"} else "possible",
        evidence=_evidence(row, where),
        cves=[cve.strip().upper() for cve in listed],
        double=page_of(where),
        at=instant_of(row.said_at),
    )


def _evidence(row: _Row, where: str) -> str:
    """Where it matched, without what may identify someone, and what was extracted when it is a version."""
    extracted = row.extracted or row.old_extracted or []
    versions = [str(x) for x in extracted if isinstance(x, str) and parse(x) is not None]
    return " ".join([page_of(where), *versions[:3]])
