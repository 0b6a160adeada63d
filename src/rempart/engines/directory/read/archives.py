"""Opening what a user gives (a file, a folder, a zip, a gzip) as a list of members that are read as streams.

Nothing is ever unpacked on disk, and nothing that an archive states about itself is trusted: names, sizes and
checksums are verified, and the bytes are counted while they are inflated.
"""

import hashlib
import os
import re
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from rempart.engines.directory.model import SourceFile
from rempart.engines.directory.read.inflate import (
    CHUNK,
    DEFAULT_LIMITS,
    Budget,
    Limits,
    gunzipped,
    unzipped,
)
from rempart.kernel.errors import UnreadableSource

ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
GZIP_MAGIC: Final = b"\x1f\x8b"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED: Final = 0x1
_ENTRY_SIZE: Final = (
    512  # bytes of an entry of the central directory, names included, at most on average
)
_LOCAL_HEADER = struct.Struct("<4s5HLLLHH")
_END_RECORD = struct.Struct("<4s4H2LH")
_END_RECORD_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
_REPACK: Final = "Décompressez l’archive, vérifiez son contenu, puis donnez le dossier ou une nouvelle archive zip ordinaire."


class Form(StrEnum):
    """What was given."""

    FILE = "file"
    FOLDER = "folder"
    ZIP = "zip"
    GZIP = "gzip"


@dataclass(slots=True, frozen=True)
class Member:
    """One file inside what was given: `name` has `/` between folders, and can be shown to the user.

    `size` is what the container states, in bytes, 0 when it states nothing: good for a progress bar only.
    """

    name: str
    size: int
    _opener: Callable[[], BinaryIO]

    def open(self) -> BinaryIO:
        """A buffered stream on the member's bytes; raises UnreadableSource as soon as they are seen to be wrong."""
        return self._opener()

    def head(self, size: int = 4096) -> bytes:
        """The first bytes of the member."""
        with self.open() as stream:
            return stream.read(size)

    @property
    def basename(self) -> str:
        """The last part of the name."""
        return self.name.rpartition("/")[2]


@dataclass(slots=True)
class Container:
    """A file, folder or archive, opened: its form and its members in the order of the names."""

    path: Path
    form: Form
    members: tuple[Member, ...]
    _hashes: dict[str, SourceFile] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    def member(self, name: str) -> Member | None:
        """The member of this name, compared without regard to case."""
        folded = name.casefold()
        return next((m for m in self.members if m.name.casefold() == folded), None)

    def source_files(self, names: frozenset[str] | None = None) -> tuple[SourceFile, ...]:
        """Name, size and SHA-256 of what was given: the file or archive itself, or each file of the folder.

        `names` keeps only these members of a folder. The files are read once, at the first call.
        """
        if self.form is not Form.FOLDER:
            return (self._hashed(self.path.name, self.path),)
        kept = (m.name for m in self.members if names is None or m.name in names)
        return tuple(self._hashed(name, self.path / name) for name in kept)

    def _hashed(self, name: str, path: Path) -> SourceFile:
        if name not in self._hashes:
            self._hashes[name] = source_file(path, name)
        return self._hashes[name]


def source_file(path: Path, name: str = "") -> SourceFile:
    """Size and SHA-256 of a file, read in chunks; raises UnreadableSource when it cannot be read."""
    digest, size = hashlib.sha256(), 0
    with _opened(path) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return SourceFile(name or path.name, size, digest.hexdigest())


def open_container(path: Path, limits: Limits = DEFAULT_LIMITS) -> Container:
    """Open what the user gave; raises UnreadableSource with advice when it is not there, or not safe to read."""
    if path.is_dir():
        return Container(path, Form.FOLDER, tuple(_folder_members(path, limits)))
    if not path.exists():
        raise UnreadableSource(
            f"« {path} » n’existe pas.", todo="Vérifiez le chemin du fichier ou du dossier à lire."
        )
    if not path.is_file():
        raise UnreadableSource(
            f"« {path} » n’est ni un fichier ni un dossier.",
            expected="Rempart lit un fichier, un dossier ou une archive zip.",
        )
    with _opened(path) as stream:
        magic = stream.read(4)
    if magic in ZIP_MAGIC:
        return Container(path, Form.ZIP, tuple(_zip_members(path, limits)))
    size = path.stat().st_size
    if magic[:2] == GZIP_MAGIC:
        name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
        return Container(path, Form.GZIP, (Member(name, 0, _gunzip(path, name, size, limits)),))
    return Container(path, Form.FILE, (Member(path.name, size, lambda: _opened(path)),))


def _opened(path: Path) -> BinaryIO:
    try:
        return open(path, "rb", buffering=CHUNK)
    except OSError as error:
        raise UnreadableSource(
            f"« {path} » ne peut pas être ouvert ({error.strerror or error}).",
            todo="Vérifiez que le fichier existe et que votre compte a le droit de le lire.",
        ) from error


def _folder_members(folder: Path, limits: Limits) -> list[Member]:
    members: list[Member] = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        for file in files:
            path = Path(parent, file)
            # A link may lead out of the folder that the user chose.
            if path.is_symlink() or not path.is_file():
                continue
            name = path.relative_to(folder).as_posix()
            members.append(Member(name, path.stat().st_size, _opener(path)))
            if len(members) > limits.members:
                raise UnreadableSource(
                    f"Le dossier « {folder} » contient plus de {limits.members} fichiers.",
                    todo="Donnez le dossier de la collecte elle-même, pas un dossier qui en contient d’autres.",
                )
    return sorted(members, key=lambda m: m.name)


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: _opened(path)


