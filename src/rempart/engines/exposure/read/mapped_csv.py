"""A table that no tool defined, such as a report of the State's own audits, read through a mapping of its columns.

The mapping is a YAML file: which column gives the address, the port, the rule… and which words mean which severity.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import yaml
from msgspec import Struct

from rempart.engines.exposure.read.products import product_of
from rempart.engines.exposure.read.shared import Claims, instant_of, number, place_of
from rempart.kernel.errors import UnreadableSource

_MOST_MAPPING: Final = 1 << 16
_MOST_FIELD: Final = 1 << 20
_FOLDED: Final = {"critique": "critical", "élevé": "high", "élevée": "high", "elevee": "high"} | {
    "moyen": "medium",
    "moyenne": "medium",
    "faible": "low",
    "information": "info",
    "majeur": "high",
    "majeure": "high",
    "important": "high",
    "importante": "high",
    "mineur": "low",
    "mineure": "low",
}


class Columns(Struct, forbid_unknown_fields=True, frozen=True):
    """The header of the column that gives each thing, "" when none does. `target` is an address, a name or a URL."""

    target: str
    rule: str
    port: str = ""
    name: str = ""
    title: str = ""
    severity: str = ""
    evidence: str = ""
    cves: str = ""
    product: str = ""
    version: str = ""
    date: str = ""
    transport: str = ""


class Mapping(Struct, forbid_unknown_fields=True, frozen=True):
    """How a table is read. `checks` gives, for a rule of the table, our check that it speaks of."""

    tool: str
    columns: Columns
    delimiter: str = ";"
    encoding: str = "utf-8-sig"
    port: int = 0  # when no column gives one
    severities: dict[str, str] = {}
    checks: dict[str, str] = {}


def read_mapping(path: Path) -> Mapping:
    """A mapping from its YAML file. Raises UnreadableSource."""
    try:
        data = path.read_bytes()[: _MOST_MAPPING + 1]
        if len(data) > _MOST_MAPPING:
            raise UnreadableSource(
                f"« {path.name} » est trop grand pour une correspondance de colonnes."
            )
        mapping = msgspec.convert(yaml.safe_load(data), Mapping)
        "".encode(mapping.encoding)
    except OSError as fault:
        raise UnreadableSource(
            f"Fichier illisible : {path} ({fault.strerror or fault})."
        ) from fault
    except (yaml.YAMLError, msgspec.ValidationError, LookupError, RecursionError) as fault:
        raise UnreadableSource(
            f"« {path.name} » ne décrit pas les colonnes d’un tableau : {fault}.",
            expected="Attendu : tool, et sous columns au moins target et rule.",
        ) from fault
    if len(mapping.delimiter) != 1:
        raise UnreadableSource(
            f"« {path.name} » : le séparateur doit être un seul caractère (« {mapping.delimiter[:10]} »)."
        )
    return mapping


def read_csv(pieces: Iterator[bytes], name: str, mapping: Mapping, claims: Claims) -> None:
    """Every line of the table. Raises UnreadableSource: a column is missing, the encoding is another, a field endless."""
    csv.field_size_limit(_MOST_FIELD)
    rows = csv.reader(_text(pieces, name, mapping.encoding), delimiter=mapping.delimiter)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        places = _places(header, name, mapping.columns)
        for row in rows:
            if row:
                _add({key: _cell(row, place) for key, place in places.items()}, mapping, claims)
    except csv.Error as fault:
        raise UnreadableSource(
            f"« {name} », ligne {rows.line_num} : tableau mal formé ({fault}).",
            todo="Exportez-le de nouveau, chaque texte entre guillemets.",
        ) from fault


def _text(pieces: Iterator[bytes], name: str, encoding: str) -> Iterator[str]:
    """Lines of text; a line may be long, an endless one is refused by the bound of a field."""
    rest = b""
    try:
        for piece in pieces:
            parts = (rest + piece).split(b"\n")
            rest = parts.pop()
            if len(rest) > 8 * _MOST_FIELD:
                raise UnreadableSource(f"« {name} » a une ligne démesurée.")
            yield from (line.decode(encoding) + "\n" for line in parts)
        if rest:
            yield rest.decode(encoding)
    except UnicodeError as fault:
        raise UnreadableSource(
            f"« {name} » n’est pas écrit en {encoding}.",
            todo="Donnez le bon « encoding » dans la correspondance (cp1252 pour un ancien Excel).",
        ) from fault


def _places(header: list[str], name: str, columns: Columns) -> dict[str, int]:
    named = {key: getattr(columns, key) for key in Columns.__struct_fields__}
    missing = [column for column in named.values() if column and column not in header]
    if missing:
        raise UnreadableSource(
            f"« {name} » n’a pas la colonne « {missing[0]} ».",
            expected=f"Ses colonnes : {', '.join(header[:20])[:400]}.",
            todo="Corrigez la correspondance des colonnes.",
        )
    return {key: header.index(column) for key, column in named.items() if column}


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _add(cells: dict[str, str], mapping: Mapping, claims: Claims) -> None:
    host, port = place_of(cells["target"])
    given = int(number(cells.get("port", "")))
    transport = cells.get("transport", "").lower()
    endpoint = claims.endpoint(
        host or cells["target"],
        given or port or mapping.port,
        cells.get("name", ""),
        transport if transport in {"tcp", "udp"} else "tcp",
    )
    said = cells.get("severity", "")
    severity = mapping.severities.get(said) or _FOLDED.get(said.casefold(), said.casefold())
    rule = cells["rule"]
    claims.add(
        endpoint,
        rule,
        cells.get("title", ""),
        severity=severity,
        evidence=cells.get("evidence", ""),
        cves=cells.get("cves", "").upper().replace(",", " ").replace(";", " ").split(),
        product=product_of(cells.get("product", ""), cells.get("version", "")),
        at=instant_of(_with_zone(cells.get("date", ""))),
        check=mapping.checks.get(rule, ""),
    )


def _with_zone(day: str) -> str:
    return f"{day}T00:00:00+00:00" if len(day) == 10 else day
