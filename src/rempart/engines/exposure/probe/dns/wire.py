"""DNS messages: questions written, answers read, whatever a server sends (RFC 1035, RFC 6891, RFC 4034).

Every record comes out with its data in canonical form (names uncompressed, in lower case where DNSSEC wants it),
so that the same bytes are compared, verified and decoded. Names are bounded: pointers only go back, 64 at most.
"""

import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from msgspec import Struct

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns.names import ROOT

A: Final = 1
NS: Final = 2
CNAME: Final = 5
SOA: Final = 6
PTR: Final = 12
MX: Final = 15
TXT: Final = 16
AAAA: Final = 28
SRV: Final = 33
DNAME: Final = 39
OPT: Final = 41
DS: Final = 43
RRSIG: Final = 46
NSEC: Final = 47
DNSKEY: Final = 48
NSEC3: Final = 50
TLSA: Final = 52
AXFR: Final = 252
CAA: Final = 257

AUTHORITATIVE: Final = 0x0400

NOERROR: Final = 0
FORMERR: Final = 1
SERVFAIL: Final = 2
NXDOMAIN: Final = 3
REFUSED: Final = 5

MOST_POINTERS: Final = 64
MOST_RECORDS: Final = 4096
MOST_PLAIN: Final = 4096

_HEADER: Final = struct.Struct(">HHHHHH")
_FIXED: Final = struct.Struct(">HHIH")
_POINTED: Final = struct.Struct(">HHHIH")  # the same after a name that is one pointer
_SHORT: Final = struct.Struct(">H")
# EDNS: the root, type 41, 1232 bytes accepted (no fragment on any path), DNSSEC wanted (RFC 6891 §6.1.2, RFC 3225).
_EDNS: Final = b"\0" + _FIXED.pack(OPT, 1232, 0x8000, 0)
_CLASS_IN: Final = b"\0\1"
_TOO_LONG: Final = "Nom DNS de plus de 255 octets."
# Data that begins with one name, and how many bytes come before it.
_ONE_NAME: Final = {NS: 0, CNAME: 0, PTR: 0, DNAME: 0, MX: 2, SRV: 6}
_NAMED: Final = frozenset({*_ONE_NAME, SOA})


class Record(Struct, frozen=True, gc=False):
    """One record: canonical owner, type, seconds of life, canonical data."""

    name: bytes
    kind: int
    ttl: int
    data: bytes


class Rrset(Struct, gc=False):
    """The records of one name and type, and the signatures over them."""

    name: bytes
    kind: int
    ttl: int
    data: list[bytes] = []
    signatures: list[bytes] = []


Rrsets = dict[tuple[bytes, int], Rrset]


def rrsets(records: Iterable[Record]) -> Rrsets:
    """Records put together by name and type, each set with the signatures that say they cover it."""
    found: Rrsets = {}
    signatures: list[Record] = []
    for record in records:
        kind = record.kind
        if kind == RRSIG:
            signatures.append(record)
            continue
        key = (record.name, kind)
        known = found.get(key)
        if known is None:
            found[key] = Rrset(record.name, kind, record.ttl, [record.data])
        else:
            known.data.append(record.data)
    for record in signatures:
        data = record.data
        covered = found.get((record.name, data[0] << 8 | data[1])) if len(data) > 18 else None
        if covered is not None:
            covered.signatures.append(data)
    return found


class Message(Struct, gc=False, eq=False):
    """One answer: flags as sent, response code, and its sections.

    Where there is an answer, the other sections are read only if someone asks for them: most never do, and a fault
    in them is then an empty section.
    """

    flags: int
    rcode: int
    answer: list[Record]
    additional: Sequence[Record] = ()
    failures: int = 0  # signatures of it that were tried, and do not hold
    _authority: Sequence[Record] = ()
    _reader: "_Reader | None" = None
    _rest: tuple[int, int] = (0, 0)
    _answer_sets: Rrsets | None = None
    _authority_sets: Rrsets | None = None

    @property
    def authority(self) -> Sequence[Record]:
        """The second section."""
        reader, self._reader = self._reader, None
        if reader is not None:
            with suppress(ProtocolFault, IndexError, struct.error):
                self._authority = reader.section(*self._rest)[0]
        return self._authority

    @property
    def answer_sets(self) -> Rrsets:
        """The first section by name and type; made once."""
        if self._answer_sets is None:
            self._answer_sets = rrsets(self.answer)
        return self._answer_sets

    @property
    def authority_sets(self) -> Rrsets:
        """The second section by name and type; made once."""
        if self._authority_sets is None:
            self._authority_sets = rrsets(self.authority)
        return self._authority_sets

    def put_off(self, reader: "_Reader", at: int, count: int) -> None:
        """Read the second section later: `count` records from `at`."""
        self._reader, self._rest = reader, (at, count)

    def put(self, authority: Sequence[Record], additional: Sequence[Record]) -> None:
        """The sections, when there is no answer."""
        self._authority, self.additional = authority, additional

    @property
    def is_authoritative(self) -> bool:
        """The AA flag."""
        return bool(self.flags & AUTHORITATIVE)

    @property
    def recursion_available(self) -> bool:
        """The RA flag."""
        return bool(self.flags & 0x0080)


def question(name: bytes, kind: int) -> bytes:
    """The question section for one name and type, class IN."""
    return name + _SHORT.pack(kind) + _CLASS_IN


def query(
    identifier: int, asked: bytes, *, recursive: bool = False, checking: bool = True
) -> bytes:
    """A whole query, with EDNS and DNSSEC wanted; `checking` false asks a resolver to hand over bogus data too (CD)."""
    flags = (0x0100 if recursive else 0) | (0 if checking else 0x0010)
    return b"%b%b%b" % (_HEADER.pack(identifier, flags, 1, 0, 0, 1), asked, _EDNS)


