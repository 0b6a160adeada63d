"""From the lines of a file to columns of values, a block at a time; and why a line cannot be read."""

import csv
from collections.abc import Sequence
from datetime import date
from functools import cache
from operator import add
from typing import Final

from rempart.content.places import category_words, departments_of_finess
from rempart.engines.registry.formats import ESTABLISHMENT, OPERATOR, Kind
from rempart.kernel.finess import is_finess

Fields = Sequence[Sequence[str]]
"""Columns of a file, by their places in it."""

Columns = dict[str, Sequence[str | None]]
"""Name of a value → its values, one a line. Dates are ISO days or None, everything else text, maybe empty."""

LONGEST: Final = 4000
"""Bytes of a line; the published ones have fewer than 700."""

FIELDS: Final = {
    Kind.OPERATORS: (len(OPERATOR),),
    Kind.ESTABLISHMENTS: (len(ESTABLISHMENT), len(ESTABLISHMENT) - 1),
}
TAG: Final = {Kind.OPERATORS: "structureej", Kind.ESTABLISHMENTS: "structureet"}
DATE: Final = {Kind.OPERATORS: 22, Kind.ESTABLISHMENTS: 28}
NAME: Final = {Kind.OPERATORS: 2, Kind.ESTABLISHMENTS: 3}


def split(line: str) -> list[str]:
    """The fields of one line, quotes taken away."""
    if '"' not in line:
        return line.split(";")
    return next(csv.reader([line], delimiter=";"), [])


def fault(line: bytes, kind: Kind) -> str:
    """Why a line cannot be read, in French, or nothing when it can."""
    if len(line) > LONGEST:
        return f"ligne de {len(line)} octets, {LONGEST} au plus"
    if b"\0" in line:
        return "caractère nul"
    try:
        fields = split(line.decode("utf-8"))
    except csv.Error as error:
        return f"guillemets ({error})"
    if fields[0] != TAG[kind]:
        return f"commence par « {fields[0][:30]} » au lieu de « {TAG[kind]} »"
    if len(fields) not in FIELDS[kind]:
        return f"{len(fields)} champs au lieu de {FIELDS[kind][0]}"
    return _field_fault(fields, kind)


def _field_fault(fields: list[str], kind: Kind) -> str:
    numbers = fields[1:3] if kind is Kind.ESTABLISHMENTS else fields[1:2]
    for number in numbers:
        if not is_finess(number):
            return f"numéro FINESS « {number[:20]} »"
    if not fields[NAME[kind]].strip():
        return "raison sociale absente"
    if not is_day(fields[DATE[kind]]):
        return f"date « {fields[DATE[kind]][:20]} », attendue sous la forme AAAA-MM-JJ"
    return ""


def is_day(text: str) -> bool:
    """Whether `text` is empty or an ISO day."""
    if not text:
        return True
    try:
        # Python reads other forms too, and figures after the day: databases do not.
        return len(text) == 10 and text[4] + text[7] == "--" and bool(date.fromisoformat(text))
    except ValueError:
        return False


def fields_of(lines: Sequence[bytes]) -> Fields:
    """The fields of readable lines, taken apart one by one."""
    text = b"\n".join(lines).decode("utf-8").split("\n")
    return list(zip(*[t.split(";") if '"' not in t else split(t) for t in text], strict=False))


def fields_of_plain(lines: Sequence[bytes], width: int) -> Fields:
    """The fields of lines that have no quote, all of them `width` fields: several times faster."""
    flat = b";".join(lines).decode("utf-8").split(";")
    return [flat[place::width] for place in range(width)]


@cache
def _known_places() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """By the code of the registry: department, region, and how the code of a municipality begins."""
    known = departments_of_finess()
    return (
        {finess: d.code for finess, d in known.items()},
        {finess: d.region for finess, d in known.items()},
        # The commune has three digits everywhere: overseas its first one is the end of the department (9A, 123 → 97123).
        {finess: d.code[:2] for finess, d in known.items()},
    )


def _placed(departments: Sequence[str], communes: Sequence[str], routes: Sequence[str]) -> Columns:
    """The columns of a place: department, region and municipality by their INSEE codes, postal code."""
    code, region, prefix = _known_places()
    named = set(departments)
    codes = {d: code.get(d, "") for d in named}
    regions = {d: region.get(d, "") for d in named}
    starts = {d: prefix.get(d, d) for d in named}
    return {
        "department": list(map(codes.__getitem__, departments)),
        "region": list(map(regions.__getitem__, departments)),
        "municipality_code": list(map(add, map(starts.__getitem__, departments), communes)),
        "postal_code": [r[:5] for r in routes],
    }


def _towns(routes: Sequence[str]) -> list[str]:
    """The municipalities, from postal code, town and maybe CEDEX."""
    return [r[6:] if " CEDEX" not in r else r[6:].partition(" CEDEX")[0] for r in routes]


def _addresses(*parts: Sequence[str]) -> list[str | None]:
    """Number, its letter, way, name of the way, then the two free fields."""
    return [
        f"{number} {way} {name}"
        if number and way and name and not (letter or first or second)
        else " ".join(f"{number} {letter} {way} {name} {first} {second}".split())
        for number, letter, way, name, first, second in zip(*parts, strict=True)
    ]


def _words(*parts: Sequence[str]) -> list[str]:
    """The words of the names and of the town, the short name left out when the long one begins with it.

    Nothing stands for an empty part: what has no two spaces together is folded twice as fast.
    """
    return [
        (f"{long} {more} {town}" if more else f"{long} {town}")
        if long.startswith(short)
        else (f"{short} {long} {more} {town}" if long or more else f"{short} {town}")
        for short, long, more, town in zip(*parts, strict=True)
    ]


def establishment_columns(c: Fields) -> Columns:
    """The values that we keep of lines of cs1100502 that `fault` accepts.

    `words` are its names and its town, before accents are taken away; `usual` the usual words of its category;
    `category_label` is the nomenclature's, as the file repeats it.
    """
    usual, towns = category_words(), _towns(c[15])
    words = {code: usual.get(code, "") for code in set(c[18])}
    return {
        "finess": c[1],
        "operator": c[2],
        "name": c[3],
        "long_name": c[4],
        "municipality": towns,
        **_placed(c[13], c[12], c[15]),
        "address": _addresses(c[7], c[10], c[8], c[9], c[6], c[11]),
        "phone": c[16],
        "category": c[18],
        "category_label": c[19],
        "siret": c[22],
        "opened_on": [day or None for day in c[28]],
        "usual": list(map(words.__getitem__, c[18])),
        "words": _words(c[3], c[4], c[5], towns),
    }


def operator_columns(c: Fields) -> Columns:
    """The values that we keep of lines of cs1100501 that `fault` accepts; `words` and `usual` as for sites."""
    towns = _towns(c[12])
    return {
        "finess": c[1],
        "name": c[2],
        "long_name": c[3],
        "municipality": towns,
        **_placed(c[13], c[11], c[12]),
        "address": _addresses(c[5], c[8], c[6], c[7], c[9], c[10]),
        "phone": c[15],
        "legal_status": c[16],
        "siren": c[20],
        "created_on": [day or None for day in c[22]],
        "usual": [""] * len(c[1]),
        "words": _words(c[2], c[3], c[4], towns),
    }
