"""One real handshake of TLS 1.3, as a dialogue: the certificate is encrypted there, and so are the tickets.

RFC 8446: key schedule §7.1, records §5.2, certificates §4.4.2, tickets §4.6.1. Nothing is sent inside the session:
it is closed as soon as it is open. The server's signature is not checked: nothing secret goes through.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rempart.engines.exposure.dial import Dialogue, ProtocolFault
from rempart.engines.exposure.probe.tls.flight import (
    ALERT,
    APPLICATION,
    CHANGE_CIPHER,
    HANDSHAKE,
    MOST_MESSAGES,
    MOST_RECORD,
    Message,
    cut_messages,
    read_certificates,
    read_extensions,
    read_server_hello,
)
from rempart.engines.exposure.probe.tls.hello import TLS13, Asked, Extension, client_hello_message
from rempart.engines.exposure.probe.tls.starttls import opening

SUITES: Final = {0x1301: "sha256", 0x1302: "sha384", 0x1303: "sha256"}
"""Suites that this handshake can do, and their hash."""
_CURVES: Final = {23: ec.SECP256R1(), 24: ec.SECP384R1(), 25: ec.SECP521R1()}
GROUPS: Final = (29, 23, 24, 25, 30)
"""Groups that this handshake can do, the cheapest first."""
MOST_TICKETS: Final = 8


class Cipher(Protocol):
    """Authenticated encryption."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Encrypt."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Decrypt. Raises InvalidTag."""


@dataclass(slots=True)
class Session:
    """What the handshake brought, filled as it comes: a silence at its end loses nothing of what came before."""

    certificates: list[tuple[bytes, dict[int, bytes]]] = field(default_factory=list)
    extensions: dict[int, bytes] = field(default_factory=dict)
    is_finished: bool = False  # the server's Finished came
    is_over: bool = False  # the server closed after our Finished: no ticket will come any more
    ticket_seconds: int = 0
    early_data_bytes: int = 0


class KeyPair:
    """Our share of the key exchange in one group."""

    def __init__(self, group: int) -> None:
        self.group = group
        self._key: x25519.X25519PrivateKey | x448.X448PrivateKey | ec.EllipticCurvePrivateKey
        if group == 29:
            self._key = x25519.X25519PrivateKey.generate()
            self.public = self._key.public_key().public_bytes_raw()
        elif group == 30:
            self._key = x448.X448PrivateKey.generate()
            self.public = self._key.public_key().public_bytes_raw()
        else:
            self._key = ec.generate_private_key(_CURVES[group])
            self.public = self._key.public_key().public_bytes(
                Encoding.X962, PublicFormat.UncompressedPoint
            )

    def exchange(self, other: bytes) -> bytes:
        """The shared secret. Raises ProtocolFault when the server's share is no point of the group."""
        try:
            if isinstance(self._key, x25519.X25519PrivateKey):
                return self._key.exchange(x25519.X25519PublicKey.from_public_bytes(other))
            if isinstance(self._key, x448.X448PrivateKey):
                return self._key.exchange(x448.X448PublicKey.from_public_bytes(other))
            point = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[self.group], other)
            return self._key.exchange(ec.ECDH(), point)
        except ValueError as fault:
            raise ProtocolFault("La clé d’échange du serveur est invalide.") from fault


def expand(secret: bytes, label: str, context: bytes, size: int, name: str) -> bytes:
    """HKDF-Expand-Label (RFC 8446 §7.1)."""
    full = b"tls13 " + label.encode("ascii")
    info = size.to_bytes(2) + bytes([len(full)]) + full + bytes([len(context)]) + context
    out = block = b""
    rank = 0
    while len(out) < size:
        rank += 1
        block = hmac.digest(secret, block + info + bytes([rank]), name)
        out += block
    return out[:size]


