"""The small files with a header line: the nomenclatures, and our own file of groupings."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rempart.content.places import regions
from rempart.engines.registry.comparison import Unreadable
from rempart.engines.registry.formats import Kind
from rempart.engines.registry.rows import is_day
from rempart.engines.registry.sources import Source
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.finess import is_finess

GROUPING_KINDS: Final = ("ght", "region", "operator", "convention", "other")
_FRENCH_KINDS: Final = {"région": "region", "gestionnaire": "operator", "autre": "other"}
_CODE: Final = re.compile(r"[0-9A-Z]{2,4}")
_GROUPING_CODE: Final = re.compile(r"[\w.-]{1,40}")
_LARGEST: Final = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a nomenclature; days are ISO or empty, `sector` and `aggregate` only for categories."""

    code: str
    label: str
    short_label: str
    valid_from_on: str
    valid_until_on: str
    sector: str = ""
    aggregate: str = ""


@dataclass(slots=True)
class Group:
    """A grouping as a file describes it: kind, name, region, numbers of its members (operators or establishments)."""

    code: str
    kind: str
    name: str
    region: str
    members: list[str] = field(default_factory=list)


def entries(source: Source) -> tuple[list[Entry], list[Unreadable]]:
    """The lines of a nomenclature, the last one of a code winning, and those that cannot be read."""
    found: dict[str, Entry] = {}
    bad = []
    for number, values in _records(source):
        reason = _entry_fault(values)
        if reason:
            bad.append(Unreadable(number, reason, ";".join(values.values())[:80]))
            continue
        found[values["code"]] = Entry(
            values["code"],
            values["libelle"],
            values["libellecourt"],
            values["datedeb"],
            values["datefin"],
            values.get("domaine", "")[:3] if source.kind is Kind.CATEGORIES else "",
            values.get("codeagr3", "")[:4] if source.kind is Kind.CATEGORIES else "",
        )
    return list(found.values()), bad


def _entry_fault(values: dict[str, str]) -> str:
    if not _CODE.fullmatch(values["code"]):
        return f"code « {values['code'][:20]} »"
    if not values["libelle"]:
        return "libellé absent"
    if not (is_day(values["datedeb"]) and is_day(values["datefin"])):
        return "date, attendue sous la forme AAAA-MM-JJ"
    if values["datefin"] and values["datefin"] < values["datedeb"]:
        return "période qui finit avant de commencer"
    return ""


def groups(source: Source) -> tuple[list[Group], list[Unreadable]]:
    """The groupings of a file and the lines that cannot be read. One line a member; name and kind may be given once."""
    found: dict[str, Group] = {}
    bad = []
    for number, values in _records(source):
        group = found.get(values["code"])
        reason = _group_fault(values, group)
        if reason:
            bad.append(Unreadable(number, reason, ";".join(values.values())[:80]))
            continue
        if group is None:
            kind = _kind(values["type"])
            group = Group(values["code"], kind, values["nom"], values["region"])
            found[group.code] = group
        if values["membre"] and values["membre"] not in group.members:
            group.members.append(values["membre"])
    return list(found.values()), bad


def _kind(text: str) -> str:
    word = text.lower()
    return _FRENCH_KINDS.get(word, word)


def _group_fault(values: dict[str, str], known: Group | None) -> str:
    if not _GROUPING_CODE.fullmatch(values["code"]):
        return f"code « {values['code'][:20]} »"
    if values["membre"] and not is_finess(values["membre"]):
        return f"numéro FINESS « {values['membre'][:20]} »"
    if known:
        return ""
    if _kind(values["type"]) not in GROUPING_KINDS:
        return f"type « {values['type'][:20]} » ; types connus : ght, région, gestionnaire, convention, autre"
    if not values["nom"]:
        return "nom absent"
    if values["region"] and values["region"] not in regions():
        return f"région « {values['region'][:20]} »"
    return ""


def _records(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, values by column) of a small file. Raises UnreadableSource when it is not small."""
    data = b""
    for chunk in source.chunks():
        data += chunk
        if len(data) > _LARGEST:
            raise UnreadableSource(
                f"Le fichier {source.shown} est bien plus grand que ce qu’il dit être.",
                expected="Une nomenclature ou une liste de regroupements pèse moins de 20 Mo.",
                todo="Vérifiez que c’est le bon fichier.",
            )
    reader = csv.reader(data.decode("utf-8").replace("\0", "").splitlines(), delimiter=";")
    for fields in reader:
        if reader.line_num > source.header_lines and any(fields):
            padded = fields + [""] * (len(source.columns) - len(fields))
            values = zip(source.columns, padded, strict=False)
            yield reader.line_num, {name: value.strip() for name, value in values}