def _gunzip(path: Path, name: str, size: int, limits: Limits) -> Callable[[], BinaryIO]:
    return lambda: gunzipped(_opened(path), Budget(path.name, size, limits), name)


def _zip_members(path: Path, limits: Limits) -> list[Member]:
    _check_directory_size(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not _is_folder(info)]
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError) as error:
        raise _damaged(path) from error
    seen: set[str] = set()
    for info in infos:
        _check_member(path, info, seen)
    _check_overlaps(path, infos)
    budget = Budget(path.name, path.stat().st_size, limits)
    members = [
        Member(safe_name(info.orig_filename), info.file_size, _unzip(path, info, budget))
        for info in infos
    ]
    return sorted(members, key=lambda m: m.name)


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.orig_filename.endswith(("/", "\\")) and not info.file_size


def _damaged(path: Path) -> UnreadableSource:
    return UnreadableSource(
        f"L’archive zip « {path.name} » est tronquée ou abîmée : son répertoire final ne se lit pas.",
        expected="Rempart attend l’archive entière, telle que le collecteur l’a écrite.",
        todo="Recopiez-la depuis le poste de collecte (comparez les tailles), ou relancez la collecte.",
    )


def _check_directory_size(path: Path, limits: Limits) -> None:
    """Refuse a central directory too long to be held, before anything reads it."""
    with _opened(path) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - 66_000))
        tail = stream.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END_RECORD.size:
            raise _damaged(path)
        count, directory = _END_RECORD.unpack_from(tail, at)[4:6]
        locator = at - _LOCATOR_64.size
        if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
            stream.seek(min(_LOCATOR_64.unpack_from(tail, locator)[2], size))
            record = stream.read(_END_RECORD_64.size)
            if len(record) == _END_RECORD_64.size:
                count, directory = _END_RECORD_64.unpack(record)[7:9]
    # zipfile believes the size of the directory, not the count: each of its entries takes memory.
    if count > limits.members or directory > limits.members * _ENTRY_SIZE or size > limits.archive:
        raise UnreadableSource(
            f"L’archive « {path.name} » annonce {count} fichiers pour {size} octets.",
            expected=f"Une collecte en compte moins de {limits.members}.",
            todo=_REPACK,
        )


def safe_name(name: str) -> str:
    """The name of a member with `/` between folders; raises UnreadableSource when it leads out of the archive."""
    clean = name.replace("\\", "/")
    parts = clean.split("/")
    if (
        not clean
        or len(clean) > 2048
        or clean.startswith("/")
        or ".." in parts
        or _DRIVE.match(clean)
        or _UNSAFE.search(clean)
    ):
        shown = ascii(name[:80])[1:-1]
        raise UnreadableSource(
            f"L’archive contient un fichier au nom dangereux : « {shown} ».",
            expected="Une collecte ne contient que des noms simples, sous son propre dossier.",
            todo="N’ouvrez pas cette archive ; demandez d’où elle vient, et refaites la collecte.",
        )
    return "/".join(part for part in parts if part not in ("", "."))


def _check_member(path: Path, info: zipfile.ZipInfo, seen: set[str]) -> None:
    name = safe_name(info.orig_filename)
    found = ""
    if stat.S_ISLNK(info.external_attr >> 16):
        found = f"L’archive « {path.name} » contient un lien symbolique : « {name} »."
    elif info.flag_bits & _ENCRYPTED:
        raise UnreadableSource(
            f"L’archive « {path.name} » est protégée par un mot de passe.",
            expected="Rempart lit les archives zip non chiffrées.",
            todo="Décompressez-la avec son mot de passe, puis donnez le dossier obtenu.",
        )
    elif info.compress_type not in (_STORED, _DEFLATED):
        found = (
            f"« {name} », dans « {path.name} », est compressé par une méthode peu courante"
            f" (n° {info.compress_type})."
        )
    elif name.casefold().endswith(".zip"):
        found = f"L’archive « {path.name} » contient une autre archive : « {name} »."
    elif name in seen:
        found = f"L’archive « {path.name} » contient deux fichiers du même nom : « {name} »."
    if found:
        raise UnreadableSource(
            found,
            expected="Rempart lit une archive zip simple, fichiers stockés ou compressés (deflate).",
            todo=_REPACK,
        )
    seen.add(name)


def _check_overlaps(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Members that share bytes are the mark of a bomb that nothing else betrays."""
    end = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end or info.header_offset < 0:
            raise UnreadableSource(
                f"Dans l’archive « {path.name} », plusieurs fichiers se partagent les mêmes octets.",
                expected="C’est la marque d’une archive piégée ou abîmée.",
                todo="N’ouvrez pas cette archive ; demandez d’où elle vient, et refaites la collecte.",
            )
        end = info.header_offset + _LOCAL_HEADER.size + info.compress_size


def _unzip(path: Path, info: zipfile.ZipInfo, budget: Budget) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        stream = _opened(path)
        stream.seek(info.header_offset)
        header = stream.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
            stream.close()
            raise _damaged(path)
        name_size, extra_size = _LOCAL_HEADER.unpack(header)[9:]
        stream.seek(name_size + extra_size, os.SEEK_CUR)
        return unzipped(stream, info, budget)

    return open_member
