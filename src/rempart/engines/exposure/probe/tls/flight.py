"""What a server sends back to a hello: records, handshake messages, alerts. Pure functions over bytes, all bounded.

RFC 8446 §4 and §5, RFC 5246 §7; SSLv2 from draft-hickman-netscape-ssl-00.
"""

from dataclasses import dataclass, field
from typing import Final

from rempart.engines.exposure.dial import NotOffered, ProtocolFault
from rempart.engines.exposure.probe.tls.hello import TLS13, Extension

MOST_RECORD: Final = 16384 + 2048
MOST_MESSAGE: Final = 256 * 1024
"""The longest handshake message that is read: real chains hold in 20 kB."""
MOST_CERTIFICATES: Final = 16
MOST_MESSAGES: Final = 32
"""A flight has ten messages at most; a server that sends more is leading us on."""

RETRY_RANDOM: Final = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
)
"""The random of a ServerHello that asks for another key share (RFC 8446 §4.1.3)."""

CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
_PLAIN_TEXT: Final = (
    b"HTTP/",
    b"220",
    b"+OK",
    b"* OK",
    b"SSH-",
    b"<html",
    b"<!DOC",
    b"554",
    b"421",
)


class Message:
    """Numbers of the handshake messages that we look at."""

    SERVER_HELLO = 2
    NEW_TICKET = 4
    ENCRYPTED_EXTENSIONS = 8
    CERTIFICATE = 11
    KEY_EXCHANGE = 12
    CERTIFICATE_REQUEST = 13
    HELLO_DONE = 14
    CERTIFICATE_VERIFY = 15
    FINISHED = 20
    CERTIFICATE_STATUS = 22


@dataclass(frozen=True, slots=True)
class ServerHello:
    """The choices of the server. `version` is TLS 1.3 when the extension says so."""

    version: int
    random: bytes
    suite: int
    compression: int
    extensions: dict[int, bytes]

    @property
    def is_retry(self) -> bool:
        """Whether the server asks for a key share of another group."""
        return self.random == RETRY_RANDOM

    @property
    def group(self) -> int:
        """The group of the key share, 0 when the hello names none."""
        share = self.extensions.get(Extension.KEY_SHARE, b"")
        return int.from_bytes(share[:2]) if len(share) >= 2 else 0


@dataclass(slots=True)
class Records:
    """Cuts a stream into handshake messages. `alert` is the level and the number of the first alert."""

    messages: list[tuple[int, bytes]] = field(default_factory=list)
    alert: tuple[int, int] | None = None
    _raw: bytearray = field(default_factory=bytearray)
    _handshake: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> None:
        """Take what came. Raises ProtocolFault on what cannot be TLS."""
        self._raw += data
        raw, at = self._raw, 0
        while len(raw) - at >= 5 and self.alert is None:
            kind, size = raw[at], int.from_bytes(raw[at + 3 : at + 5])
            if kind not in (CHANGE_CIPHER, ALERT, HANDSHAKE) or raw[at + 1] != 3:
                raise _foreign(bytes(raw[at : at + 16]))
            if size > MOST_RECORD:
                raise ProtocolFault(f"Un enregistrement TLS annonce {size} octets : trop long.")
            if len(raw) - at < 5 + size:
                break
            self._record(kind, bytes(raw[at + 5 : at + 5 + size]))
            at += 5 + size
        del raw[:at]

    def _record(self, kind: int, body: bytes) -> None:
        if kind == ALERT:
            if len(body) < 2:
                raise ProtocolFault("Une alerte TLS est trop courte.")
            self.alert = body[0], body[1]
        elif kind == HANDSHAKE:
            self._handshake += body
            self.messages += cut_messages(self._handshake)
            if len(self.messages) > MOST_MESSAGES:
                raise ProtocolFault("La négociation TLS n’en finit pas : lecture arrêtée.")

    def first(self, kind: int) -> bytes | None:
        """The body of the first message of this kind."""
        return next((body for number, body in self.messages if number == kind), None)


def _foreign(head: bytes) -> ProtocolFault:
    if head.startswith(_PLAIN_TEXT):
        return NotOffered("Le serveur répond en clair : ce port ne parle pas TLS.")
    return ProtocolFault("La réponse n’est pas du TLS.")


