"""The proof pack: what was read, with which catalogue, what came out, and the hash of each, in one archive."""

import hashlib
import zipfile
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Final

import msgspec

from rempart.engines.directory.report import Report
from rempart.render.french import day

EARLIEST: Final = 1980  # first year that a zip can date

README: Final = """\
Preuve d’un audit d’annuaire : {title}
Audit du {audited_on}, par Rempart {tool}, catalogue du {catalogue}.

Ce dossier contient le rapport, la liste des collectes lues avec leur empreinte (provenance.json), et
l’empreinte SHA-256 de chaque fichier (MANIFEST.sha256). Les collectes elles-mêmes n’y sont pas.

Pour vérifier que rien n’a changé :
    Linux    sha256sum -c MANIFEST.sha256
    Windows  Get-FileHash *.* -Algorithm SHA256, à comparer ligne à ligne

Les mêmes collectes, le même catalogue, la même version et la même date redonnent les mêmes fichiers.
Ce document n’est pas officiel.
"""


def packed(report: Report, files: Mapping[str, bytes]) -> bytes:
    """A zip of `files` with their provenance and manifest, the same bytes for the same input."""
    contents = dict(sorted(files.items()))
    contents["LISEZMOI.txt"] = _readme(report)
    contents["provenance.json"] = provenance(report)
    contents["MANIFEST.sha256"] = manifest(contents)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for filename in sorted(contents):
            entry = zipfile.ZipInfo(filename, _date(report.audited_on))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on every machine, with the mode that follows
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, contents[filename])
    return target.getvalue()


def manifest(contents: Mapping[str, bytes]) -> bytes:
    """One line a file, as `sha256sum` writes and checks them."""
    lines = [f"{hashlib.sha256(c).hexdigest()}  {n}\n" for n, c in sorted(contents.items())]
    return "".join(lines).encode("utf-8")


def provenance(report: Report) -> bytes:
    """Where the report comes from: collections and hashes, catalogue, tool, date."""
    facts = {
        "audited_on": report.audited_on,
        "tool_version": report.tool_version,
        "catalogue_version": report.catalogue_version,
        "catalogue_sha256": report.catalogue_sha256,
        "schema": report.schema,
        "pseudonymised": report.pseudonymised,
        "sources": msgspec.to_builtins(report.sources),
    }
    text = msgspec.json.format(msgspec.json.encode(facts), indent=2)
    return text + b"\n"


def _readme(report: Report) -> bytes:
    text = README.format(
        title=report.title,
        audited_on=day(report.audited_on),
        tool=report.tool_version,
        catalogue=day(report.catalogue_version),
    )
    return text.encode("utf-8", "replace")


def _date(audited_on: str) -> tuple[int, int, int, int, int, int]:
    try:
        when = date.fromisoformat(audited_on[:10])
    except ValueError:
        when = date(EARLIEST, 1, 1)
    return (max(when.year, EARLIEST), when.month, when.day, 0, 0, 0)
