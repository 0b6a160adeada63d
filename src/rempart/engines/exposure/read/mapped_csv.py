"""A table that no tool defined, such as a report of the State's own audits, read through a mapping of its columns.

The mapping is a YAML file: which column gives the address, the port, the rule… and which words mean which severity.
"""

import csv
import re
from codecs import getincrementaldecoder, register_error
from collections.abc import Iterator
from datetime import UTC
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec
import yaml
from msgspec import Struct

from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.read.products import product_of
from rempart.engines.exposure.read.shared import (
    Claims,
    instant_of,
    number,
    place_of,
)
from rempart.engines.exposure.seen.claims import OURS
from rempart.kernel.errors import UnreadableSource

MOST_MAPPING: Final = 1 << 16
MOST_FIELD: Final = 1 << 20
_FRENCH_DAY: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_OLD_TEXT: Final = "rempart-cp1252"
_UNKNOWN: Final = "dont la gravité est un mot inconnu"
_FOLDED: Final = {"critique": "critical", "élevé": "high", "élevée": "high", "elevee": "high"} | {
    "moyen": "medium",
    "moyenne": "medium",
    "faible": "low",
    "information": "info",
    "grave": "high",
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
        with path.open("rb") as file:
            data = file.read(MOST_MAPPING + 1)
    except OSError as fault:
        raise UnreadableSource(
            f"Fichier illisible : {path} ({fault.strerror or fault})."
        ) from fault
    return parse_mapping(data, path.name)


def parse_mapping(data: bytes, name: str) -> Mapping:
    """A mapping from the text of its YAML file. Raises UnreadableSource."""
    if len(data) > MOST_MAPPING:
        raise UnreadableSource(f"« {name} » est trop grand pour une correspondance de colonnes.")
    try:
        mapping = msgspec.convert(yaml.safe_load(data), Mapping)
        "".encode(mapping.encoding)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, LookupError, RecursionError) as fault:  # fmt: skip
        raise UnreadableSource(
            f"« {name} » ne décrit pas les colonnes d’un tableau : {fault}.",
            expected="Attendu : tool, et sous columns au moins target et rule.",
        ) from fault
    if len(mapping.delimiter) != 1:
        raise UnreadableSource(
            f"« {name} » : le séparateur doit être un seul caractère (« {mapping.delimiter[:10]} »)."
        )
    if mapping.tool.strip().casefold() in {"", OURS}:
        raise UnreadableSource(
            f"« {name} » ne donne pas de nom à l’outil, ou lui donne celui de Rempart.",
            todo="Sous tool, nommez l’outil ou l’audit dont vient ce tableau.",
        )
    return mapping


def read_csv(pieces: Iterator[bytes], name: str, mapping: Mapping, claims: Claims) -> None:
    """Every line of the table. Raises UnreadableSource: a column is missing, the encoding is another, a field endless."""
    csv.field_size_limit(MOST_FIELD)
    rows = csv.reader(text_of(pieces, name, mapping.encoding), delimiter=mapping.delimiter)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        places = _places(header, name, mapping.columns)
        for row in rows:
            if row:
                _add({key: _cell(row, place) for key, place in places.items()}, mapping, claims)
    except csv.Error as fault:
        raise malformed(name, rows.line_num, fault) from fault


def text_of(pieces: Iterator[bytes], name: str, encoding: str = "") -> Iterator[str]:
    """Lines of text; a line may be long, an endless one is refused. Without an encoding: UTF-16 or UTF-8 by the mark,
    and for each line that is not UTF-8 what French Windows writes. Raises UnreadableSource."""
    first = next(pieces, b"")
    guessed = encoding or ("utf-16" if first[:2] in _WIDE_MARKS else "utf-8-sig")
    decoder = getincrementaldecoder(guessed)("strict" if encoding else _OLD_TEXT)
    rest = ""
    try:
        for piece in chain([first], pieces):
            parts = (rest + decoder.decode(piece)).split("\n")
            rest = parts.pop()
            if len(rest) > 8 * MOST_FIELD:
                raise UnreadableSource(f"« {name} » a une ligne démesurée.")
            yield from (line + "\n" for line in parts)
        rest += decoder.decode(b"", True)
    except UnicodeError as fault:
        raise UnreadableSource(
            f"« {name} » n’est pas écrit en {guessed}.",
            todo="Donnez le bon « encoding » dans la correspondance (cp1252 pour un ancien Excel, cp850 pour l’invite de "
            "commandes).",
        ) from fault
    if rest:
        yield rest


def _as_old_text(fault: UnicodeError) -> tuple[str, int]:
    """The bytes that are not UTF-8, as Windows writes them in French."""
    if not isinstance(fault, UnicodeDecodeError) or not fault.encoding.startswith("utf-8"):
        raise fault
    return fault.object[fault.start : fault.end].decode("cp1252", "replace"), fault.end


register_error(_OLD_TEXT, _as_old_text)


def malformed(name: str, line: int, fault: csv.Error) -> UnreadableSource:
    """The refusal of a table that is none."""
    return UnreadableSource(
        f"« {name} », ligne {line} : tableau mal formé ({fault}).",
        todo="Exportez-le de nouveau, chaque texte entre guillemets.",
    )


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
    if said and severity not in SEVERITIES:
        claims.doubtful[_UNKNOWN] += 1
    rule = cells["rule"]
    evidence, title = cells.get("evidence", ""), cells.get("title", "")
    claims.add(
        endpoint,
        rule,
        title,
        severity=severity,
        evidence=evidence,
        cves=cells.get("cves", "").upper().replace(",", " ").replace(";", " ").split(),
        product=product_of(cells.get("product", ""), cells.get("version", "")),
        double=f"{title} {evidence}",
        at=_day_of(cells.get("date", "")),
        check=mapping.checks.get(rule, ""),
    )


def _day_of(text: str) -> float:
    """An instant in ISO 8601, or a French day « 31/12/2026 »; UTC when no time zone is said."""
    french = _FRENCH_DAY.match(text)
    return instant_of(f"{french[3]}-{french[2]}-{french[1]}" if french else text, zone=UTC)
