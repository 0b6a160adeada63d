"""Streams that inflate members of archives, count what comes out and verify it."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final, cast

from isal import isal_zlib

from rempart.kernel.errors import UnreadableSource

CHUNK: Final = 1 << 20
_RAW_DEFLATE: Final = -15
_GZIP: Final = 31
# The stubs of isal take its error class for an instance.
_ERRORS = cast("tuple[type[Exception], ...]", (isal_zlib.error, zlib.error))


@dataclass(slots=True, frozen=True)
class Limits:
    """What a collection may weigh once inflated.

    Genuine collections shrink 10 to 300 times (a table of repeated descriptors in UTF-16 most of all), deflate
    itself cannot exceed 1032: beyond `ratio`, and once past `grace` bytes, the archive is taken for a bomb.
    """

    members: int = 200_000
    inflated: int = 200 << 30
    ratio: int = 600
    grace: int = 256 << 20
    archive: int = 50 << 30


DEFAULT_LIMITS: Final = Limits()


@dataclass(slots=True)
class Budget:
    """Bytes inflated so far from one archive; a member read twice counts once."""

    archive: str
    size: int
    limits: Limits
    _inflated: dict[str, int] = field(default_factory=dict)
    _total: int = 0

    def count(self, member: str, inflated: int) -> None:
        """`inflated` bytes of this member are out; raises UnreadableSource beyond the limits."""
        known = self._inflated.get(member, 0)
        if inflated <= known:
            return
        self._inflated[member] = inflated
        self._total += inflated - known
        limits = self.limits
        if self._total > limits.inflated or (
            self._total > limits.grace and self._total > limits.ratio * self.size
        ):
            raise UnreadableSource(
                f"L’archive « {self.archive} » ({self.size} octets) se gonfle démesurément :"
                f" déjà {self._total} octets, dans « {member} ».",
                expected=f"Une collecte se gonfle au plus {limits.ratio} fois : celle-ci est sans doute piégée.",
                todo="N’ouvrez pas cette archive ; demandez d’où elle vient, et refaites la collecte.",
            )


def unzipped(stream: BinaryIO, info: zipfile.ZipInfo, budget: Budget) -> BinaryIO:
    """The bytes of a zip member; `stream` stands at its first byte and is closed with the result."""
    return _buffered(_Inflating(stream, _member_chunks(stream, info, budget)))


def gunzipped(stream: BinaryIO, budget: Budget, name: str) -> BinaryIO:
    """The bytes of a gzip file of one or several parts; `stream` is closed with the result."""
    return _buffered(_Inflating(stream, _gzip_chunks(stream, budget, name)))


def _buffered(raw: io.RawIOBase) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(raw, CHUNK))


class _Inflating(io.RawIOBase):
    """A raw stream over an iterator of chunks."""

    def __init__(self, stream: BinaryIO, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(cast(bytearray, buffer)).cast("B")
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def readall(self) -> bytes:
        parts = [bytes(self._rest), *self._chunks]
        self._rest = memoryview(b"")
        return b"".join(parts)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _member_chunks(stream: BinaryIO, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    name, size, crc = info.filename, 0, 0
    deflated = info.compress_type == zipfile.ZIP_DEFLATED
    pieces = _inflated(stream, info, name) if deflated else _stored(stream, info.compress_size)
    for piece in pieces:
        size += len(piece)
        crc = isal_zlib.crc32(piece, crc)
        budget.count(name, size)
        if size > info.file_size:
            break
        yield piece
    if size != info.file_size or crc != info.CRC:
        raise _damaged(name, budget.archive)


def _stored(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (piece := stream.read(min(CHUNK, size))):
        size -= len(piece)
        yield piece


def _inflated(stream: BinaryIO, info: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    inflater = isal_zlib.decompressobj(_RAW_DEFLATE)
    left = info.compress_size
    pending = b""
    while not inflater.eof:
        try:
            piece = inflater.decompress(pending, CHUNK)
        except _ERRORS as error:
            raise _damaged(name, "") from error
        pending = inflater.unconsumed_tail
        if piece:
            # What is already read may hold more: nothing more is asked before it gives nothing.
            yield piece
        elif not pending and not inflater.eof:
            pending = stream.read(min(CHUNK, left))
            left -= len(pending)
            if not pending:
                return  # cut short: the size will not match


def _gzip_chunks(stream: BinaryIO, budget: Budget, name: str) -> Iterator[bytes]:
    size, pending = 0, stream.read(CHUNK)
    while pending:
        inflater = isal_zlib.decompressobj(_GZIP)
        while not inflater.eof:
            try:
                piece = inflater.decompress(pending, CHUNK)
            except _ERRORS as error:
                raise _damaged(name, budget.archive) from error
            pending = inflater.unconsumed_tail
            if piece:
                size += len(piece)
                budget.count(name, size)
                yield piece
            elif not pending and not inflater.eof:
                pending = stream.read(CHUNK)
                if not pending:
                    raise _damaged(name, budget.archive)
        # Zeros may pad the end of a gzip file; anything else is another part.
        pending = inflater.unused_data or stream.read(CHUNK)
        pending = pending.lstrip(b"\0")


def _damaged(name: str, archive: str) -> UnreadableSource:
    where = f", dans l’archive « {archive} »," if archive else ""
    return UnreadableSource(
        f"Le fichier « {name} »{where} est tronqué ou abîmé.",
        expected="Sa taille ou sa somme de contrôle n’est pas celle que l’archive annonce.",
        todo="Recopiez l’archive depuis le poste de collecte (comparez les tailles), ou relancez la collecte.",
    )