def is_answer_to(data: bytes, asked: bytes) -> bool:
    """Whether a datagram is a response with exactly our question (or none, as servers do on errors)."""
    if len(data) < 12 or not data[2] & 0x80:
        return False
    count = data[4] << 8 | data[5]
    if count == 1:
        said = data[12 : 12 + len(asked)]
        return said == asked or said.lower() == asked.lower()
    return count == 0 and bool(data[3] & 0x0F)


def parse(data: bytes, asked: bytes = b"") -> Message:
    """A whole message. Raises ProtocolFault on anything that is not one, or that goes past a bound.

    `asked` is the canonical question that it answers, when it is known: it is not read again.
    """
    try:
        return _Reader(data).message(asked)
    except (IndexError, struct.error) as fault:
        raise ProtocolFault("Réponse DNS coupée ou mal formée.") from fault


class _Reader:
    """One pass over the bytes; names already read are kept by their place, as answers point to them again."""

    __slots__ = ("data", "names")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.names: dict[int, bytes] = {}

    def message(self, asked: bytes) -> Message:
        _, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(self.data)
        if questions > 1 or answers + authorities + additionals > MOST_RECORDS:
            raise ProtocolFault("Réponse DNS qui annonce trop d’enregistrements.")
        at = 12
        if questions:
            if asked and self.data.startswith(asked, 12):
                self.names[12] = asked[:-4]
                at += len(asked)
            else:
                _, at = self.name(at)
                at += 4
        answer, at, _ = self.section(at, answers)
        if answer:
            message = Message(flags, flags & 0x0F, answer)
            if authorities:
                message.put_off(self, at, authorities)
            return message
        authority, at, _ = self.section(at, authorities)
        additional, at, extended = self.section(at, additionals)
        message = Message(flags, (flags & 0x0F) | extended << 4, answer)
        message.put(authority, additional)
        return message

    def section(self, at: int, count: int) -> tuple[list[Record], int, int]:
        """Records of class IN, the place after them, and the high bits of the response code when OPT is there."""
        data, names, whole, extended = self.data, self.names, len(self.data), 0
        found: list[Record] = []
        add = found.append
        for _ in range(count):
            if data[at] >= 0xC0:
                pointer, kind, klass, ttl, size = _POINTED.unpack_from(data, at)
                owner = names.get(pointer & 0x3FFF) or self.name(at)[0]
                at += 12
            else:
                owner, at = self.name(at) if data[at] else (ROOT, at + 1)
                kind, klass, ttl, size = _FIXED.unpack_from(data, at)
                at += 10
            end = at + size
            if end > whole:
                raise ProtocolFault("Enregistrement DNS plus long que la réponse.")
            if kind == OPT:
                extended = ttl >> 24
            elif klass == 1:
                told = self.rdata(kind, at, end) if kind in _NAMED else data[at:end]
                add(Record(owner, kind, ttl, told))
            at = end
        return found, at, extended

    def rdata(self, kind: int, at: int, end: int) -> bytes:
        """The data of one record, with its names uncompressed and in lower case (RFC 4034 §6.2, RFC 6840 §5.1)."""
        before = _ONE_NAME.get(kind)
        if before is not None:
            name, after = self.name(at + before)
            if after != end:
                raise ProtocolFault("Nom DNS qui déborde de son enregistrement.")
            return self.data[at : at + before] + name if before else name
        if kind == SOA:
            first, after = self.name(at)
            second, after = self.name(after)
            if after + 20 != end:
                raise ProtocolFault("Enregistrement SOA de mauvaise longueur.")
            return first + second + self.data[after:end]
        return self.data[at:end]

    def name(self, at: int) -> tuple[bytes, int]:
        """The canonical name that begins at `at`, and the place after it."""
        data, names = self.data, self.names
        if data[at] < 64:
            plain = data[at : data.find(b"\0", at) + 1]
            known = _PLAIN.get(plain)
            if known is not None:
                names[at] = known
                return known, at + len(plain)
        place = begin = lowest = first = at
        after, pointers, head, tail = 0, 0, b"", ROOT
        limit = at + 254
        # A label cut by the end of the data leaves `place` past it, and the next byte is not there.
        while length := data[place]:
            if length < 64:
                place += length + 1
                if place > limit:
                    raise ProtocolFault(_TOO_LONG)
                continue
            if length < 0xC0:
                raise ProtocolFault("Nom DNS dont une étiquette dépasse 63 octets.")
            head += data[begin:place]
            after = after or place + 2
            begin = (length & 0x3F) << 8 | data[place + 1]
            pointers += 1
            if begin >= lowest or pointers > MOST_POINTERS:
                raise ProtocolFault("Nom DNS dont les renvois tournent en rond.")
            known = names.get(begin) or _PLAIN.get(data[begin : data.find(b"\0", begin) + 1])
            if known is not None:
                names[begin] = tail = known
                place = begin
                break
            if not head and pointers == 1:
                first = begin
            place = lowest = begin
            limit = begin + 254 - len(head)
        name = (head + data[begin:place]).lower() + tail
        if len(name) > 255:
            raise ProtocolFault(_TOO_LONG)
        names[at] = names[first] = name
        if not pointers:
            _remember(data[at : place + 1], name)
        return name, after or place + 1


# Names met without a pointer, as they were written, and their canonical form. The same few come again and again:
# bytes that were gone through once, label by label, up to their zero byte, are not gone through again.
_PLAIN: Final[dict[bytes, bytes]] = {}


def _remember(plain: bytes, name: bytes) -> None:
    if len(_PLAIN) >= MOST_PLAIN:
        _PLAIN.clear()
    _PLAIN[plain] = name
