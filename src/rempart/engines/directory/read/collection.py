"""Reading back a collection file (`.rempart-dir`) that `collect.collection_file` wrote."""

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.collect.collection_file import (
    DESCRIPTOR,
    FORMAT,
    VERSION,
    Descriptor,
    EntryLine,
    Footer,
    Header,
    Line,
    NoteLine,
    PolicyLine,
)
from rempart.engines.directory.collect.envelope import AGE_MAGICS, opened
from rempart.engines.directory.entries.reader import EntryReader
from rempart.engines.directory.model import Fact, Source
from rempart.engines.directory.policies import merged, policy_key
from rempart.engines.directory.read.archives import source_file
from rempart.engines.directory.read.inflate import DEFAULT_LIMITS, Budget, Limits, gunzipped
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer

MAX_LINE: Final = 256 * 1024 * 1024
_MAX_SEALED: Final = 4 * 1024**3


class UnlockedFile:
    """The clear gzip bytes of a collection file, opened with a passphrase or an age identity when it is sealed."""

    def __init__(self, path: Path, passphrase: str = "", identity: str = "") -> None:
        """Raises `UnreadableSource` when the file cannot be read or opened."""
        self.path = path
        self.size = path.stat().st_size
        with open(path, "rb") as stream:
            head = stream.read(64)
        self._clear: bytes | None = None
        if head.startswith(AGE_MAGICS):
            if self.size > _MAX_SEALED:
                raise UnreadableSource(
                    f"« {path.name} » est trop grand pour une collecte chiffrée.",
                    todo="Déchiffrez-le avec l’outil age, puis donnez le fichier obtenu.",
                )
            self._clear = opened(path.read_bytes(), passphrase=passphrase, identity=identity)

    def open(self, limits: Limits = DEFAULT_LIMITS) -> BinaryIO:
        """The stream of JSON Lines."""
        size = self.size if self._clear is None else len(self._clear)
        source: BinaryIO = self.path.open("rb") if self._clear is None else BytesIO(self._clear)
        return gunzipped(source, Budget(self.path.name, size, limits), self.path.name)


def read(
    path: Path, builder: Builder, observer: Observer, passphrase: str = "", identity: str = ""
) -> Source:
    """Replay a collection file into `builder`, and return what it was.

    `passphrase` or `identity` (`AGE-SECRET-KEY-…`) opens an encrypted one. Raises `UnreadableSource` when the file
    is truncated, altered, of a newer version, or closed.
    """
    file = UnlockedFile(path, passphrase, identity)
    observer.stage(f"Lecture de {path.name}")
    with file.open() as stream:
        lines = _Lines(stream, path.name)
        header = _header(next(lines, None), path.name)
        replay = _Replay(builder, header, observer)
        for line in lines:
            replay.take(line, path.name)
    replay.finish(lines, path.name)
    source = Source(
        format="Collecte Rempart",
        files=(source_file(path),),
        collector=header.tool,
        collected_at=header.started_at,
    )
    builder.sources.append(source)
    return source


class _Replay:
    def __init__(self, builder: Builder, header: Header, observer: Observer) -> None:
        self.builder, self.observer = builder, observer
        self.reader = EntryReader(builder, complete=frozenset(header.attributes), observer=observer)
        self.descriptors: list[bytes] = []
        self.entries = 0
        self.footer: Footer | None = None

    def take(self, line: Line, name: str) -> None:
        match line:
            case EntryLine():
                self._entry(line, name)
            case Descriptor():
                self.descriptors.append(line.value)
            case PolicyLine():
                key = policy_key(line.policy.domain, line.policy.guid)
                known = self.builder.sysvol.get(key)
                self.builder.sysvol[key] = merged(known, line.policy) if known else line.policy
            case NoteLine():
                self.observer.note(line.text)
            case Footer():
                self.footer = line
            case _:  # a second header
                raise _altered(name)

    def _entry(self, line: EntryLine, name: str) -> None:
        attributes: dict[str, list[bytes]] = {
            key: [value.encode("utf-8") for value in values] for key, values in line.text.items()
        }
        attributes |= line.data
        if line.descriptor is not None:
            if not 0 <= line.descriptor < len(self.descriptors):
                raise _altered(name)
            attributes[DESCRIPTOR] = [self.descriptors[line.descriptor]]
        self.reader.add(line.dn, attributes)
        self.entries += 1
        self.observer.advance()

    def finish(self, lines: "_Lines", name: str) -> None:
        if self.footer is None:
            raise UnreadableSource(
                f"« {name} » est tronqué : la collecte n’a pas de fin.",
                expected="Une collecte se termine par un pied qui en compte les entrées.",
                todo="Recopiez le fichier depuis le poste de collecte, ou relancez la collecte.",
            )
        if self.footer.sha256 != lines.digest or self.footer.entries != self.entries:
            raise _altered(name)
        self.reader.finish()
        if self.footer.sysvol:
            self.builder.facts.add(Fact.SYSVOL)


class _Lines:
    """The lines of a file, decoded; `digest` is the SHA-256 of what came before the last one."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        self._running = hashlib.sha256()
        self._decode: Callable[[bytes], Line] = msgspec.json.Decoder(Line).decode
        self._ended = False
        self.digest = ""

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        data = self._stream.readline(MAX_LINE)
        if not data:
            raise StopIteration
        if self._ended:
            raise _altered(self._name)
        try:
            line = self._decode(data)
        except msgspec.MsgspecError as error:
            raise _altered(self._name) from error
        if isinstance(line, Footer):
            self.digest, self._ended = self._running.hexdigest(), True
        self._running.update(data)
        return line


def _header(line: Line | None, name: str) -> Header:
    if not isinstance(line, Header) or line.format != FORMAT:
        raise UnreadableSource(f"« {name} » n’est pas une collecte de Rempart.")
    if line.version > VERSION:
        raise UnreadableSource(
            f"« {name} » est une collecte de version {line.version}, écrite par {line.tool}.",
            expected=f"Cette version de Rempart lit jusqu’à la version {VERSION}.",
            todo="Mettez Rempart à jour.",
        )
    return line


def _altered(name: str) -> UnreadableSource:
    return UnreadableSource(
        f"« {name} » est abîmé ou a été modifié : son contenu ne correspond pas à son empreinte.",
        todo="Recopiez le fichier depuis le poste de collecte, ou relancez la collecte.",
    )
