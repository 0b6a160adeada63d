"""The journal as a bundle that proves itself: readable, verified without a database and without Rempart.

The same journal gives the same bytes. It holds journal.jsonl (one entry a line, canonical JSON), manifest.json (how many,
the last hash, the hash of the file) and a French page that tells how to verify with any tool.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from rempart.kernel.errors import UnreadableSource
from rempart.web.core import chain

FORMAT: Final = "rempart-journal-1"
ENTRIES: Final = "journal.jsonl"
MANIFEST: Final = "manifest.json"
README: Final = "LISEZ-MOI.txt"
LONGEST_LINE: Final = 8 * 1024 * 1024
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
HOW: Final = """\
Dossier de preuve du journal de Rempart

journal.jsonl   une entrée par ligne, en JSON, de la première à la dernière
manifest.json   combien d’entrées, l’empreinte de la dernière, l’empreinte (SHA-256) de journal.jsonl

Vérifier avec Rempart (sans base ni réseau) :
    rempart journal verify CE_FICHIER.zip

Vérifier sans Rempart :
1. l’empreinte de journal.jsonl :  sha256sum journal.jsonl  → « journal_sha256 » de manifest.json ;
2. les numéros (« id ») se suivent de 1 en 1, sans trou ;
3. « previous_hash » de chaque entrée est le « hash » de la précédente (64 zéros pour la première) ;
4. « hash » est le SHA-256 de l’entrée sans son champ « hash », écrite en JSON UTF-8, clés triées, sans espace,
   caractères accentués tels quels.

Ce qu’il prouve : depuis cet export, ni une entrée ni leur ordre n’ont changé, si l’empreinte de la dernière entrée a
été gardée ailleurs (courriel, coffre, papier). Gardez-la.
"""


def export(output: Path) -> chain.Walk:
    """Write the bundle whole or not at all, and give how far the chain holds."""
    from rempart.web.core.journal import rows  # noqa: PLC0415  # a bundle is verified without a database

    output.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=output.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as bundle:
            walk = write(bundle, chain.from_rows(rows()))
        Path(draft).replace(output)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return walk


def write(bundle: zipfile.ZipFile, entries: Iterator[dict[str, Any]]) -> chain.Walk:
    """Write the members of a bundle; the chain is followed on the way, and a broken one is written to its end."""
    digest = hashlib.sha256()
    count = 0
    last: Mapping[str, Any] = {"id": 0, "hash": chain.GENESIS}

    def written(file: IO[bytes]) -> Iterator[dict[str, Any]]:
        nonlocal count, last
        for entry in entries:
            line = chain.canonical(entry) + b"\n"
            digest.update(line)
            file.write(line)
            count, last = count + 1, entry
            yield entry

    with bundle.open(_member(ENTRIES), "w", force_zip64=True) as file:
        lines = written(file)
        walk = chain.walked(lines)
        for _ in lines:
            pass
    manifest = {
        "format": FORMAT,
        "entries": count,
        "last_id": last["id"],
        "last_hash": last["hash"],
        "journal_sha256": digest.hexdigest(),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    bundle.writestr(_member(MANIFEST), text)
    bundle.writestr(_member(README), HOW)
    return walk


def verified(path: Path) -> chain.Walk:
    """Follow the chain of a bundle. Raises UnreadableSource when it is not one."""
    try:
        with zipfile.ZipFile(path) as bundle:
            manifest = json.loads(bundle.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise ValueError(f"format {manifest.get('format')!r}")
            digest = hashlib.sha256()
            with bundle.open(ENTRIES) as file:
                walk = chain.walked(_lines(file, digest))
    except (OSError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as fault:
        raise UnreadableSource(
            f"{path} n’est pas un export du journal ({fault}).",
            expected="Un fichier ZIP écrit par « rempart journal export ».",
        ) from fault
    found = {
        "entries": walk.entries,
        "last_id": walk.last_id,
        "last_hash": walk.last_hash,
        "journal_sha256": digest.hexdigest(),
    }
    for name, value in found.items():
        if walk.broken is None and manifest.get(name) != value:
            walk.broken = chain.Broken(
                walk.last_id + 1,
                f"L’export ne correspond pas à son manifeste : {name} vaut {value}, {manifest.get(name)} y est inscrit.",
            )
    return walk


def _lines(file: IO[bytes], digest: Any) -> Iterator[dict[str, Any]]:
    while line := file.readline(LONGEST_LINE):
        digest.update(line)
        yield json.loads(line)


def _member(name: str) -> zipfile.ZipInfo:
    """A member without a date, a machine or an owner."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info
