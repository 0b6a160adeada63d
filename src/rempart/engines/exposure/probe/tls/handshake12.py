"""One real session of TLS 1.0 to 1.2, as a dialogue: its ticket, and whether the client may ask to negotiate again.

Nothing but handshake messages goes through it, and the server's signature is not checked: nothing secret is sent.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from rempart.engines.exposure.dial import Dialogue, ProtocolFault
from rempart.engines.exposure.probe.tls.certificates import parse
from rempart.engines.exposure.probe.tls.flight import (
    ALERT,
    CHANGE_CIPHER,
    HANDSHAKE,
    MOST_MESSAGES,
    MOST_RECORD,
    Message,
    cut_messages,
    read_certificates,
    read_server_hello,
)
from rempart.engines.exposure.probe.tls.handshake13 import GROUPS, KeyPair
from rempart.engines.exposure.probe.tls.hello import Asked, client_hello_message
from rempart.engines.exposure.probe.tls.keys12 import (
    RECIPES,
    Direction,
    Recipe,
    derive,
    digest,
    directions,
)
from rempart.engines.exposure.probe.tls.starttls import opening

NO_RENEGOTIATION = 100
MOST_ALERTS = 4


@dataclass(slots=True)
class Session12:
    """What the session brought, filled as it comes."""

    is_open: bool = False
    ticket_seconds: int = 0  # 0: no ticket
    has_ticket: bool = False
    accepts_renegotiation: bool | None = None


class _Stream:
    """Records and handshake messages of one direction, deciphered once the keys are there."""

    def __init__(self) -> None:
        self._raw, self._messages = bytearray(), bytearray()
        self._count = 0
        self.keys: Direction | None = None
        self.ready: Direction | None = None  # taken into use when the server changes its cipher

    def feed(self, data: bytes) -> None:
        self._raw += data

    def next(self) -> tuple[int, bytes] | None:
        """A handshake message, or (-1, alert). Raises ProtocolFault."""
        while True:
            if found := cut_messages(self._messages, 1):
                # Each one is hashed with all that came before: thousands of them would cost minutes.
                self._count += 1
                if self._count > 2 * MOST_MESSAGES:
                    raise ProtocolFault("La négociation TLS n’en finit pas : lecture arrêtée.")
                return found[0]
            if len(self._raw) < 5:
                return None
            kind, size = self._raw[0], int.from_bytes(self._raw[3:5])
            if size > MOST_RECORD or kind not in (CHANGE_CIPHER, ALERT, HANDSHAKE):
                raise ProtocolFault("La réponse n’est pas du TLS.")
            if len(self._raw) < 5 + size:
                return None
            body = bytes(self._raw[5 : 5 + size])
            del self._raw[: 5 + size]
            if kind == CHANGE_CIPHER:
                self.keys = self.ready
                continue
            if self.keys is not None:
                body = self.keys.open(kind, body)
            if kind == ALERT:
                return -1, body
            self._messages += body


def _next(stream: _Stream, to_send: bytes = b"") -> Dialogue[tuple[int, bytes] | None]:
    """The next message after having sent; None at a close. Raises ProtocolFault."""
    found = None if to_send else stream.next()
    while found is None:
        data = yield to_send
        to_send = b""
        if not data:
            return None
        stream.feed(data)
        found = stream.next()
    return found


def _must(stream: _Stream, to_send: bytes = b"") -> Dialogue[tuple[int, bytes]]:
    found = yield from _next(stream, to_send)
    if found is None or found[0] == -1:
        raise ProtocolFault("Le serveur a interrompu la négociation.")
    return found


def _record(version: int, kind: int, body: bytes) -> bytes:
    return bytes([kind]) + version.to_bytes(2) + len(body).to_bytes(2) + body


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3) + body


@dataclass(slots=True)
class _Flight:
    """What the server sent up to its HelloDone."""

    transcript: bytes
    version: int = 0
    suite: int = 0
    random: bytes = b""
    certificate: bytes = b""
    exchange: bytes = b""
    wants_certificate: bool = False


def _server_flight(stream: _Stream, ours: bytes, prefix: bytes) -> Dialogue[_Flight]:
    flight = _Flight(ours)
    kind, body = yield from _must(stream, prefix + _record(0x0301, HANDSHAKE, ours))
    while kind != Message.HELLO_DONE:
        flight.transcript += _message(kind, body)
        if kind == Message.SERVER_HELLO:
            hello = read_server_hello(body)
            flight.version, flight.suite, flight.random = hello.version, hello.suite, hello.random
        elif kind == Message.CERTIFICATE:
            flight.certificate = read_certificates(body, flight.version)[0][0]
        elif kind == Message.KEY_EXCHANGE:
            flight.exchange = body
        flight.wants_certificate |= kind == Message.CERTIFICATE_REQUEST
        kind, body = yield from _must(stream)
    flight.transcript += _message(kind, body)
    return flight


def _exchange(flight: _Flight, recipe: Recipe, offered: int) -> tuple[bytes, bytes]:
    """Our ClientKeyExchange and the shared secret. Raises ProtocolFault."""
    if recipe.is_elliptic:
        body = flight.exchange
        group = int.from_bytes(body[1:3])
        if len(body) < 5 or body[0] != 3 or group not in GROUPS:
            raise ProtocolFault("Le serveur choisit une courbe qui ne lui était pas offerte.")
        pair = KeyPair(group)
        secret = pair.exchange(body[4 : 4 + body[3]])
        return bytes([len(pair.public)]) + pair.public, secret
    secret = offered.to_bytes(2) + os.urandom(46)
    try:
        public = parse(flight.certificate).public_key()
        if not isinstance(public, rsa.RSAPublicKey):
            raise ProtocolFault("La clé du certificat ne va pas avec la suite choisie.")
        sealed = public.encrypt(secret, padding.PKCS1v15())
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise ProtocolFault("La clé du certificat ne peut pas servir.") from fault
    return len(sealed).to_bytes(2) + sealed, secret


def handshake12(
    asked: Asked, suites: Sequence[int], starttls: str, session: Session12
) -> Dialogue[None]:
    """Open one session, ask to negotiate again, and leave; what comes is put in `session`. Raises ProtocolFault."""
    prefix = (yield from opening(starttls)) if starttls else b""
    random, stream = os.urandom(32), _Stream()
    ours = client_hello_message(asked, [s for s in suites if s in RECIPES], random)
    flight = yield from _server_flight(stream, ours, prefix)
    recipe = RECIPES.get(flight.suite)
    if recipe is None or flight.version != asked.version:
        raise ProtocolFault("Le serveur ne fait pas la négociation qu’il annonçait.")
    key_exchange, secret = _exchange(flight, recipe, asked.version)
    version, transcript, sent = flight.version, flight.transcript, b""
    seed = random + flight.random
    master = derive(version, recipe, secret, b"master secret", seed, 48)
    client, stream.ready = directions(version, recipe, master, random, flight.random)
    if flight.wants_certificate:
        sent = _message(Message.CERTIFICATE, bytes(3))
    sent += _message(16, key_exchange)
    transcript += sent
    proof = derive(
        version, recipe, master, b"client finished", digest(version, recipe, transcript), 12
    )
    to_send = (
        _record(version, HANDSHAKE, sent)
        + _record(version, CHANGE_CIPHER, b"\x01")
        + client.seal(HANDSHAKE, _message(Message.FINISHED, proof))
    )
    kind, body = yield from _must(stream, to_send)
    while kind != Message.FINISHED:
        if kind == Message.NEW_TICKET and len(body) > 6:
            session.has_ticket, session.ticket_seconds = True, int.from_bytes(body[:4])
        kind, body = yield from _must(stream)
    session.is_open = True
    yield from _ask_again(stream, client, asked, suites, proof, session)


def _ask_again(
    stream: _Stream,
    client: Direction,
    asked: Asked,
    suites: Sequence[int],
    proof: bytes,
    session: Session12,
) -> Dialogue[None]:
    """Ask to negotiate again: a hello is a yes; an alert or a close is a no."""
    again = Asked(asked.version, asked.name, asked.groups, verify_data=proof)
    hello = client_hello_message(again, [s for s in suites if s in RECIPES])
    to_send = client.seal(HANDSHAKE, hello)
    for _ in range(MOST_ALERTS):
        found = yield from _next(stream, to_send)
        to_send = b""
        if found is None or found[0] == -1:
            session.accepts_renegotiation = False
            return
        if found[0] == Message.SERVER_HELLO:
            session.accepts_renegotiation = True
            return