def cut_messages(buffer: bytearray, most: int = 64) -> list[tuple[int, bytes]]:
    """Take whole handshake messages off the front of `buffer`. Raises ProtocolFault past the bound."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while len(buffer) - at >= 4 and len(found) < most:
        size = int.from_bytes(buffer[at + 1 : at + 4])
        if size > MOST_MESSAGE:
            raise ProtocolFault(f"Un message TLS annonce {size} octets : trop long, non lu.")
        if len(buffer) - at < 4 + size:
            break
        found.append((buffer[at], bytes(buffer[at + 4 : at + 4 + size])))
        at += 4 + size
    del buffer[:at]
    return found


def read_server_hello(body: bytes) -> ServerHello:
    """A ServerHello message. Raises ProtocolFault."""
    if len(body) < 38:
        raise ProtocolFault("Le ServerHello est trop court.")
    version, session = int.from_bytes(body[:2]), body[34]
    at = 35 + session
    if version >> 8 != 3 or session > 32 or len(body) < at + 3:
        raise ProtocolFault("Le ServerHello est mal formé.")
    extensions = read_extensions(body[at + 3 :])
    chosen = extensions.get(Extension.SUPPORTED_VERSIONS, b"")
    if len(chosen) == 2:
        version = int.from_bytes(chosen)
    suite = int.from_bytes(body[at : at + 2])
    return ServerHello(version, body[2:34], suite, body[at + 2], extensions)


def read_extensions(data: bytes) -> dict[int, bytes]:
    """The extensions of a message, « length, then blocks ». Raises ProtocolFault."""
    if len(data) < 2:
        return {}
    found: dict[int, bytes] = {}
    end, at = 2 + int.from_bytes(data[:2]), 2
    if end > len(data):
        raise ProtocolFault("Les extensions dépassent leur message.")
    while at + 4 <= end:
        kind, size = int.from_bytes(data[at : at + 2]), int.from_bytes(data[at + 2 : at + 4])
        if at + 4 + size > end:
            raise ProtocolFault("Une extension dépasse son message.")
        found.setdefault(kind, data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def read_certificates(body: bytes, version: int) -> list[tuple[bytes, dict[int, bytes]]]:
    """The certificates of a Certificate message, DER and extensions (TLS 1.3 only), as sent. Raises ProtocolFault."""
    if version == TLS13:
        body = body[1 + body[0] :] if body else body
    if len(body) < 3:
        raise ProtocolFault("Le message des certificats est trop court.")
    found: list[tuple[bytes, dict[int, bytes]]] = []
    end, at = 3 + int.from_bytes(body[:3]), 3
    if end > len(body):
        raise ProtocolFault("La liste des certificats dépasse son message.")
    while at + 3 <= end and len(found) < MOST_CERTIFICATES:
        size = int.from_bytes(body[at : at + 3])
        if not size or at + 3 + size > end:
            raise ProtocolFault("Un certificat dépasse son message.")
        der = body[at + 3 : at + 3 + size]
        more: dict[int, bytes] = {}
        at += 3 + size
        if version == TLS13:
            block = body[at : at + 2 + int.from_bytes(body[at : at + 2])]
            more, at = read_extensions(block), at + max(len(block), 2)
        found.append((der, more))
    if not found:
        raise ProtocolFault("Le serveur envoie une liste de certificats vide.")
    return found


def prime_bits(body: bytes) -> int:
    """Bits of the prime of a Diffie-Hellman ServerKeyExchange. Raises ProtocolFault."""
    size = int.from_bytes(body[:2])
    if len(body) < 2 + size or not size:
        raise ProtocolFault("Les paramètres Diffie-Hellman sont mal formés.")
    return int.from_bytes(body[2 : 2 + size]).bit_length()


def curve_of(body: bytes) -> int:
    """The named curve of an elliptic ServerKeyExchange, 0 for parameters written out. Raises ProtocolFault."""
    if len(body) < 4:
        raise ProtocolFault("Les paramètres de courbe sont mal formés.")
    return int.from_bytes(body[1:3]) if body[0] == 3 else 0


def read_sslv2_hello(data: bytes) -> list[int] | None:
    """Suites (three bytes each) of an SSLv2 ServerHello, None when more must come. Raises ProtocolFault for all else."""
    if len(data) < 2:
        return None
    if not data[0] & 0x80:
        raise ProtocolFault("La réponse n’est pas du SSLv2.")
    size = int.from_bytes(data[:2]) & 0x7FFF
    if len(data) < min(size, 11) + 2:
        return None
    if size < 11 or data[2] != 4 or data[5:7] != b"\x00\x02":
        raise ProtocolFault("La réponse n’est pas du SSLv2.")
    certificate, suites = int.from_bytes(data[7:9]), int.from_bytes(data[9:11])
    if suites % 3 or 11 + certificate + suites > size:
        raise ProtocolFault("La réponse SSLv2 est mal formée.")
    if len(data) < 2 + size:
        return None
    block = data[13 + certificate : 13 + certificate + suites]
    return [int.from_bytes(block[at : at + 3]) for at in range(0, len(block), 3)]
