"""One handshake of TLS 1.3: real servers, one that wants to know who we are, and bytes of nothing."""

import asyncio
from pathlib import Path

import pytest
from benchmarks._tls_lab import s_server
from benchmarks._tls_pki import Authority, Leaf
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import Dial, Dialogue, ProtocolFault
from rempart.engines.exposure.probe.tls import handshake13 as steps
from rempart.engines.exposure.probe.tls.flight import Message
from rempart.engines.exposure.probe.tls.handshake13 import (
    GROUPS,
    KeyPair,
    Keys,
    Schedule,
    Session,
    expand,
    handshake13,
)
from rempart.engines.exposure.probe.tls.hello import TLS13, Asked
from support.gates import OpenGate
from support.parts import LOOPBACK
from support.tls_choosers import server_hello
from support.tls_servers import HOST, Lab

HELLO_REQUEST = 0
ALL = (0x1301, 0x1302, 0x1303)


def opened(port: int, group: int = 29, suites: tuple[int, ...] = ALL) -> Session:
    pair, session = KeyPair(group), Session()
    asked = Asked(TLS13, HOST, (group,), with_facts=True, key_share=(group, pair.public))
    dialogue = handshake13(asked, pair, suites, "", session)
    asyncio.run(Dial(OpenGate(), seconds=5).converse("127.0.0.1", port, dialogue))
    return session


@pytest.mark.needs("nginx", "openssl")
@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("suite", ALL)
@pytest.mark.parametrize("group", GROUPS)
def test_every_suite_and_every_group_open_a_session(suite: int, group: int, tls_lab: Lab) -> None:
    session = opened(tls_lab.ports["only_tls13"], group, (suite,))
    assert session.is_finished and session.is_over
    assert len(session.certificates) == 2
    assert session.ticket_seconds == 300


@pytest.mark.slow
@pytest.mark.needs("openssl")
@pytest.mark.allow_hosts(LOOPBACK)
def test_a_server_that_asks_who_we_are_still_shows_its_chain(tmp_path: Path) -> None:
    with s_server(tmp_path, Authority(), Leaf(HOST), "-verify", "1") as port:
        session = opened(port)
    assert session.is_finished
    assert len(session.certificates) == 1


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_answer_ends_the_handshake_or_is_refused(said: list[bytes]) -> None:
    pair, session = KeyPair(29), Session()
    asked = Asked(TLS13, HOST, (29,), key_share=(29, pair.public))
    dialogue = handshake13(asked, pair, ALL, "", session)
    next(dialogue)
    with pytest.raises(ProtocolFault):
        for piece in [*said, b""]:
            dialogue.send(piece)
    assert not session.is_finished


def test_a_share_that_is_no_point_is_refused() -> None:
    with pytest.raises(ProtocolFault, match="invalide"):
        KeyPair(23).exchange(b"\x04" + bytes(64))


def test_keys_are_derived_as_the_standard_shows() -> None:
    # RFC 8448 §3: the server's handshake traffic secret, its key and its iv.
    secret = bytes.fromhex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
    assert expand(secret, "key", b"", 16, "sha256").hex() == "3fce516009c21727d0f2e4e86ee403bc"
    assert expand(secret, "iv", b"", 12, "sha256").hex() == "5d313eb2671276ee13000b30"


@pytest.mark.parametrize("suite", ALL)
def test_a_record_that_was_touched_or_is_empty_is_refused(suite: int) -> None:
    ours, theirs = Keys(b"s" * 32, suite), Keys(b"s" * 32, suite)
    good, bad, empty = (
        ours.seal(kind, content) for kind, content in ((22, b"a"), (22, b"b"), (0, b""))
    )
    assert theirs.open(good[:5], good[5:]) == (22, b"a")
    with pytest.raises(ProtocolFault, match="ne se déchiffre pas"):
        theirs.open(bad[:5], bad[5:-1] + bytes([bad[-1] ^ 1]))
    with pytest.raises(ProtocolFault, match="est vide"):
        theirs.open(empty[:5], empty[5:])


def said(kind: int, body: bytes = b"") -> bytes:
    return bytes([kind]) + len(body).to_bytes(3) + body


def begun() -> tuple[Dialogue[None], bytes, Keys]:
    """A handshake up to its keys: what goes on, the ServerHello to send, and the server's keys."""
    pair, theirs = KeyPair(29), KeyPair(29)
    asked = Asked(TLS13, HOST, (29,), key_share=(29, pair.public))
    dialogue = handshake13(asked, pair, ALL, "", Session())
    ours = next(dialogue)[5:]
    share = b"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x24\x00\x1d\x00\x20" + theirs.public
    hello = server_hello(0x0303, bytes(32), 0x1301, 0, share)
    schedule = Schedule(0x1301, theirs.exchange(pair.public), ours + hello[5:])
    return dialogue, hello, schedule.server


def test_a_flight_without_end_is_left() -> None:
    dialogue, hello, keys = begun()
    many = keys.seal(22, said(Message.ENCRYPTED_EXTENSIONS, b"\x00\x00") * 40)
    with pytest.raises(ProtocolFault, match="n’en finit pas"):
        dialogue.send(hello + many)


def test_a_first_message_that_is_no_hello_is_refused() -> None:
    dialogue, _, _ = begun()
    with pytest.raises(ProtocolFault, match="pas répondu par un ServerHello"):
        dialogue.send(b"\x16\x03\x03\x00\x04" + said(Message.HELLO_DONE))


def tickets(*messages: bytes) -> Session:
    """What a session keeps of messages that come after its end."""
    session, schedule = Session(), Schedule(0x1301, b"shared", b"transcript")
    server, _ = schedule.application(b"transcript")
    dialogue = steps._close(steps._Stream(), schedule, b"transcript", None, session)
    next(dialogue)
    with pytest.raises(StopIteration):
        dialogue.send(server.seal(22, b"".join(messages)))
        dialogue.send(b"")
    return session


TICKET = said(
    Message.NEW_TICKET,
    bytes.fromhex("0000012c00000000") + b"\x01n\x00\x01t\x00\x08\x00\x2a\x00\x04\x00\x00\x40\x00",
)


def test_tickets_are_read_among_other_messages_and_no_more_than_the_bound() -> None:
    session = tickets(said(HELLO_REQUEST), TICKET)
    assert (session.ticket_seconds, session.early_data_bytes) == (300, 16384)
    assert session.is_over
    assert tickets(*[TICKET] * (steps.MOST_TICKETS + 2)).is_over


def test_a_ticket_that_is_too_short_is_refused() -> None:
    with pytest.raises(ProtocolFault, match="trop court"):
        tickets(said(Message.NEW_TICKET, b"abc"))
