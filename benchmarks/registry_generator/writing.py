"""Writes the three official files for a number of establishments, the same for the same seed.

`later=True` writes the next stock of the same registry: some are gone, some renamed, recategorised, moved or new.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Final

from benchmarks.registry_generator.shape import (
    KINDS,
    PLANTS,
    SAINTS,
    SEASONS,
    STATUSES,
    STREETS,
    TOWNS,
    WAYS,
)

from rempart.content.places import Department, departments
from rempart.kernel.finess import with_key

STOCK_ON, LATER_ON = date(2026, 5, 12), date(2026, 7, 10)
_FIRST: Final = date(1950, 1, 1)
_QUOTED: Final = 0.012
_LONG: Final = 0.75


@dataclass(frozen=True, slots=True)
class Written:
    """The files of one stock."""

    operators: Path
    establishments: Path
    located: Path


def generate(folder: Path, count: int, *, seed: int = 1, later: bool = False) -> Written:
    """Write cs1100501, cs1100502 and cs1100507 of `count` establishments, in UTF-8."""
    folder.mkdir(parents=True, exist_ok=True)
    day = LATER_ON if later else STOCK_ON
    stamp = f"{day:%Y%m%d}-0339.csv"
    paths = Written(*(folder / f"etalab-cs11005{n}-stock-{stamp}" for n in ("01", "02", "07")))
    lines = list(establishments(count, seed, later=later))
    head = f"finess;etalab;{130 if later else 111};{day.isoformat()}"
    _write(paths.establishments, [head, *lines])
    _write(paths.located, [head, *lines, *positions(lines, seed)])
    _write(paths.operators, [head, *operators(lines, seed)])
    return paths


def _write(path: Path, lines: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in lines)


def establishments(count: int, seed: int, *, later: bool = False) -> Iterator[str]:
    """The lines of the sites, by department, then by number."""
    known = list(departments().values())
    each = [count // len(known) + (i < count % len(known)) for i in range(len(known))]
    for department, number in zip(known, each, strict=True):
        draw = random.Random(f"{seed}-{department.code}")
        change = random.Random(f"{seed}-{department.code}-later")
        for rank in range(number):
            row = _site(department, rank, draw)
            if not later:
                yield ";".join(row)
            elif change.random() > 0.01:
                yield ";".join(_later(row, change))


def _later(row: list[str], change: random.Random) -> list[str]:
    """Two in a hundred have changed: a name, a category, an operator."""
    luck = change.random()
    if luck < 0.01:
        row[3] = row[4] = f"RESIDENCE {change.choice(PLANTS)}"
    elif luck < 0.015:
        kind = change.choice(KINDS)
        row[18:22] = [kind.code, kind.label, kind.aggregate, kind.aggregate_label]
    elif luck < 0.02:
        row[2] = with_key(row[2][:2] + "0" + str(change.randrange(10000, 99999)))
    return row


_WEIGHTS: Final = tuple(accumulate(k.weight for k in KINDS))


def _site(place: Department, rank: int, draw: random.Random) -> list[str]:
    """One line of cs1100502, in its 32 fields."""
    prefix = place.finess and place.code[:2] or place.code
    kind = draw.choices(KINDS, cum_weights=_WEIGHTS)[0]
    word = draw.choice(draw.choice((SAINTS, PLANTS, SEASONS)))
    town = draw.choice(TOWNS)
    short = f"{kind.words} {word}"
    if draw.random() < _QUOTED:
        short = f'"{kind.words} ""{word}"""'
    long = f"{kind.words} {word} DE {town}" if draw.random() < _LONG else ""
    overseas = place.code[2] if place.finess else ""
    commune = overseas + str(draw.randrange(1, 99)).zfill(2 if overseas else 3)
    postal = place.code[:2].replace("2A", "20").replace("2B", "20") + commune
    siren = str(draw.randrange(300_000_000, 899_999_999))
    opened = (_FIRST + timedelta(draw.randrange(27_000))).isoformat()
    body = str(rank).zfill(5)
    own = with_key(f"{prefix}{overseas or '0'}{body}")
    holder = with_key(f"{prefix}{overseas or '7'}{str(90000 - rank // 2).zfill(5)}")
    return [
        "structureet", own, holder, short, long, "", "", str(draw.randrange(1, 300)),
        draw.choice(WAYS), draw.choice(STREETS), "", f"BP {rank % 900}" if rank % 5 == 0 else "",
        commune, place.finess or place.code, place.name.upper()[:24], f"{postal} {town}",
        f"02{draw.randrange(10**8):08d}", "", kind.code, kind.label, kind.aggregate,
        kind.aggregate_label, f"{siren}{draw.randrange(10**5):05d}" if draw.random() < 0.8 else "",
        "8610Z", "03", "ARS établissements Publics de santé dotation globale", "1",
        "Etablissement public de santé", opened, opened,
        (STOCK_ON - timedelta(draw.randrange(4000))).isoformat(), "",
    ]  # fmt: skip


def operators(lines: list[str], seed: int) -> Iterator[str]:
    """The lines of the operators that the sites name, but for one in two hundred; and some that have no site."""
    seen: dict[str, list[str]] = {}
    for line in lines:
        row = line.split(";")
        seen.setdefault(row[2], row)
    draw = random.Random(seed)
    weights = [weight for *_, weight in STATUSES]
    for rank, (finess, site) in enumerate(seen.items()):
        if rank % 200 == 7:
            continue
        numbers = [finess] if rank % 25 else [finess, with_key(f"{finess[:2]}6{rank % 100000:05d}")]
        for number in numbers:
            code, label, _ = draw.choices(STATUSES, weights)[0]
            yield ";".join(
                [
                    "structureej",
                    number,
                    f"GESTIONNAIRE {number}",
                    f"ASSOCIATION {draw.choice(SAINTS)}",
                    "",
                    *site[7:11],
                    "",
                    "",
                    site[12],
                    site[15],
                    site[13],
                    site[14],
                    site[16],
                    code,
                    label,
                    "",
                    "",
                    str(draw.randrange(300_000_000, 899_999_999)),
                    "8810C",
                    site[28],
                ]  # fmt: skip
            )


def positions(lines: list[str], seed: int) -> Iterator[str]:
    """The geolocation lines, in the projection of each territory."""
    draw = random.Random(seed + 1)
    for line in lines:
        finess, department = line[12:21], line.split(";", 14)[13]
        low, high = _BOXES.get(department, _BOXES[""])
        x, y = (draw.uniform(a, b) for a, b in zip(low, high, strict=True))
        source = "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93"
        yield f"geolocalisation;{finess};{x:.1f};{y:.1f};{source};2026-03-02"


_BOXES: Final = {
    "": ((150_000.0, 6_150_000.0), (1_000_000.0, 7_050_000.0)),
    "9A": ((630_000.0, 1_770_000.0), (690_000.0, 1_820_000.0)),
    "9B": ((700_000.0, 1_600_000.0), (735_000.0, 1_640_000.0)),
    "9C": ((200_000.0, 350_000.0), (360_000.0, 620_000.0)),
    "9D": ((315_000.0, 7_635_000.0), (375_000.0, 7_690_000.0)),
    "9E": ((550_000.0, 5_175_000.0), (575_000.0, 5_215_000.0)),
    "9F": ((500_000.0, 8_560_000.0), (530_000.0, 8_600_000.0)),
}
"""Corners of the territories, in metres of their official projection."""
