"""LDIF (RFC 2849) as ldifde, ldapsearch, ldbsearch and others write it, read as a stream of entries.

Blocks of text are unfolded and split at once, which the C string functions do far faster than any loop over
lines; only an error sends the block through a loop, to find its line.
"""

import binascii
import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from rempart.engines.directory.read.entry import Entry
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer

BLOCK: Final = 4 << 20
RECORD_LIMIT: Final = 256 << 20
_SHARED_VALUES: Final = 20_000
_LONG: Final = 200  # bytes of base64 from which a value is worth sharing: descriptors repeat
_NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9.-]*(;[A-Za-z0-9=*.-]+)*", re.ASCII)
# What ldapsearch writes around the entries: it is not an entry, and has no dn.
_AROUND: Final = frozenset(
    {"search", "result", "control", "pagedresults", "ref", "version", "matcheddn", "text"}
)
# Names that mean something else outside an entry, or that are checked each time.
_LEARNT_NEVER: Final = _AROUND | {"dn", "changetype"}
_PARTIAL: Final = {b"3": "durée", b"4": "taille", b"11": "administration"}
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class _BadLineError(ValueError):
    """A line that is not LDIF; the argument is the reason, in French."""


def looks_like_ldif(head: bytes) -> bool:
    """Whether the first bytes of a file are LDIF: a dn after nothing but comments, version and blank lines."""
    text, encoding = _without_bom(head)
    if encoding != "utf-8":
        text = text[: len(text) // 2 * 2].decode(encoding, "replace").encode()
    for line in text.replace(b"\r\n", b"\n").split(b"\n"):
        lowered = line.lower()
        if lowered.startswith(b"dn:"):
            return True
        if lowered.strip() and not lowered.startswith((b"#", b" ", b"version:", b"search:")):
            return False
    return text.startswith((b"# extended LDIF", b"# LDAPv3", b"version: 1"))


def entries(
    stream: BinaryIO, name: str, observer: Observer, wanted: frozenset[str] | None = None
) -> Iterator[Entry]:
    """The entries of an LDIF file: (dn, lower-case attribute → values as bytes).

    `name` is how messages call the file. Ranges stay in the attribute names (`member;range=0-1499`), other
    options are dropped. Of an attribute that is not in `wanted`, only the first value of the file is given, so that
    its presence is known. Raises UnreadableSource, with the number of the line, for what is not LDIF content.
    """
    parser = _Parser(name, wanted)
    line = 1
    for block in _blocks(stream, name, observer):
        try:
            yield from parser.records(block)
        except _BadLineError as error:
            raise _refusal(name, parser.line_of_error(block, line), str(error)) from error
        line += block.count(b"\n") + 1
    if parser.lacks_members():
        observer.note(
            f"Dans « {name} », le serveur n’a donné que les premiers membres des grands groupes, et memberOf n’a pas"
            " été exporté : des membres manquent."
        )
    if parser.is_ldapsearch and not parser.ended:
        observer.note(
            f"« {name} » s’arrête sans la ligne « result: » que ldapsearch écrit à la fin :"
            " le fichier est peut-être tronqué."
        )


def _refusal(name: str, line: int, reason: str) -> UnreadableSource:
    return UnreadableSource(
        f"« {name} », ligne {line} : {reason}.",
        expected="Rempart attend un export LDIF du contenu de l’annuaire (ldifde -f, ldapsearch, ldbsearch).",
        todo="Refaites l’export, ou recopiez le fichier s’il a été tronqué.",
    )


def _without_bom(data: bytes) -> tuple[bytes, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :], encoding
    if data[1:2] == b"\0":
        return data, "utf-16-le"
    if data[:1] == b"\0":
        return data, "utf-16-be"
    return data, "utf-8"


def _texts(stream: BinaryIO) -> Iterator[bytes]:
    """The file in chunks, as UTF-8 unless it is neither UTF-8 nor UTF-16."""
    first, encoding = _without_bom(stream.read(BLOCK))
    if encoding == "utf-8":
        yield first
        while chunk := stream.read(BLOCK):
            yield chunk
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    while chunk := stream.read(BLOCK):
        yield decoder.decode(chunk).encode("utf-8", "replace")


def _blocks(stream: BinaryIO, name: str, observer: Observer) -> Iterator[bytes]:
    """Text with LF ends, cut between records."""
    pieces: list[bytes] = []
    waiting, told = 0, False
    for text in _texts(stream):
        observer.advance(len(text))
        pieces.append(text)
        waiting += len(text)
        # A cut needs a blank line in what just came, or across the seam.
        seam = pieces[-2][-3:] if len(pieces) > 1 else b""
        if b"\n\n" not in seam + text and b"\n\r\n" not in seam + text:
            if waiting > RECORD_LIMIT:
                raise _refusal(name, 1, "une seule entrée dépasse 256 Mo, ou rien ne les sépare")
            continue
        data = _with_lf(b"".join(pieces))
        cut = data.rfind(b"\n\n")
        pieces, waiting = [data[cut + 2 :]], len(data) - cut - 2
        block, told = _as_utf8(data[: cut + 1], name, observer, told)
        yield block
    data = _with_lf(b"".join(pieces))
    yield _as_utf8(data, name, observer, told)[0]


def _with_lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def _as_utf8(data: bytes, name: str, observer: Observer, told: bool) -> tuple[bytes, bool]:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if not told:
            observer.note(f"« {name} » n’est pas en UTF-8 : il est lu comme du Windows-1252.")
        return data.decode("cp1252", "replace").encode("utf-8"), True
    return data, told


class _Parser:
    def __init__(self, name: str, wanted: frozenset[str] | None) -> None:
        self.name = name
        self._wanted = wanted
        self.is_ldapsearch = False
        self.ended = False
        self._plain: dict[bytes, str] = {}
        self._coded: dict[bytes, str] = {}
        self._shared: dict[bytes, bytes] = {}
        self._named: set[str] = set()

    def records(self, block: bytes) -> Iterator[Entry]:
        self.is_ldapsearch |= block.startswith(b"# extended LDIF")
        for record in block.replace(b"\n ", b"").split(b"\n\n"):
            entry = self._record(record)
            if entry is not None:
                yield entry

    def lacks_members(self) -> bool:
        """Whether the ranges of `member` were left unfinished, and nothing else tells who is in the groups."""
        ranges = [name for name in self._named if name.startswith("member;range=")]
        return (
            bool(ranges)
            and not any(r.endswith("-*") for r in ranges)
            and "memberof" not in self._named
        )

    def line_of_error(self, block: bytes, first: int) -> int:
        """Number of the line where the record that cannot be read begins to be wrong; `first` is the block's."""
        number = first
        for record in block.split(b"\n\n"):
            lines = record.split(b"\n")
            for end in range(1, len(lines) + 1):
                if end < len(lines) and lines[end].startswith(b" "):
                    continue
                try:
                    self._record(b"\n".join(lines[:end]).replace(b"\n ", b""))
                except _BadLineError:
                    while end > 1 and lines[end - 1].startswith(b" "):
                        end -= 1
                    return number + end - 1
            number += len(lines) + 1
        return first

    def _record(self, record: bytes) -> Entry | None:
        dn: str | None = None
        attributes: dict[str, list[bytes]] = {}
        plain, coded = self._plain, self._coded
        for line in record.split(b"\n"):
            # `name: value` and `name:: base64` of names met before; whatever else takes the long way.
            label, _, value = line.partition(b": ")
            name = plain.get(label)
            if name is None:
                name = coded.get(label)
                if name is not None:
                    value = self._base64(value.strip())
                else:
                    name, value = self._line(line)
                    if dn is None:
                        dn = self._opening(name, value)
                        continue
                    if name in ("", "changetype"):
                        continue
            elif value[:1] == b" ":
                value = value.lstrip(b" ")
            if dn is None:
                raise _BadLineError(_HEADLESS)
            if name == _UNWANTED:
                continue
            known = attributes.get(name)
            if known is None:
                attributes[name] = [value]
            else:
                known.append(value)
        return None if dn is None else (dn, attributes)

    def _line(self, line: bytes) -> tuple[str, bytes]:
        """(name, value) of any line, ("", b"") for a comment or nothing."""
        if not line or line[0] == 0x23:
            return "", b""
        label, _, value = line.partition(b":")
        name = self._name(label, line)
        if value[:1] == b":":
            value = self._base64(value[1:].strip())
        elif value[:1] == b"<":
            raise _BadLineError(
                "la valeur est une adresse (« :< »), que Rempart ne va pas chercher"
            )
        else:
            value = value.lstrip(b" ")
        if name == "changetype":
            _check_change(value)
        elif name not in _LEARNT_NEVER:
            base = name.partition(";")[0]
            self._named.add(name)
            known = name if self._wanted is None or base in self._wanted else _UNWANTED
            self._plain[label], self._coded[label + b":"] = known, known
        return name, value

    def _opening(self, name: str, value: bytes) -> str | None:
        """The dn that a record begins with, None before it."""
        if name == "dn":
            return value.decode("utf-8", "replace")
        if name:
            self._around(name, value)
        return None

    def _name(self, label: bytes, line: bytes) -> str:
        if len(label) == len(line) or not _NAME.fullmatch(label):
            if line.rstrip() == b"-":
                raise _BadLineError(_CHANGES)
            raise _BadLineError("ce n’est pas « attribut: valeur »")
        base, *options = label.decode("ascii").lower().split(";")
        kept = [option for option in options if option.startswith("range=")]
        return ";".join([base, *kept])

    def _base64(self, text: bytes) -> bytes:
        known = self._shared.get(text)
        if known is not None:
            return known
        try:
            value = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error as error:
            raise _BadLineError("la valeur n’est pas du base64 entier et correct") from error
        if len(text) > _LONG:
            if len(self._shared) >= _SHARED_VALUES:
                self._shared.clear()
            self._shared[text] = value
        return value

    def _around(self, name: str, value: bytes) -> None:
        if name not in _AROUND:
            raise _BadLineError(_HEADLESS)
        if name == "result":
            self.ended = True
            code = value.split(b" ")[0]
            if code in _PARTIAL:
                raise _BadLineError(
                    f"le serveur a interrompu la recherche (limite de {_PARTIAL[code]}), l’export est partiel ;"
                    " avec ldapsearch, ajoutez l’option « -E pr=1000/noprompt »"
                )


_UNWANTED: Final = ""
_HEADLESS: Final = "une entrée commence par un autre attribut que « dn »"
_CHANGES: Final = "c’est une liste de modifications (changetype), pas un export de l’annuaire"


def _check_change(value: bytes) -> None:
    # ldifde writes "changetype: add" in its exports, so that they can be imported.
    if value.strip().lower() != b"add":
        raise _BadLineError(_CHANGES)
