"""One handshake of TLS 1.3: real servers, one that wants to know who we are, and bytes of nothing."""

import asyncio
from pathlib import Path

import pytest
from benchmarks._tls_lab import s_server
from benchmarks._tls_pki import Authority, Leaf
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import Dial, ProtocolFault
from rempart.engines.exposure.probe.tls.handshake13 import (
    GROUPS,
    KeyPair,
    Session,
    expand,
    handshake13,
)
from rempart.engines.exposure.probe.tls.hello import TLS13, Asked
from support.parts import LOOPBACK
from support.tls_servers import HOST, Lab, OpenGate

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
