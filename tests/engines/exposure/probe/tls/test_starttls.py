"""Words in clear before TLS: eight protocols, their refusals, and servers that answer anything."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from benchmarks._tls_lab import threaded
from benchmarks._tls_pki import Authority, Leaf, key_pem, pem_of
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import NotOffered, ProtocolFault
from rempart.engines.exposure.probe.tls.starttls import PORTS, opening
from rempart.engines.exposure.seen.common import Reach
from support.loopback import free_port
from support.parts import LOOPBACK
from support.tls_servers import HOST, look

PROTOCOLS = sorted(set(PORTS.values()))
LDAP_YES = bytes.fromhex("300c02010178070a010004000400")
RDP_YES = bytes.fromhex("030000130ed000001234000200080002000000")
MYSQL = (
    b"\x0a8.0.36\x00"
    + bytes(4)
    + b"saltsalt\x00"
    + b"\xff\xff"
    + b"\x21\x02\x00\xff\xc1"
    + bytes(27)
)
MYSQL_YES = len(MYSQL).to_bytes(3, "little") + b"\x00" + MYSQL

# What the server says, then what it waits for, in turn; b"" is said at once.
TALKS: dict[str, list[tuple[bytes, bytes]]] = {
    "smtp": [
        (b"", b"220-mx.example\r\n220 bonjour\r\n"),
        (b"EHLO", b"250-mx.example\r\n250-STARTTLS\r\n250 8BITMIME\r\n"),
        (b"STARTTLS", b"220 allez-y\r\n"),
    ],
    "imap": [(b"", b"* OK pret\r\n"), (b"a1 STARTTLS", b"* CAPABILITY IMAP4\r\na1 OK allez-y\r\n")],
    "pop3": [(b"", b"+OK pret\r\n"), (b"STLS", b"+OK allez-y\r\n")],
    "ftp": [(b"", b"220-bienvenue\r\n220 pret\r\n"), (b"AUTH TLS", b"234 allez-y\r\n")],
    "ldap": [(b"0\x1d\x02\x01\x01w", LDAP_YES)],
    "rdp": [(b"\x03\x00\x00\x13", RDP_YES)],
    "postgres": [(b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"S")],
    "mysql": [(b"", MYSQL_YES)],
}
NO: dict[str, tuple[bytes, str]] = {
    "smtp": (b"554 pas de service\r\n", "refuse"),
    "imap": (b"* BYE\r\n", "refuse"),
    "pop3": (b"-ERR\r\n", "refuse"),
    "ftp": (b"530 non\r\n", "refuse"),
    "ldap": (bytes.fromhex("300c02010178070a010204000400"), "refuse StartTLS"),
    "rdp": (bytes.fromhex("030000130ed000001234000300080005000000"), "refuse TLS"),
    "postgres": (b"N", "ne propose pas"),
    "mysql": (MYSQL_YES.replace(b"\xff\xff\x21", b"\xff\xf7\x21"), "ne propose pas"),
}


@pytest.fixture(scope="module")
def server_side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssl.SSLContext]:
    """A server's side of TLS."""
    folder: Path = tmp_path_factory.mktemp("starttls")
    authority = Authority()
    (folder / "cert.pem").write_bytes(pem_of(authority.leaf(Leaf(HOST)), authority.intermediate))
    (folder / "key.pem").write_bytes(key_pem("2048"))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return made


def talks(protocol: str, server_side: ssl.SSLContext):  # type: ignore[no-untyped-def]
    """A server of one protocol, that turns to TLS."""

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(3)
            for expected, said in TALKS[protocol]:
                if expected and not connection.recv(4096).startswith(expected):
                    return
                connection.sendall(said)
            if protocol == "mysql" and len(connection.recv(36, socket.MSG_WAITALL)) < 36:
                return
            with server_side.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)

    return serve


@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_tls_is_seen_behind_the_words_of_each_protocol(
    protocol: str, server_side: ssl.SSLContext
) -> None:
    with threaded(talks(protocol, server_side)) as port:
        seen = look(port, starttls=protocol)
    assert (seen.reach, seen.starttls) == (Reach.ANSWERED, protocol)
    assert {"TLSv1.2", "TLSv1.3"} <= {v.version for v in seen.offered}
    assert seen.chains[0].certificates[0].names == [HOST]


@pytest.mark.slow
@pytest.mark.allow_hosts(LOOPBACK)
def test_tls_is_seen_behind_a_real_mail_server(server_side: ssl.SSLContext) -> None:
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port(), tls_context=server_side)
    controller.start()
    try:
        seen = look(controller.port, starttls="smtp")
    finally:
        controller.stop()
    assert (seen.reach, seen.chains[0].certificates[0].names) == (Reach.ANSWERED, [HOST])
    assert {v.version for v in seen.versions if not v.is_complete} == set()
    # Its library refuses the downgrade, and asyncio closes before the alert goes out.
    assert seen.refuses_downgrade is True


@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_protocol_that_refuses_tls_says_so(protocol: str) -> None:
    answer, said = NO[protocol]

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(3)
            if TALKS[protocol][0][0]:
                connection.recv(4096)
            connection.sendall(answer)
            connection.recv(4096)

    with threaded(serve) as port:
        seen = look(port, starttls=protocol)
    # A refusal of the question says that there is no TLS; one of the service itself says nothing of it.
    has_none = protocol in {"ldap", "rdp", "postgres", "mysql"}
    assert seen.reach is (Reach.NOT_OFFERED if has_none else Reach.BROKEN)
    assert said in seen.reason


def test_a_mail_server_without_starttls_is_told_apart() -> None:
    dialogue = opening("smtp")
    next(dialogue)
    dialogue.send(b"220 mx\r\n")
    with pytest.raises(NotOffered, match="ne propose pas STARTTLS"):
        dialogue.send(b"250-mx\r\n250 8BITMIME\r\n")


@pytest.mark.parametrize("protocol", ["ldap", "rdp", "postgres"])
def test_an_answer_of_another_protocol_does_not_say_that_there_is_no_tls(protocol: str) -> None:
    dialogue = opening(protocol)
    next(dialogue)
    with pytest.raises(ProtocolFault) as raised:
        dialogue.send(b"\x03\x00\x00\x0b" + bytes(7))
    assert not isinstance(raised.value, NotOffered)


def test_an_unknown_protocol_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="gopher"):
        next(opening("gopher"))


@given(st.sampled_from(PROTOCOLS), st.lists(st.binary(max_size=200), max_size=8))
def test_any_words_end_the_opening_or_are_refused(protocol: str, said: list[bytes]) -> None:
    dialogue = opening(protocol)
    assert isinstance(next(dialogue), bytes)
    try:
        for piece in [*said, b"", b"", b"", b"", b"", b""]:
            dialogue.send(piece)
    except StopIteration as end:
        assert isinstance(end.value, bytes)
    except ProtocolFault as fault:
        assert str(fault).isprintable()


@pytest.mark.parametrize(
    ("protocol", "said", "reason"),
    [
        ("pop3", b"x" * 20_000, "parle sans fin"),
        ("rdp", bytes.fromhex("030000130ed000001234000200080000000000"), "ancien chiffrement"),
        ("mysql", b"\x05\x00\x00\x00\xff\x6a\x04ab", "mal formé"),
    ],
)
def test_what_leads_to_no_tls_is_said(protocol: str, said: bytes, reason: str) -> None:
    dialogue = opening(protocol)
    next(dialogue)
    with pytest.raises(ProtocolFault, match=reason):
        dialogue.send(said)
