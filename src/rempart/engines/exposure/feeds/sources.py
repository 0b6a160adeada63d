"""The public files, each known by what it contains and never by its name, read as they are published."""

import csv
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from rempart.engines.exposure.feeds.bundle import (
    Exploited,
    Library,
    LibraryHole,
    NetscalerBuild,
    Span,
    Takeover,
)
from rempart.engines.exposure.feeds.names import key_of_names
from rempart.kernel.errors import UnreadableSource

MOST_BYTES: Final = 512 << 20
_LINE: Final = 4 << 20
# What the reader of archives raises on one that is damaged, encrypted, or squeezed in a way that it does not know.
_ARCHIVE: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError, struct.error, LZMAError),
)


def kind_of_json(data: Any) -> str:
    """kev, life, libraries, takeovers, exchange_names, exchange_known, exchange_mends, cve; "" when unknown."""
    if isinstance(data, list):
        first = data[0] if data and isinstance(data[0], dict) else {}
        return "takeovers" if {"cname", "fingerprint"} <= first.keys() else ""
    if not isinstance(data, dict):
        return ""
    if "catalogVersion" in data and "vulnerabilities" in data:
        return "kev"
    if str(data.get("dataType", "")).startswith("CVE_RECORD"):
        return "cve"
    if isinstance(data.get("result"), list) and "schema_version" in data:
        return "life"
    values = [value for value in data.values() if isinstance(value, dict)][:50]
    shapes = {
        "life": "releases",
        "libraries": "extractors",
        "exchange_names": "build",
        "exchange_known": "cves",
    }
    for kind, mark in shapes.items():
        if any(mark in value for value in values):
            return kind
    return "exchange_mends" if values and all(key.startswith("CVE-") for key in data) else ""


def exploited_of(data: dict[str, Any]) -> tuple[dict[str, Exploited], str]:
    """The list of exploited holes (CISA KEV), and its day."""
    found = {
        str(row["cveID"]): Exploited(
            str(row.get("dateAdded", "")),
            key_of_names(str(row.get("vendorProject", "")), str(row.get("product", ""))),
            str(row.get("vulnerabilityName", ""))[:160],
            row.get("knownRansomwareCampaignUse") == "Known",
        )
        for row in data["vulnerabilities"]
        if isinstance(row, dict) and row.get("cveID")
    }
    return found, str(data.get("dateReleased", ""))[:10]


def libraries_of(data: dict[str, Any]) -> dict[str, Library]:
    """The libraries of retire.js that have holes, and the patterns that tell their version."""
    found = {}
    for name, row in data.items():
        holes = [_library_hole(hole) for hole in row.get("vulnerabilities") or []]
        holes = [hole for hole in holes if hole.span.high]
        if not holes:
            continue
        patterns = row.get("extractors") or {}
        found[name] = Library(
            name,
            holes,
            [str(p) for p in patterns.get("filename") or []],
            [str(p) for p in patterns.get("uri") or []],
            [str(p) for p in patterns.get("filecontent") or []],
        )
    return found


def _library_hole(row: dict[str, Any]) -> LibraryHole:
    names = row.get("identifiers") or {}
    return LibraryHole(
        Span(str(row.get("atOrAbove") or ""), str(row.get("below") or "")),
        str(row.get("severity") or "medium"),
        " ".join(str(names.get("summary") or "").split())[:200],
        [str(hole) for hole in names.get("CVE") or []],
        [str(version) for version in row.get("excludes") or []],
    )


def takeovers_of(data: list[dict[str, Any]]) -> list[Takeover]:
    """The hosts whose abandoned names can be claimed, or cannot."""
    return [
        Takeover(
            str(row.get("service", "")),
            [str(suffix).lower().rstrip(".") for suffix in row.get("cname") or []],
            str(row.get("fingerprint") or ""),
            bool(row.get("vulnerable")),
            bool(row.get("nxdomain")),
            row.get("http_status") if isinstance(row.get("http_status"), int) else None,
        )
        for row in data
        if row.get("cname")
    ]


def scores_of(lines: Iterator[str]) -> tuple[dict[str, float], str]:
    """EPSS: hole → probability (0 to 1) that it is exploited within 30 days, and the day of the scores."""
    head = next(lines, "")
    day = head.partition("score_date:")[2][:10]
    if not head.startswith("#"):
        lines = iter([head, *lines])
    found = {}
    for row in csv.DictReader(lines):
        try:
            score = float(row.get("epss") or "")
        except ValueError:
            continue
        if 0 <= score <= 1:
            found[str(row.get("cve"))] = round(score, 5)
    return found, day


def netscaler_of(lines: Iterator[str]) -> tuple[list[NetscalerBuild], str]:
    """The table of NetScaler builds, and the day of the newest."""
    found, newest = [], ""
    for row in csv.DictReader(lines):
        stamp = row.get("rdx_en_stamp") or ""
        if row.get("version"):
            build = NetscalerBuild(
                int(stamp) if stamp.isdecimal() else 0, row.get("vhash") or "", row["version"]
            )
            found.append(build)
            newest = max(newest, (row.get("rdx_en_date") or "")[:10])
    return found, newest


def bounded_json(file: BinaryIO, name: str) -> Any:
    """A whole JSON document, within the bound. Raises UnreadableSource."""
    data = _read(file, name)
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise UnreadableSource(
            f"« {name} » n’est pas du JSON lisible ({fault}).",
            todo="Téléchargez-le de nouveau, ou retirez-le du dossier.",
        ) from fault


def _read(file: BinaryIO, name: str) -> bytes:
    try:
        data = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise UnreadableSource(f"« {name} » est abîmé ou incomplet ({fault}).") from fault
    if len(data) > MOST_BYTES:
        raise UnreadableSource(f"« {name} » dépasse 512 Mio une fois décompressé.")
    return data


def lines_of(file: BinaryIO, name: str) -> Iterator[str]:
    """The lines of a text in UTF-8, each within a bound. Raises UnreadableSource."""
    try:
        while line := file.readline(_LINE + 1):
            if len(line) > _LINE:
                raise UnreadableSource(f"« {name} » a une ligne de plus de 4 Mio.")
            yield line.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as fault:
        raise UnreadableSource(f"« {name} » est abîmé ou incomplet ({fault}).") from fault


def open_plain(path: Path) -> BinaryIO:
    """The file, inflated when it is a gzip."""
    file = path.open("rb")
    if file.read(2) == b"\x1f\x8b":
        file.close()
        return gzip.open(path, "rb")  # type: ignore[return-value]
    file.seek(0)
    return file


def records_in_zip(path: Path) -> Iterator[tuple[str, Any]]:
    """The JSON documents of a zip, and of the zips inside it (the CVE list is published so). Raises UnreadableSource."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.file_size > MOST_BYTES:
                    raise UnreadableSource(
                        f"« {member.filename} » dépasse 512 Mio une fois décompressé."
                    )
                if member.filename.endswith(".json"):
                    with archive.open(member) as file:
                        yield member.filename, bounded_json(file, member.filename)  # type: ignore[arg-type]
                elif member.filename.endswith(".zip"):
                    yield from _inner(archive, member)
    except _ARCHIVE as fault:
        raise UnreadableSource(f"« {path.name} » est une archive abîmée ({fault}).") from fault


def _inner(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[tuple[str, Any]]:
    data = io.BytesIO(archive.read(member))
    with zipfile.ZipFile(data) as inner:
        for name in inner.infolist():
            if name.filename.endswith(".json") and name.file_size <= _LINE:
                with inner.open(name) as file:
                    yield name.filename, bounded_json(file, name.filename)  # type: ignore[arg-type]
