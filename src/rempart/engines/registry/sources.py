"""Opening a registry file: alone or in a zip, its encoding, and which of the files it is, by what it holds."""

import codecs
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Final

from rempart.engines.registry.formats import (
    CATEGORY,
    GROUPING,
    LEGAL_STATUS,
    RECOGNISED,
    Kind,
)
from rempart.kernel.errors import UnreadableSource

CHUNK: Final = 1 << 18
MAX_BYTES: Final = 1 << 30
"""A stock of 103 000 lines weighs 40 MB: beyond a gigabyte once unzipped, it is something else."""

_HEAD: Final = 64 * 1024
_BOM: Final = codecs.BOM_UTF8
_TAGS: Final = {
    "structureej": Kind.OPERATORS,
    "structureet": Kind.ESTABLISHMENTS,
    "geolocalisation": Kind.ESTABLISHMENTS,
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file that can be read: `shown` is the name that people know, `dated_on` is the day of the stock when the file says it, `columns` its header if any."""

    path: Path
    member: str
    shown: str
    kind: Kind
    encoding: str
    dated_on: date | None
    header_lines: int
    columns: tuple[str, ...] = ()

    def chunks(self) -> Iterator[bytes]:
        """The content in UTF-8, by blocks, without byte order mark."""
        first = True
        with _opened(self.path, self.member, self.shown) as file:
            while chunk := file.read(CHUNK):
                if self.encoding != "utf-8":
                    chunk = chunk.decode(self.encoding).encode("utf-8")
                yield chunk.removeprefix(_BOM) if first else chunk
                first = False


def sources(path: Path, name: str = "") -> list[Source]:
    """The registry files that `path` is, or holds when it is a zip, in the order in which they must be written.

    Raises UnreadableSource when the file is empty, in UTF-16, too large, or none of those that we know.
    """
    shown = name or path.name
    if not zipfile.is_zipfile(path):
        return [_recognised(path, "", shown)]
    try:
        with zipfile.ZipFile(path) as pack:
            members = [m for m in pack.infolist() if not m.is_dir() and m.file_size]
    except (zipfile.BadZipFile, NotImplementedError) as fault:
        raise _bad_zip(shown) from fault
    if sum(m.file_size for m in members) > MAX_BYTES:
        raise UnreadableSource(
            f"L’archive {shown} contient plus d’un gigaoctet une fois ouverte.",
            expected="Un fichier national du registre pèse moins de 100 Mo.",
            todo="Vérifiez que c’est bien l’archive du registre, ou donnez le fichier seul.",
        )
    found = [_recognised(path, m.filename, f"{shown} › {m.filename}") for m in members]
    if not found:
        raise UnreadableSource(
            f"L’archive {shown} ne contient aucun fichier.",
            expected=RECOGNISED,
            todo="Téléchargez-la de nouveau.",
        )
    order = list(Kind)
    return sorted(found, key=lambda s: order.index(s.kind))


def _opened(path: Path, member: str, shown: str) -> IO[bytes]:
    if not member:
        return path.open("rb")
    try:
        pack = zipfile.ZipFile(path)
        return _Member(pack, pack.open(member), shown)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as fault:
        raise _bad_zip(shown) from fault


class _Member(io.BufferedReader):
    """A member of a zip that closes the zip with itself, bounds what comes out, and words a damaged archive."""

    def __init__(self, pack: zipfile.ZipFile, member: IO[bytes], shown: str) -> None:
        super().__init__(member)  # type: ignore[arg-type]
        self._pack, self._shown = pack, shown
        self._given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            found = super().read(size)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as fault:
            raise _bad_zip(self._shown) from fault
        self._given += len(found)
        if self._given > MAX_BYTES:
            raise _bad_zip(self._shown)
        return found

    def close(self) -> None:
        super().close()
        self._pack.close()


def _bad_zip(name: str) -> UnreadableSource:
    return UnreadableSource(
        f"L’archive {name} est abîmée, chiffrée ou trompeuse : son contenu ne se lit pas en entier.",
        expected="Une archive zip ordinaire, sans mot de passe.",
        todo="Téléchargez-la de nouveau, ou donnez le fichier qu’elle contient.",
    )


def _recognised(path: Path, member: str, shown: str) -> Source:
    """What the file is, from its first lines."""
    with _opened(path, member, shown) as file:
        head = file.read(_HEAD)
    if not head.strip(b"\r\n\t ;" + _BOM):
        raise UnreadableSource(
            f"Le fichier {shown} est vide.",
            expected=RECOGNISED,
            todo="Téléchargez-le de nouveau : le téléchargement s’est sans doute interrompu.",
        )
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head[:400]:
        raise UnreadableSource(
            f"Le fichier {shown} est en UTF-16, ou n’est pas du texte.",
            expected="Un fichier texte en UTF-8 ou en Latin-1, tel qu’il est publié.",
            todo="Donnez le fichier d’origine, sans l’avoir ouvert et enregistré dans un tableur.",
        )
    encoding = _encoding(path, member, shown)
    first = head.removeprefix(_BOM).decode(encoding, errors="replace").splitlines()
    return _typed(path, member, shown, encoding, first)


def _typed(path: Path, member: str, shown: str, encoding: str, first: list[str]) -> Source:
    """The source, typed by its first two lines."""
    fields = [part.strip() for part in first[0].split(";")]
    dated_on, header = None, 0
    if fields[:2] == ["finess", "etalab"] or fields[0] == "finess":
        dated_on, header = _day(fields[-1]), 1
        fields = first[1].split(";") if len(first) > 1 else [""]
    if kind := _TAGS.get(fields[0]):
        return Source(path, member, shown, kind, encoding, dated_on, header)
    columns = tuple(part.strip('" ').lower() for part in fields)
    for kind, wanted in (
        (Kind.CATEGORIES, CATEGORY),
        (Kind.LEGAL_STATUSES, LEGAL_STATUS),
        (Kind.GROUPINGS, GROUPING),
    ):
        if set(wanted) <= set(columns):
            return Source(path, member, shown, kind, encoding, None, header + 1, columns)
    raise UnreadableSource(
        f"Le fichier {shown} n’est aucun des fichiers du registre : sa première ligne commence par "
        f"« {first[min(header, len(first) - 1)][:40]} ».",
        expected=RECOGNISED,
        todo="Choisissez un de ces fichiers, tel qu’il est publié.",
    )


def _encoding(path: Path, member: str, shown: str) -> str:
    """UTF-8 when the whole file is valid UTF-8, Latin-1 otherwise: publications have used both."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _opened(path, member, shown) as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
