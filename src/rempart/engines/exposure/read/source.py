"""Bytes of a file that someone else wrote: inflated when it is a gzip, within bounds, never whole in memory."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from isal import isal_zlib

from rempart.kernel.errors import UnreadableSource

CHUNK: Final = 1 << 18
_GZIP: Final = 31
# The stubs of isal take its error class for an instance.
_ERRORS = cast("tuple[type[Exception], ...]", (zlib.error, isal_zlib.error))


@dataclass(frozen=True, slots=True)
class Limits:
    """What an import may weigh: on the disk, once inflated, and how much more the one than the other past `grace`."""

    file: int = 1 << 30
    inflated: int = 1 << 30
    ratio: int = 200
    grace: int = 64 << 20
    document: int = 192 << 20  # a JSON document that is read as one
    line: int = 8 << 20
    claims: int = 2_000_000


LIMITS: Final = Limits()


def chunks(path: Path, limits: Limits = LIMITS) -> Iterator[bytes]:
    """The content of a file by pieces. Raises UnreadableSource: absent, too large, a bomb, a damaged gzip."""
    try:
        size = path.stat().st_size
        if size > limits.file:
            raise too_large(path.name, limits.file)
        with path.open("rb") as file:
            first = file.read(CHUNK)
            raw = _pieces(first, file)
            yield from _inflated(raw, path.name, size, limits) if first[:2] == b"\x1f\x8b" else raw
    except OSError as fault:
        raise UnreadableSource(
            f"Fichier illisible : {path} ({fault.strerror or fault})."
        ) from fault


def _pieces(first: bytes, file: object) -> Iterator[bytes]:
    piece = first
    while piece:
        yield piece
        piece = file.read(CHUNK)  # type: ignore[attr-defined]


def _inflated(raw: Iterator[bytes], name: str, size: int, limits: Limits) -> Iterator[bytes]:
    """The content of a gzip, of all its members when several were written one after the other (Shodan, log rotation)."""
    inflater = isal_zlib.decompressobj(_GZIP)
    total = 0
    try:
        for piece in raw:
            rest = piece
            while rest:
                if inflater.eof:
                    rest = rest.lstrip(b"\0")  # what some tapes and disks fill a last block with
                    if not rest:
                        break
                    inflater = isal_zlib.decompressobj(_GZIP)
                found = inflater.decompress(rest, CHUNK)
                rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
                total += len(found)
                if total > limits.inflated or (
                    total > limits.grace and total > limits.ratio * size
                ):
                    raise _bomb(name)
                yield found
    except _ERRORS as fault:
        raise UnreadableSource(
            f"« {name} » est un gzip abîmé.", todo="Copiez-le ou téléchargez-le de nouveau."
        ) from fault
    if not inflater.eof:
        # A gzip that is cut was not cut by the tool that it comes from: nothing of it is believed.
        raise UnreadableSource(
            f"« {name} » est un gzip incomplet.", todo="Copiez-le ou téléchargez-le de nouveau."
        )


def _bomb(name: str) -> UnreadableSource:
    return UnreadableSource(
        f"« {name} » se décompresse en beaucoup plus de données qu’un rapport n’en contient.",
        todo="Décompressez-le vous-même et vérifiez d’où il vient.",
    )


def document(path: Path, limits: Limits = LIMITS) -> bytes:
    """The whole content, for what can only be read as one. Raises UnreadableSource."""
    parts, total = [], 0
    for piece in chunks(path, limits):
        total += len(piece)
        if total > limits.document:
            raise too_large(path.name, limits.document)
        parts.append(piece)
    return as_utf8(b"".join(parts), path.name)


def lines(path: Path, limits: Limits = LIMITS) -> Iterator[bytes]:
    """The lines of a text in UTF-8 (or UTF-16 with its mark), each within a bound. Raises UnreadableSource."""
    rest = b""
    for rank, piece in enumerate(_utf8_pieces(path, limits)):
        parts = (rest + piece).split(b"\n")
        rest = parts.pop()
        if len(rest) > limits.line:
            raise UnreadableSource(
                f"« {path.name} » a une ligne de plus de {limits.line >> 20} Mio.",
                expected="Attendu : un résultat par ligne.",
            )
        if rank == 0 and parts:
            parts[0] = parts[0].removeprefix(b"\xef\xbb\xbf")
        yield from (line for line in parts if line.strip())
    if rest.strip():
        yield rest.removeprefix(b"\xef\xbb\xbf")


def _utf8_pieces(path: Path, limits: Limits) -> Iterator[bytes]:
    """The pieces as they are; a UTF-16 file, which Windows writes, is turned into UTF-8 as one."""
    pieces = chunks(path, limits)
    first = next(pieces, b"")
    if first[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        yield first
        yield from pieces
        return
    yield document(path, limits)


def as_utf8(data: bytes, name: str) -> bytes:
    """Text in UTF-8 without its mark. Raises UnreadableSource when UTF-16 is cut."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16").encode("utf-8")
        except UnicodeError as fault:
            raise not_text(name) from fault
    return data.removeprefix(b"\xef\xbb\xbf")


def too_large(name: str, most: int) -> UnreadableSource:
    """The refusal of what goes past a bound."""
    return UnreadableSource(
        f"« {name} » dépasse la taille qu’un rapport importé peut avoir ({most >> 20} Mio).",
        todo="Découpez-le par établissement ou par plage d’adresses.",
    )


class Cut(UnreadableSource):
    """A file that ends too early: what came before may be kept, and said to be only that."""


def cut(name: str) -> Cut:
    """The refusal of a file that ends too early."""
    return Cut(
        f"« {name} » est incomplet : le fichier s’arrête avant la fin.",
        todo="L’outil a peut-être été interrompu. Relancez-le, ou copiez le fichier de nouveau.",
    )


def not_text(name: str) -> UnreadableSource:
    """The refusal of bytes that are no text."""
    return UnreadableSource(
        f"« {name} » n’est pas un texte lisible (UTF-8 attendu).",
        todo="Exportez-le de nouveau en UTF-8.",
    )