class Keys:
    """The keys of one direction, and the count of its records."""

    def __init__(self, secret: bytes, suite: int) -> None:
        name = SUITES[suite]
        size = 16 if suite == 0x1301 else 32
        key = expand(secret, "key", b"", size, name)
        self._cipher: Cipher = ChaCha20Poly1305(key) if suite == 0x1303 else AESGCM(key)
        self._iv = int.from_bytes(expand(secret, "iv", b"", 12, name))
        self._count = 0

    def _nonce(self) -> bytes:
        nonce = (self._iv ^ self._count).to_bytes(12)
        self._count += 1
        return nonce

    def open(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """The kind and the content of a record. Raises ProtocolFault."""
        try:
            plain = self._cipher.decrypt(self._nonce(), body, head).rstrip(b"\x00")
        except InvalidTag as fault:
            raise ProtocolFault("Un enregistrement chiffré ne se déchiffre pas.") from fault
        if not plain:
            raise ProtocolFault("Un enregistrement chiffré est vide.")
        return plain[-1], plain[:-1]

    def seal(self, kind: int, content: bytes) -> bytes:
        """A record."""
        head = b"\x17\x03\x03" + (len(content) + 17).to_bytes(2)
        return head + self._cipher.encrypt(self._nonce(), content + bytes([kind]), head)


class Schedule:
    """The secrets of one handshake."""

    def __init__(self, suite: int, shared: bytes, transcript: bytes) -> None:
        self._name, self._suite = SUITES[suite], suite
        self._size = hashlib.new(self._name).digest_size
        empty, zeros = hashlib.new(self._name).digest(), bytes(self._size)
        early = hmac.digest(zeros, zeros, self._name)
        derived = expand(early, "derived", empty, self._size, self._name)
        self._handshake = hmac.digest(derived, shared, self._name)
        self._client = self._secret(self._handshake, "c hs traffic", transcript)
        self.server = Keys(self._secret(self._handshake, "s hs traffic", transcript), suite)
        self.client = Keys(self._client, suite)
        derived = expand(self._handshake, "derived", empty, self._size, self._name)
        self._master = hmac.digest(derived, zeros, self._name)

    def _secret(self, secret: bytes, label: str, transcript: bytes) -> bytes:
        digest = hashlib.new(self._name, transcript).digest()
        return expand(secret, label, digest, self._size, self._name)

    def finished(self, transcript: bytes) -> bytes:
        """The body of our Finished."""
        key = expand(self._client, "finished", b"", self._size, self._name)
        return hmac.digest(key, hashlib.new(self._name, transcript).digest(), self._name)

    def application(self, transcript: bytes) -> tuple[Keys, Keys]:
        """The keys of the open session: the server's, then ours."""
        server = self._secret(self._master, "s ap traffic", transcript)
        client = self._secret(self._master, "c ap traffic", transcript)
        return Keys(server, self._suite), Keys(client, self._suite)


class _Stream:
    """Records out of a stream, deciphered with the keys of the moment."""

    def __init__(self) -> None:
        self._raw = bytearray()
        self._messages = bytearray()
        self.keys: Keys | None = None
        self.has_alert = False

    def feed(self, data: bytes) -> None:
        self._raw += data

    def message(self) -> tuple[int, bytes] | None:
        """The next handshake message, None when more must come. Raises ProtocolFault."""
        while not self.has_alert:
            if found := cut_messages(self._messages, 1):
                return found[0]
            record = self._record()
            if record is None:
                return None
            kind, body = record
            if kind == ALERT:
                self.has_alert = True
            elif kind == HANDSHAKE:
                self._messages += body
        return None

    def _record(self) -> tuple[int, bytes] | None:
        if len(self._raw) < 5:
            return None
        head = bytes(self._raw[:5])
        size = int.from_bytes(head[3:5])
        if size > MOST_RECORD or head[1] != 3:
            raise ProtocolFault("La réponse n’est pas du TLS.")
        if len(self._raw) < 5 + size:
            return None
        body = bytes(self._raw[5 : 5 + size])
        del self._raw[: 5 + size]
        if head[0] == APPLICATION and self.keys is not None:
            return self.keys.open(head, body)
        if head[0] not in (CHANGE_CIPHER, ALERT, HANDSHAKE):
            raise ProtocolFault("La réponse n’est pas du TLS.")
        return head[0], body


def _next(stream: _Stream, to_send: bytes = b"") -> Dialogue[tuple[int, bytes]]:
    """The next message, after having sent. Raises ProtocolFault at an alert or a close."""
    found = yield from _next_or_end(stream, to_send)
    if found is None:
        raise ProtocolFault("Le serveur a interrompu la négociation TLS 1.3.")
    return found


def _next_or_end(stream: _Stream, to_send: bytes) -> Dialogue[tuple[int, bytes] | None]:
    """The next message, after having sent; None at an alert or a close."""
    found = None if to_send else stream.message()
    while found is None:
        data = yield to_send
        to_send = b""
        stream.feed(data)
        found = stream.message()
        if found is None and (not data or stream.has_alert):
            return None
    return found


def _whole(message: tuple[int, bytes]) -> bytes:
    return bytes([message[0]]) + len(message[1]).to_bytes(3) + message[1]


def handshake13(
    asked: Asked, pair: KeyPair, suites: Sequence[int], starttls: str, session: Session
) -> Dialogue[None]:
    """Go through one handshake and close; what comes is put in `session`. Raises ProtocolFault."""
    prefix = (yield from opening(starttls)) if starttls else b""
    ours = client_hello_message(asked, [s for s in suites if s in SUITES], os.urandom(32))
    stream = _Stream()
    record = b"\x16\x03\x01" + len(ours).to_bytes(2) + ours
    kind, body = yield from _next(stream, prefix + record)
    if kind != Message.SERVER_HELLO:
        raise ProtocolFault("Le serveur n’a pas répondu par un ServerHello.")
    hello = read_server_hello(body)
    share = hello.extensions.get(Extension.KEY_SHARE, b"")
    if hello.version != TLS13 or hello.suite not in SUITES or hello.group != pair.group:
        raise ProtocolFault("Le serveur ne fait pas la négociation TLS 1.3 qu’il annonçait.")
    transcript = ours + _whole((kind, body))
    schedule = Schedule(hello.suite, pair.exchange(share[4:]), transcript)
    stream.keys = schedule.server
    request: bytes | None = None
    for _ in range(MOST_MESSAGES):
        kind, body = yield from _next(stream)
        transcript += _whole((kind, body))
        if kind == Message.ENCRYPTED_EXTENSIONS:
            session.extensions = read_extensions(body)
        elif kind == Message.CERTIFICATE_REQUEST:
            request = body[1 : 1 + body[0]] if body else b""
        elif kind == Message.CERTIFICATE:
            session.certificates = read_certificates(body, TLS13)
        if kind == Message.FINISHED:
            session.is_finished = True
            break
    else:
        raise ProtocolFault("La négociation TLS n’en finit pas : lecture arrêtée.")
    yield from _close(stream, schedule, transcript, request, session)


def _close(
    stream: _Stream,
    schedule: Schedule,
    transcript: bytes,
    request: bytes | None,
    session: Session,
) -> Dialogue[None]:
    """Our Finished and a close at once: a server with tickets sends them in between, and no one waits."""
    server, client = schedule.application(transcript)
    flight = b""
    if request is not None:
        body = bytes([len(request)]) + request + bytes(3)
        flight = bytes([Message.CERTIFICATE]) + len(body).to_bytes(3) + body
    finished = schedule.finished(transcript + flight)
    flight += bytes([Message.FINISHED]) + len(finished).to_bytes(3) + finished
    to_send = (
        b"\x14\x03\x03\x00\x01\x01"
        + schedule.client.seal(HANDSHAKE, flight)
        + client.seal(ALERT, b"\x01\x00")
    )
    stream.keys = server
    for _ in range(MOST_TICKETS):
        found = yield from _next_or_end(stream, to_send)
        to_send = b""
        if found is None:
            break
        if found[0] == Message.NEW_TICKET:
            _take_ticket(found[1], session)
    session.is_over = True


def _take_ticket(body: bytes, session: Session) -> None:
    """Lifetime (seconds) and early data of a NewSessionTicket. Raises ProtocolFault."""
    if len(body) < 9:
        raise ProtocolFault("Un ticket de session est trop court.")
    at = 9 + body[8]
    at += 2 + int.from_bytes(body[at : at + 2])
    early = read_extensions(body[at:]).get(Extension.EARLY_DATA, b"")
    session.ticket_seconds = max(session.ticket_seconds, int.from_bytes(body[:4]))
    session.early_data_bytes = max(session.early_data_bytes, int.from_bytes(early[:4]))
