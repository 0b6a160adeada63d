"""Servers whose certificate, version or flight is made to lose the whole look: what was seen before is kept."""

import socket
import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from benchmarks._tls_lab import threaded
from benchmarks._tls_pki import Authority, Leaf
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.tls.flight import Message
from rempart.engines.exposure.probe.tls.handshake12 import Session12, handshake12
from rempart.engines.exposure.probe.tls.handshake13 import GROUPS
from rempart.engines.exposure.probe.tls.hello import TLS12, Asked
from rempart.engines.exposure.probe.tls.keys12 import RECIPES
from rempart.engines.exposure.probe.tls.trust import read_chain, read_store
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.tls import Trust, VersionState
from support.parts import LOOPBACK
from support.tls_choosers import Chooser, received, server_hello
from support.tls_servers import HOST, look


@cache
def der() -> bytes:
    """A certificate of RSA whose public exponent is even: no key can have it."""
    sound = Authority().leaf(Leaf(HOST)).public_bytes(Encoding.DER)
    return sound.replace(b"\x02\x03\x01\x00\x01", b"\x02\x03\x01\x00\x04")


def said(kind: int, body: bytes = b"") -> bytes:
    """One handshake message in its record."""
    message = bytes([kind]) + len(body).to_bytes(3) + body
    return b"\x16\x03\x03" + len(message).to_bytes(2) + message


def sealed_by_nobody(connection: socket.socket) -> None:
    """Takes one suite, with a key to which nothing can be sealed."""
    body = der()
    with suppress(OSError), connection:
        connection.settimeout(3)
        hello = Chooser(suites=(0x009C,)).answer(received(connection))
        chain = said(
            Message.CERTIFICATE, b"".join((len(body) + n).to_bytes(3) for n in (3, 0)) + body
        )
        is_taken = hello[0] == 0x16
        connection.sendall(hello + chain + said(Message.HELLO_DONE) if is_taken else hello)
        connection.recv(65536)


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_key_that_cannot_be_used_leaves_what_was_seen_before() -> None:
    der()  # its keys take long to make: before a server has to answer in time
    with threaded(sealed_by_nobody) as port:
        seen = look(port)
    assert (seen.reach, [v.version for v in seen.offered]) == (Reach.ANSWERED, ["TLSv1.2"])
    assert "ne peut pas servir" in seen.gaps["accepts_client_renegotiation"]


def from_the_future(connection: socket.socket) -> None:
    """Chooses a version that nobody offers, whatever it is asked."""
    with suppress(OSError), connection:
        connection.settimeout(3)
        received(connection)
        connection.sendall(server_hello(0x0399, b"\x11" * 32, 0x009C, 0, b""))


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_version_that_was_not_offered_is_no_answer() -> None:
    with threaded(from_the_future) as port:
        seen = look(port)
    assert seen.reach == Reach.BROKEN
    assert seen.reason == "Le serveur choisit une version qui ne lui était pas offerte."
    assert {v.state for v in seen.versions[1:]} == {VersionState.UNKNOWN}


def test_a_flight_of_thousands_of_messages_is_left_before_it_is_hashed() -> None:
    suites = sorted(RECIPES)
    dialogue = handshake12(Asked(TLS12, HOST, GROUPS), suites, "", Session12())
    next(dialogue)
    hello = server_hello(TLS12, bytes(32), 0x009C, 0, b"")
    with pytest.raises(ProtocolFault, match="n’en finit pas"):
        dialogue.send(hello + said(0) * 500)


def test_a_name_that_is_too_long_is_read_without_a_warning() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a" * 75, _validate=False)])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, day, day + timedelta(90))
    made = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    found = read_chain([made], read_store("essai", Authority().root_pem))
    assert (found.trust, found.certificates[0].common_name) == (Trust.SELF_SIGNED, "a" * 75)
