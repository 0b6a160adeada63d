"""The collection file (`.rempart-dir`): what a live collection read, to be read again later or elsewhere.

Form: gzip over JSON Lines, one tagged object a line, optionally inside an age envelope (age-encryption.org/v1).

- `header`, first: format and version, tool, server, naming contexts, attributes asked, start.
- `descriptor`: a security descriptor, once; entries name it by its number, in the order of the file.
- `entry`: `dn`, `text` (attributes whose every value is UTF-8 text) and `data` (the others, base64).
- `policy`: what the files of one group policy say (`policies.PolicyFiles`); `note`: a sentence for the reader.
- `footer`, last: counts, end, and the SHA-256 of every byte before it, so that a cut is always seen.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import msgspec

from rempart.engines.directory.collect.envelope import AGE_MAGICS, Encryption
from rempart.engines.directory.policies import PolicyFiles
from rempart.kernel.errors import UnreadableSource

FORMAT: Final = "rempart-directory-collection"
VERSION: Final = 1
SUFFIX: Final = ".rempart-dir"
DESCRIPTOR: Final = "ntsecuritydescriptor"
_LEVEL: Final = 6


class Header(msgspec.Struct, frozen=True, tag_field="kind", tag="header"):
    """What was asked, of whom, when. Instants are Unix seconds (UTC)."""

    format: str
    version: int
    tool: str
    server: str
    host: str
    protection: str
    domain: str
    naming_contexts: tuple[str, ...]
    attributes: tuple[str, ...]
    started_at: int
    server_time: int | None = None


class Descriptor(msgspec.Struct, frozen=True, tag_field="kind", tag="descriptor", gc=False):
    """A distinct security descriptor; its number is its rank among descriptors, from 0."""

    value: bytes


class EntryLine(
    msgspec.Struct, frozen=True, tag_field="kind", tag="entry", omit_defaults=True, gc=False
):
    """One entry of the directory."""

    dn: str
    text: dict[str, list[str]] = {}
    data: dict[str, list[bytes]] = {}
    descriptor: int | None = None


class PolicyLine(msgspec.Struct, frozen=True, tag_field="kind", tag="policy"):
    """What the files of one group policy say."""

    policy: PolicyFiles


class NoteLine(msgspec.Struct, frozen=True, tag_field="kind", tag="note"):
    """A sentence (French) about the collection."""

    text: str


class Footer(msgspec.Struct, frozen=True, tag_field="kind", tag="footer"):
    """The end; `sysvol` says whether SYSVOL was read."""

    entries: int
    finished_at: int
    sysvol: bool
    sha256: str


Line = Header | Descriptor | EntryLine | PolicyLine | NoteLine | Footer


class CollectionWriter:
    """Writes a collection file: to a temporary neighbour, given its name only once whole.

    With `encryption`, the compressed collection stays in memory until it is sealed, so that nothing clear ever
    touches the disk. Used as a context manager: leaving by an exception leaves no file behind.
    """

    def __init__(self, path: Path, *, encryption: Encryption | None = None) -> None:
        """Open the temporary file, readable by its owner only. Raises `UnreadableSource`."""
        self.path = path
        self._encryption = encryption
        self._temporary = path.with_name(path.name + ".partial")
        self._digest = hashlib.sha256()
        self._encode = msgspec.json.Encoder().encode
        self._descriptors: dict[bytes, int] = {}
        self._entries = 0
        self._sysvol = False
        self._finished = False
        try:
            number = os.open(
                self._temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600
            )
        except OSError as error:
            raise UnreadableSource(
                f"« {path} » ne peut pas être écrit ({error.strerror or error}).",
                todo="Choisissez un dossier où votre compte a le droit d’écrire.",
            ) from error
        self._file: BinaryIO = os.fdopen(number, "wb")
        self._memory = BytesIO() if encryption else None
        self._gzip = gzip.GzipFile(
            filename="",
            mode="wb",
            fileobj=self._memory or self._file,
            compresslevel=_LEVEL,
            mtime=0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._finished:
            self._gzip.close()
            self._file.close()
            self._temporary.unlink(missing_ok=True)

    def header(self, header: Header) -> None:
        """The first line."""
        self._line(header)

    def entry(self, dn: str, attributes: dict[str, list[bytes]]) -> None:
        """One entry, its descriptor written apart the first time it is met."""
        number = None
        text: dict[str, list[str]] = {}
        data: dict[str, list[bytes]] = {}
        for name, values in attributes.items():
            if name == DESCRIPTOR and len(values) == 1:
                number = self._descriptor(values[0])
                continue
            words = _as_text(values)
            if words is None:
                data[name] = values
            else:
                text[name] = words
        self._line(EntryLine(dn, text, data, number))
        self._entries += 1

    def _descriptor(self, value: bytes) -> int:
        key = hashlib.sha256(value).digest()
        number = self._descriptors.get(key)
        if number is None:
            number = self._descriptors[key] = len(self._descriptors)
            self._line(Descriptor(value))
        return number

    def policy(self, policy: PolicyFiles) -> None:
        """What the files of one group policy say; calling it, or `sysvol_read`, states that SYSVOL was read."""
        self._sysvol = True
        self._line(PolicyLine(policy))

    def sysvol_read(self) -> None:
        """State that SYSVOL was read, even if it holds no policy."""
        self._sysvol = True

    def note(self, text: str) -> None:
        """A sentence (French) that the reader will be told."""
        self._line(NoteLine(text))

    def finish(self, finished_at: int) -> None:
        """Write the footer, seal if asked, and give the file its name. Raises OSError when the disk is full."""
        digest = self._digest.hexdigest()
        self._line(Footer(self._entries, finished_at, self._sysvol, digest))
        self._gzip.close()
        if self._memory is not None and self._encryption is not None:
            self._file.write(self._encryption.seal(self._memory.getvalue()))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._temporary, self.path)
        self._finished = True

    def _line(self, line: Line) -> None:
        data = self._encode(line) + b"\n"
        self._digest.update(data)
        self._gzip.write(data)


_BINARY: Final = getattr(os, "O_BINARY", 0)  # Windows would turn line feeds into two bytes


def _as_text(values: Sequence[bytes]) -> list[str] | None:
    """The values as text when every one comes back to the same bytes, else None."""
    try:
        words = [value.decode("utf-8") for value in values]
    except UnicodeDecodeError:
        return None
    return None if any("\0" in word for word in words) else words


def is_collection(head: bytes) -> bool:
    """Whether a file that begins with `head` (512 bytes suffice) is a collection file, clear or encrypted."""
    return head.startswith(AGE_MAGICS) or (
        head.startswith(b"\x1f\x8b") and FORMAT.encode() in _inflated_head(head)
    )


def _inflated_head(head: bytes) -> bytes:
    engine = zlib.decompressobj(wbits=31)
    try:
        return engine.decompress(head, 512)
    except zlib.error:
        return b""
