"""Tables (CSV) that the tools themselves write, known by their columns: GVM, Nessus, Tenable.sc, testssl.sh, Shodan."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.read import gvm, nessus, testssl
from rempart.engines.exposure.read.mapped_csv import MOST_FIELD, malformed, text_of
from rempart.engines.exposure.read.products import product_of
from rempart.engines.exposure.read.search_engines import SHODAN
from rempart.engines.exposure.read.shared import Claims, instant_of, number

_DELIMITERS: Final = (",", ";", "\t")
_SHORT: Final = "dont la ligne est incomplète"
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that only one tool writes together, and what a line of it becomes."""

    tool: str
    columns: frozenset[str]
    add: Callable[[Cells, Claims], None]


def _gvm(cells: Cells, claims: Claims) -> None:
    place = f"{cells.get('Port') or 'general'}/{cells.get('Port Protocol', '')}"
    title = cells["NVT Name"]
    gvm.add_result(
        claims,
        host=cells["IP"],
        name=cells.get("Hostname", ""),
        place=place,
        rule=cells["NVT OID"] or title,
        title=title,
        severity=gvm.severity_of(cells.get("CVSS", ""), cells.get("Severity", "")),
        quality=cells.get("QoD", ""),
        evidence=cells.get("Specific Result", ""),
        cves=_holes(cells.get("CVEs", "")),
        at=instant_of(cells.get("Timestamp", ""), zone=UTC),
    )


@dataclass(frozen=True, slots=True)
class _Plugins:
    """How one product of Tenable names the columns that another names otherwise."""

    host: str
    name: str
    rule: str
    title: str
    severity: str
    ended: str = ""

    def __call__(self, cells: Cells, claims: Claims) -> None:
        """One line is one result of a plugin."""
        output = cells.get("Plugin Output") or cells.get("Plugin Text", "")
        nessus.add_result(
            claims,
            host=cells[self.host],
            name=cells.get(self.name, ""),
            port=cells["Port"],
            transport=cells.get("Protocol", ""),
            rule=cells[self.rule],
            title=cells[self.title],
            severity=_word(cells[self.severity]),
            evidence=output or cells.get("Synopsis", ""),
            told=f"{output} {cells.get('Description', '')}",
            cves=_holes(cells.get("CVE", "")),
            double=output,
            at=nessus.day_of(cells.get(self.ended, "")),
        )


_NESSUS: Final = _Plugins("Host", "FQDN", "Plugin ID", "Name", "Risk", "Host End")
_TENABLE: Final = _Plugins("IP Address", "DNS Name", "Plugin", "Plugin Name", "Severity")


def _testssl(cells: Cells, claims: Claims) -> None:
    row = testssl.Row(
        cells["id"], cells["fqdn/ip"], cells["port"], cells["severity"], cells["finding"],
        cells.get("cve", ""),
    )  # fmt: skip
    testssl.add_row(row, claims)


def _shodan(cells: Cells, claims: Claims) -> None:
    transport = cells["transport"] or "tcp"
    endpoint = claims.endpoint(
        cells["ip_str"],
        int(number(cells["port"])),
        cells.get("hostnames", "").split(";")[0],
        transport,
    )
    product = product_of(
        cells.get("product", ""), cells.get("version", ""), extra=cells.get("os", "")
    )
    at = instant_of(cells.get("timestamp", ""), zone=UTC)
    claims.add(
        endpoint,
        "service/inconnu",
        f"port {cells['port']}/{transport} ouvert",
        severity="info",
        evidence=f"{cells.get('product', '')} {cells.get('version', '')}",
        product=product,
        at=at,
    )
    for hole in _holes(cells.get("vulns", "")):
        claims.add(endpoint, hole, hole, cves=[hole], product=product, at=at)


TABLES: Final = (
    Table(gvm.TOOL, frozenset({"IP", "Port", "NVT Name", "NVT OID"}), _gvm),
    Table(nessus.TOOL, frozenset({"Plugin ID", "Risk", "Host", "Port", "Name"}), _NESSUS),
    Table(
        nessus.TOOL,
        frozenset({"Plugin", "Plugin Name", "Severity", "IP Address", "Port"}),
        _TENABLE,
    ),
    Table(testssl.TOOL, frozenset({"id", "fqdn/ip", "port", "severity", "finding"}), _testssl),
    Table(SHODAN, frozenset({"ip_str", "port", "transport", "vulns"}), _shodan),
)


def table_of(head: str) -> tuple[Table, str] | None:
    """The table that a file begins with, and its separator; None when its columns are no tool's."""
    line = head.partition("\n")[0].rstrip("\r")
    for delimiter in _DELIMITERS:
        columns = _columns(line, delimiter) if delimiter in line else frozenset()
        found = next((table for table in TABLES if table.columns <= columns), None)
        if found is not None:
            return found, delimiter
    return None


def _columns(line: str, delimiter: str) -> frozenset[str]:
    try:
        return frozenset(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return frozenset()


def read_table(
    pieces: Iterator[bytes], name: str, table: Table, delimiter: str, claims: Claims
) -> None:
    """Every line of a table of a tool. Raises UnreadableSource."""
    csv.field_size_limit(MOST_FIELD)
    rows = csv.reader(text_of(pieces, name), delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        if table.columns - set(header):
            raise malformed(name, 1, csv.Error("ses colonnes ne se lisent pas"))
        needed = max(header.index(column) for column in table.columns)
        for row in rows:
            if len(row) > needed:
                table.add({k: v.strip() for k, v in zip(header, row, strict=False)}, claims)
            elif row:
                claims.left[_SHORT] += 1
    except csv.Error as fault:
        raise malformed(name, rows.line_num, fault) from fault


def _holes(text: str) -> list[str]:
    return text.upper().replace(",", " ").replace(";", " ").split()


def _word(risk: str) -> str:
    word = risk.strip().casefold()
    return word if word in SEVERITIES else "info" if word in {"", "none"} else ""
