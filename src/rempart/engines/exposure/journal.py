"""The journal of a sweep: each result on disk as soon as it is there, so that a sweep that was cut goes on.

A record is its length, its CRC-32 and its MessagePack body. The last record of a sweep that was killed may be torn:
it is dropped when the journal is opened again, and its piece is done again.
"""

import struct
import zlib
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from msgspec import Struct

from rempart.engines.exposure.work import Done
from rempart.kernel.errors import RempartError, UnreadableSource, system_words

MAGIC: Final = b"rempart sweep 1\n"
HEAD: Final = struct.Struct("<II")
LONGEST_RECORD: Final = 64 << 20


class JournalHead(Struct, frozen=True, kw_only=True):
    """What the results of a journal rest on; `minute` is that of the start, in minutes since 1970."""

    rules: str
    minute: int
    perimeter: str
    started_at: float
    tool_version: str


class Journal:
    """An open journal: `add` writes one result, `keys` are those of the results that need not be done again."""

    def __init__(self, path: Path, file: FileIO, head: JournalHead, keys: set[str]) -> None:
        self.path, self.head, self.keys = path, head, keys
        self._file = file
        self._encoder = msgspec.msgpack.Encoder()

    def add(self, done: Done) -> None:
        """Write one result, unless it is there already. Raises RempartError when the disk is full or gone."""
        if done.key in self.keys:
            return
        try:
            _put(self._file, _record(self._encoder.encode(done)))
        except OSError as fault:
            raise RempartError(
                f"Le journal du balayage n’a pas pu être écrit : {self.path} ({system_words(fault)}).",
                todo="Faites de la place, puis reprenez avec --resume : rien de ce qui a été vu n’est perdu.",
            ) from fault
        if not done.stopped:
            self.keys.add(done.key)

    def results(self) -> Iterator[Done]:
        """Every result, in the order in which it came; one that was redone comes once more."""
        with self.path.open("rb") as file:
            _read_head(file, self.path)
            decoder = msgspec.msgpack.Decoder(Done)
            for body, _ in _bodies(file):
                yield decoder.decode(body)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def new_journal(path: Path, head: JournalHead) -> Journal:
    """An empty journal, in place of the one that was there. Raises RempartError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("wb", buffering=0)
        try:
            _put(file, MAGIC + _record(msgspec.msgpack.encode(head)))
        except OSError:
            file.close()
            raise
    except OSError as fault:
        raise RempartError(
            f"Le journal du balayage ne peut pas être écrit : {path} ({system_words(fault)}).",
            todo="Choisissez un autre dossier avec --output.",
        ) from fault
    return Journal(path, file, head, set())


def resumed_journal(path: Path, rules: str) -> Journal:
    """The journal of a sweep that was cut, ready to go on. Raises UnreadableSource when it is of other rules."""
    if not path.exists():
        raise UnreadableSource(
            f"Il n’y a pas de balayage interrompu ici : {path} n’existe pas.",
            todo="Recommencez sans --resume.",
        )
    try:
        with path.open("rb") as file:
            head = _read_head(file, path)
            decoder = msgspec.msgpack.Decoder(Done)
            keys, good = set(), file.tell()
            for body, end in _bodies(file):
                done = decoder.decode(body)
                good = end
                if not done.stopped:
                    keys.add(done.key)
    except (OSError, msgspec.DecodeError) as fault:
        raise UnreadableSource(
            f"Journal de balayage illisible : {path} ({_words(fault)}).",
            expected="Le journal qu’un balayage interrompu a laissé.",
            todo="Recommencez sans --resume.",
        ) from fault
    if head.rules != rules:
        raise UnreadableSource(
            f"Le périmètre ou la version de Rempart a changé depuis ce balayage : {path}.",
            todo="Recommencez sans --resume.",
        )
    try:
        writing = path.open("r+b", buffering=0)
        writing.truncate(good)
        writing.seek(good)
    except OSError as fault:
        raise RempartError(
            f"Le journal du balayage ne peut pas être continué : {path} ({system_words(fault)}).",
            todo="Rendez ce dossier accessible en écriture, puis reprenez avec --resume.",
        ) from fault
    return Journal(path, writing, head, keys)


def _words(fault: Exception) -> str:
    return (
        system_words(fault) if isinstance(fault, OSError) else "son contenu n’est pas celui attendu"
    )


def _put(file: FileIO, data: bytes) -> None:
    """Write all of it. Nothing stays in a buffer, which would fail again when the file is closed."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def _record(body: bytes) -> bytes:
    return HEAD.pack(len(body), zlib.crc32(body)) + body


def _read_head(file: BinaryIO, path: Path) -> JournalHead:
    if file.read(len(MAGIC)) == MAGIC:
        for body, _ in _bodies(file):
            return msgspec.msgpack.decode(body, type=JournalHead)
    raise UnreadableSource(
        f"Ce fichier n’est pas un journal de balayage : {path}.",
        todo="Recommencez sans --resume.",
    )


def _bodies(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The whole records from here on, each with the place where it ends; what is torn ends the reading."""
    while len(head := file.read(HEAD.size)) == HEAD.size:
        size, crc = HEAD.unpack(head)
        body = file.read(size) if size <= LONGEST_RECORD else b""
        if len(body) != size or zlib.crc32(body) != crc:
            return
        yield body, file.tell()
