"""One session before TLS 1.3: each suite and each version with real servers, and bytes of nothing."""

import asyncio
from pathlib import Path

import pytest
from benchmarks._tls_lab import s_server
from benchmarks._tls_pki import Authority, Leaf
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import Dial, ProtocolFault
from rempart.engines.exposure.probe.tls import handshake12 as steps
from rempart.engines.exposure.probe.tls.flight import Message
from rempart.engines.exposure.probe.tls.handshake12 import Session12, handshake12
from rempart.engines.exposure.probe.tls.handshake13 import GROUPS
from rempart.engines.exposure.probe.tls.hello import TLS10, TLS11, TLS12, Asked
from rempart.engines.exposure.probe.tls.keys12 import RECIPES
from rempart.engines.exposure.probe.tls.suites import all_suites
from support.gates import OpenGate
from support.parts import LOOPBACK
from support.tls_choosers import server_hello
from support.tls_servers import HOST, Lab

RSA = sorted(code for code in RECIPES if all_suites()[code].authentication == "rsa")
HELLO_REQUEST = 0
OLD = [code for code in RSA if RECIPES[code].mac == "sha1"]


def opened(port: int, version: int, suites: list[int]) -> Session12:
    session = Session12()
    dialogue = handshake12(Asked(version, HOST, GROUPS, verify_data=b""), suites, "", session)
    asyncio.run(Dial(OpenGate(), seconds=5).converse("127.0.0.1", port, dialogue))
    return session


@pytest.mark.needs("nginx", "openssl")
@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("suite", RSA)
def test_every_suite_of_tls12_opens_a_session(suite: int, tls_lab: Lab) -> None:
    session = opened(tls_lab.ports["old"], TLS12, [suite])
    assert session.is_open and session.has_ticket
    assert session.accepts_renegotiation is False


@pytest.mark.needs("nginx", "openssl")
@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("version", [TLS10, TLS11])
@pytest.mark.parametrize("suite", OLD)
def test_the_suites_of_older_versions_open_a_session(
    version: int, suite: int, tls_lab: Lab
) -> None:
    session = opened(tls_lab.ports["old"], version, [suite])
    assert (session.is_open, session.ticket_seconds) == (True, 300)


@pytest.mark.slow
@pytest.mark.needs("openssl")
@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("cipher", ["ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA"])
def test_a_server_that_negotiates_again_is_seen(tmp_path: Path, cipher: str) -> None:
    options = ["-tls1_2", "-client_renegotiation", "-cipher", f"{cipher}:@SECLEVEL=0"]
    with s_server(tmp_path, Authority(), Leaf(HOST), *options) as port:
        session = opened(port, TLS12, RSA)
    assert session.accepts_renegotiation is True


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_answer_ends_the_session_or_is_refused(said: list[bytes]) -> None:
    session = Session12()
    dialogue = handshake12(Asked(TLS12, HOST, GROUPS, verify_data=b""), RSA, "", session)
    next(dialogue)
    with pytest.raises(ProtocolFault):
        for piece in [*said, b""]:
            dialogue.send(piece)
    assert not session.is_open


def said(kind: int, body: bytes = b"") -> bytes:
    """One handshake message in its record."""
    message = bytes([kind]) + len(body).to_bytes(3) + body
    return b"\x16\x03\x03" + len(message).to_bytes(2) + message


def flight(suite: int, *messages: bytes, version: int = TLS12) -> bytes:
    hello = server_hello(version, bytes(32), suite, 0, b"")
    return hello + b"".join(messages) + said(Message.HELLO_DONE)


def certificate(kind: str) -> bytes:
    der = Authority().leaf(Leaf(HOST, kind)).public_bytes(Encoding.DER)
    return said(Message.CERTIFICATE, b"".join((len(der) + n).to_bytes(3) for n in (3, 0)) + der)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (flight(0x009C, version=TLS11), "qu’il annonçait"),
        (flight(0x0005), "qu’il annonçait"),
        (
            flight(0xC02F, said(Message.KEY_EXCHANGE, b"\x03\x00\x09\x01a")),
            "Le serveur choisit une",
        ),
        (flight(0xC02F), "Le serveur choisit une"),
    ],
)
def test_a_flight_that_does_not_fit_is_refused(answer: bytes, reason: str) -> None:
    dialogue = handshake12(Asked(TLS12, HOST, GROUPS), RSA, "", Session12())
    next(dialogue)
    with pytest.raises(ProtocolFault, match=reason):
        dialogue.send(answer)


def test_a_suite_of_rsa_with_a_key_of_another_kind_is_refused() -> None:
    dialogue = handshake12(Asked(TLS12, HOST, GROUPS), RSA, "", Session12())
    next(dialogue)
    with pytest.raises(ProtocolFault, match="ne va pas avec la suite"):
        dialogue.send(flight(0x009C, certificate("ec")))


def test_a_server_that_asks_who_we_are_is_given_no_certificate() -> None:
    sent = []
    for asks in (b"", said(Message.CERTIFICATE_REQUEST, b"\x01\x01\x00\x00\x00\x00")):
        dialogue = handshake12(Asked(TLS12, HOST, GROUPS), RSA, "", Session12())
        next(dialogue)
        sent.append(dialogue.send(flight(0x009C, certificate("2048"), asks)))
        dialogue.close()
    without, given = sent
    nobody = bytes([Message.CERTIFICATE]) + b"\x00\x00\x03\x00\x00\x00"
    assert (nobody in without, given[5:12], len(given) - len(without)) == (False, nobody, 7)


def test_a_ticket_that_is_too_short_counts_for_none() -> None:
    session = Session12()
    dialogue = handshake12(Asked(TLS12, HOST, GROUPS), RSA, "", session)
    next(dialogue)
    dialogue.send(flight(0x009C, certificate("2048")))
    with pytest.raises(ProtocolFault, match="interrompu"):
        dialogue.send(said(Message.NEW_TICKET, b"abc"))
        dialogue.send(b"")
    assert (session.has_ticket, session.is_open) == (False, False)


class Sealed:
    """A cipher that changes nothing."""

    def seal(self, kind: int, content: bytes) -> bytes:
        return content


@pytest.mark.parametrize(
    ("answers", "accepts"),
    [
        ([said(HELLO_REQUEST), server_hello(TLS12, bytes(32), 0x009C, 0, b"")], True),
        ([said(HELLO_REQUEST), b"\x15\x03\x03\x00\x02\x01\x64"], False),
        ([b""], False),
        ([said(HELLO_REQUEST) * 4], None),
    ],
)
def test_a_hello_an_alert_or_a_close_tells_what_is_thought_of_a_new_negotiation(
    answers: list[bytes], accepts: bool | None
) -> None:
    session = Session12()
    asked = Asked(TLS12, HOST, GROUPS)
    dialogue = steps._ask_again(steps._Stream(), Sealed(), asked, RSA, b"proof", session)  # type: ignore[arg-type]
    next(dialogue)
    with pytest.raises(StopIteration):
        for answer in answers:
            dialogue.send(answer)
    assert session.accepts_renegotiation is accepts
