"""The snapshot on disk: gzip, so that a file that was cut or changed is known by its end; replayed without network."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from rempart.engines.exposure.snapshot import SCHEMA, AnySeen, Snapshot
from rempart.kernel.errors import RempartError, UnreadableSource

SUFFIX: Final = ".rempart-exposure"
MAGIC: Final = b"rempart exposure snapshot\n"
LONGEST: Final = 2 << 30  # bytes once inflated: a million endpoints
CHUNK: Final = 1 << 20


def packed(snapshot: Snapshot) -> bytes:
    """The snapshot as the bytes of its file: the same snapshot gives the same bytes."""
    body = MAGIC + msgspec.msgpack.encode(snapshot)
    return gzip.compress(body, compresslevel=6, mtime=0)


def write_snapshot(snapshot: Snapshot, path: Path) -> str:
    """Write the file beside, then put it in place, and give its SHA-256 in hexadecimal. Raises RempartError."""
    content = packed(snapshot)
    waiting = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        waiting.write_bytes(content)
        waiting.replace(path)
    except OSError as fault:
        raise RempartError(
            f"Le balayage n’a pas pu être écrit : {path} ({fault.strerror}).",
            todo="Vérifiez la place et les droits, puis reprenez avec --resume.",
        ) from fault
    return hashlib.sha256(content).hexdigest()


def read_snapshot(path: Path) -> tuple[Snapshot, str]:
    """The snapshot of a file, and the SHA-256 of the file. Raises UnreadableSource."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise _refused(path, fault.strerror or "illisible") from fault
    return unpacked(content, str(path)), hashlib.sha256(content).hexdigest()


def unpacked(content: bytes, origin: str = "fichier déposé") -> Snapshot:
    """The snapshot of the bytes of a file, inflated up to a bound. Raises UnreadableSource."""
    try:
        body = _inflated(content)
        if not body.startswith(MAGIC):
            raise ValueError("ce n’est pas un balayage de Rempart")
        snapshot = msgspec.msgpack.decode(memoryview(body)[len(MAGIC) :], type=Snapshot)
    except (ValueError, EOFError, zlib.error, msgspec.DecodeError, RecursionError) as fault:
        raise _refused(origin, str(fault)) from fault
    if snapshot.schema != SCHEMA:
        raise _refused(origin, f"version {snapshot.schema}")
    return snapshot


def _inflated(content: bytes) -> bytes:
    """What a gzip file holds. Raises ValueError when it is cut, changed, followed by something, or too long."""
    inflate = zlib.decompressobj(wbits=31)
    parts, size, rest = [], 0, content
    while rest and not inflate.eof:
        part = inflate.decompress(rest, CHUNK)
        rest = inflate.unconsumed_tail
        parts.append(part)
        size += len(part)
        if size > LONGEST:
            raise ValueError("plus de 2 Go une fois décompressé")
    if not inflate.eof:
        raise ValueError("le fichier est coupé")
    if inflate.unused_data:
        raise ValueError("quelque chose suit le balayage")
    return b"".join(parts)


def in_order(seen: Iterable[AnySeen]) -> list[AnySeen]:
    """Observations sorted by kind and target, so that two sweeps that saw the same give the same list."""
    return sorted(seen, key=_place)


def _place(one: AnySeen) -> tuple[str, str, str]:
    endpoint = getattr(one, "endpoint", None)
    return type(one).__name__, one.target, endpoint.address if endpoint else ""


def _refused(path: Path | str, why: str) -> UnreadableSource:
    return UnreadableSource(
        f"Balayage illisible : {path} ({why}).",
        expected=f"Le fichier {SUFFIX} que « rempart audit exposure » a écrit, entier.",
        todo="Copiez-le de nouveau depuis le poste qui a fait le balayage.",
    )
