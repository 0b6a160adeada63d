"""The snapshot on disk: gzip, so that a file that was cut or changed is known by its end; replayed without network."""

import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from rempart.engines.exposure.sharing import Sharing
from rempart.engines.exposure.snapshot import SCHEMA, AnySeen, Snapshot
from rempart.kernel.errors import RempartError, UnreadableSource, system_words

SUFFIX: Final = ".rempart-exposure"
MAGIC: Final = b"rempart exposure snapshot\n"
LONGEST: Final = 2 << 30  # bytes once inflated: a million endpoints
LONGEST_FILE: Final = 512 << 20  # bytes of the file
CHUNK: Final = 1 << 20
SMALL: Final = 64 << 20  # bytes once inflated that are never too many
SWELL: Final = 200  # times its size that a longer file may inflate to: ten to forty in a real one


def packed(snapshot: Snapshot) -> bytes:
    """The snapshot as the bytes of its file: the same snapshot gives the same bytes."""
    deflate = zlib.compressobj(6, wbits=31)
    parts = deflate.compress(MAGIC), deflate.compress(msgspec.msgpack.encode(snapshot))
    return b"".join((*parts, deflate.flush()))


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
            f"Le balayage n’a pas pu être écrit : {path} ({system_words(fault)}).",
            todo="Vérifiez la place et les droits, puis reprenez avec --resume.",
        ) from fault
    return hashlib.sha256(content).hexdigest()


def read_snapshot(path: Path) -> tuple[Snapshot, str]:
    """The snapshot of a file, and the SHA-256 of the file. Raises UnreadableSource."""
    try:
        # A device or a pipe may never end, and says a size of nothing.
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise _refused(path, "ce n’est pas un fichier")
        if path.stat().st_size > LONGEST_FILE:
            raise _refused(path, f"plus de {LONGEST_FILE >> 20} Mo : ce n’est pas un balayage")
        content = path.read_bytes()
    except OSError as fault:
        raise _refused(path, system_words(fault)) from fault
    return unpacked(content, str(path)), hashlib.sha256(content).hexdigest()


def unpacked(content: bytes, origin: str = "fichier déposé") -> Snapshot:
    """The snapshot of the bytes of a file, inflated up to a bound. Raises UnreadableSource."""
    try:
        body = _inflated(content)
        if not body.startswith(MAGIC):
            raise ValueError("ce n’est pas un balayage de Rempart")
        packed_part = memoryview(body)[len(MAGIC) :]
        # Another version may hold what this one does not know: its name is read before the rest.
        schema = msgspec.msgpack.decode(packed_part, type=_Head).schema
        if schema != SCHEMA:
            raise _of_another_version(origin, schema)
        return _decoded(packed_part)
    except zlib.error as fault:
        raise _refused(origin, "le fichier est abîmé") from fault
    except (msgspec.DecodeError, RecursionError) as fault:
        raise _refused(origin, "son contenu n’est pas celui d’un balayage") from fault
    except (ValueError, EOFError) as fault:
        raise _refused(origin, str(fault)) from fault


def _decoded(packed_part: memoryview) -> Snapshot:
    """The snapshot, one observation after the other: what they say alike is held once. Raises msgspec.DecodeError."""
    fields = msgspec.msgpack.decode(packed_part, type=dict[str, msgspec.Raw])
    nothing = msgspec.Raw(msgspec.msgpack.encode(None))
    observations = msgspec.msgpack.decode(fields.pop("seen", nothing), type=list[msgspec.Raw])
    told = {name: msgspec.msgpack.decode(value) for name, value in fields.items()}
    decoder, sharing = msgspec.msgpack.Decoder(AnySeen), Sharing()
    seen: list[AnySeen] = []
    for one in observations:
        seen.append(decoder.decode(one))
        sharing.share(seen[-1])
    return msgspec.structs.replace(msgspec.convert({**told, "seen": []}, Snapshot), seen=seen)


class _Head(msgspec.Struct):
    """What tells the version of a snapshot."""

    schema: str = ""


def _of_another_version(origin: Path | str, schema: str) -> UnreadableSource:
    return UnreadableSource(
        f"Balayage illisible : {origin} (version {schema[:60] or 'inconnue'}).",
        expected=f"Un balayage de la version {SCHEMA}, que cette version de Rempart lit.",
        todo="Jugez-le avec la version de Rempart qui l’a fait, ou refaites le balayage.",
    )


def _inflated(content: bytes) -> bytearray:
    """What a gzip file holds. Raises ValueError when it is cut, changed, followed by something, or too long."""
    inflate = zlib.decompressobj(wbits=31)
    body, most, rest = bytearray(), min(LONGEST, max(SMALL, SWELL * len(content))), content
    while rest and not inflate.eof:
        body += inflate.decompress(rest, CHUNK)
        rest = inflate.unconsumed_tail
        if len(body) > most:
            raise ValueError(f"plus de {most >> 20} Mo une fois décompressé")
    if not inflate.eof:
        raise ValueError("le fichier est coupé")
    if inflate.unused_data:
        raise ValueError("quelque chose suit le balayage")
    return body


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
