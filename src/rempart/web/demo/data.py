"""The files of the demonstration: real identities with their licence, invented everything else."""

import csv
import io
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

FOLDER: Final = files("rempart.web.demo") / "data"
DOMAIN: Final = "exemple-invente.test"
"""The name of the directory in the prepared reports."""


@dataclass(frozen=True, slots=True)
class Row:
    """One establishment of the demonstration; the operator's name is empty when the source does not give it."""

    finess: str
    name: str
    operator: str
    operator_name: str
    legal_status: str
    category: str
    siret: str
    department: str
    region: str
    municipality: str
    municipality_code: str
    postal_code: str
    grouping: str


def establishments() -> Iterator[Row]:
    """Real hospitals, then invented establishments."""
    for name in ("hospitals.csv", "invented.csv"):
        for row in _rows(name):
            yield Row(**row)


def groups() -> list[tuple[str, str, str]]:
    """Code, name and region of each GHT."""
    return [(row["code"], row["name"], row["region"]) for row in _rows("ght.csv")]


def categories() -> list[dict[str, str]]:
    """The categories in use, as FINESS names them."""
    return _rows("categories.csv")


def report(size: str, mended: int, domain: str, day: str) -> bytes:
    """The JSON of a prepared report (`home` or `hospital`, after `mended` repairs), renamed and dated."""
    text = bytes(_reports()[size][mended]).decode("utf-8")
    for before, after in ((DOMAIN, domain), (DOMAIN.upper(), domain.upper())):
        text = text.replace(before, after)
    found = msgspec.json.decode(text)
    found["audited_on"] = day
    for source in found["sources"]:
        source["collected_on"] = day
    return msgspec.json.encode(found)


def forget() -> None:
    """Give back the memory of the prepared reports."""
    _reports.cache_clear()


@cache
def _reports() -> dict[str, list[msgspec.Raw]]:
    packed = (FOLDER / "reports.json.xz").read_bytes()
    return msgspec.json.decode(lzma.decompress(packed), type=dict[str, list[msgspec.Raw]])


def _rows(name: str) -> list[dict[str, str]]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))
