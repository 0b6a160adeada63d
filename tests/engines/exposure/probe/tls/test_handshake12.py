"""One session before TLS 1.3: each suite and each version with real servers, and bytes of nothing."""

import asyncio
from pathlib import Path

import pytest
from benchmarks._tls_lab import s_server
from benchmarks._tls_pki import Authority, Leaf
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import Dial, ProtocolFault
from rempart.engines.exposure.probe.tls.handshake12 import Session12, handshake12
from rempart.engines.exposure.probe.tls.handshake13 import GROUPS
from rempart.engines.exposure.probe.tls.hello import TLS10, TLS11, TLS12, Asked
from rempart.engines.exposure.probe.tls.keys12 import RECIPES
from rempart.engines.exposure.probe.tls.suites import all_suites
from support.parts import LOOPBACK
from support.tls_servers import HOST, Lab, OpenGate

RSA = sorted(code for code in RECIPES if all_suites()[code].authentication == "rsa")
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
