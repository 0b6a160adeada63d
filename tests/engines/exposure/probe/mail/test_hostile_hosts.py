"""Policy hosts and mail servers that mean harm, over real connections: bounded bytes, and what is said of each."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.mail.smtp import Greeting, greet
from rempart.engines.exposure.probe.mail.sts import MOST_BYTES, look_at_sts
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.mail import StsSeen
from support.certificates import Authority
from support.dns_told import Told, said, strings
from support.dns_world import Gate
from support.parts import LOOPBACK

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

HERE = "127.0.0.1"
MEGABYTE = b"a" * (1 << 20)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
POLICY = b"version: STSv1\nmode: enforce\nmx: mx.ch.fr\nmax_age: 60\n"
Act = Callable[[socket.socket], int]


@contextmanager
def serving(act: Act, sent: list[int]) -> Iterator[int]:
    """A server of one connection; gives its port. What `act` gives is how much could be sent."""
    listener = socket.create_server((HERE, 0))
    listener.settimeout(30)

    def serve() -> None:
        link, _ = listener.accept()
        with link:
            link.settimeout(30)
            sent.append(act(link))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join()
        listener.close()


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    Authority().write(folder, HERE, "mta-sts.ch.fr")
    return folder


def fetched(pki: Path, *pieces: bytes, times: int = 1) -> tuple[StsSeen, int]:
    """What is seen of a host whose certificate is valid, that sends `pieces`, the last one so many times."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "cert.pem", pki / "key.pem")

    def act(link: socket.socket) -> int:
        count = 0
        try:
            with context.wrap_socket(link, server_side=True) as secure:
                secure.recv(4096)
                for piece in [*pieces[:-1], *[pieces[-1]] * times]:
                    secure.sendall(piece)
                    count += len(piece)
        except OSError:
            pass
        return count

    told = {
        ("_mta-sts.ch.fr", wire.TXT): strings("v=STSv1; id=1"),
        ("mta-sts.ch.fr", wire.A): said(bytes([127, 0, 0, 1])),
    }
    resolver: Any = Told(told)
    trust = ssl.create_default_context(cafile=str(pki / "ca.pem"))
    gate, sent = Gate(HERE), list[int]()
    with serving(act, sent) as port:
        dial = Dial(gate, seconds=20.0)
        seen = asyncio.run(look_at_sts(to_wire("ch.fr"), resolver, dial, 0.0, trust, port))
    assert gate.asked == [(HERE, port)]  # nobody else was gone to
    assert gate.inside == 0
    return seen, sent[0]


def test_a_sound_policy_is_read_under_a_valid_certificate(pki: Path) -> None:
    seen, _ = fetched(pki, OK + b"\r\n" + POLICY)
    assert (seen.mode, seen.hosts, seen.faults) == ("enforce", ["mx.ch.fr"], [])


@pytest.mark.parametrize(
    "first",
    [OK + b"\r\n", OK + b"Content-Length: 1073741824\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: ", b""],
    ids=["body", "announced", "endless header", "no protocol"],
)
def test_a_gigabyte_is_cut_at_the_bound(pki: Path, first: bytes) -> None:
    seen, sent = fetched(pki, first, MEGABYTE, times=1024)
    assert (seen.policy_reach, seen.mode) == (Reach.BROKEN, "")
    assert "plus que la limite" in seen.policy_reason
    assert sent < 64 * MOST_BYTES + 16 * len(
        MEGABYTE
    )  # what the system's buffers took, and no more


def test_a_redirection_to_the_machine_s_own_secrets_is_not_followed(pki: Path) -> None:
    where = b"Location: http://169.254.169.254/latest/meta-data/\r\n"
    seen, _ = fetched(pki, b"HTTP/1.1 302 Found\r\n" + where + b"\r\n" + POLICY)
    assert (seen.mode, seen.faults) == ("", ["Le fichier de politique répond par le code 302, et personne ne suit une redirection."])  # fmt: skip


def test_a_policy_that_is_served_as_a_page_is_a_fault(pki: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=utf-8\r\n\r\n"
    seen, _ = fetched(pki, head + POLICY)
    assert seen.mode == "enforce"
    assert seen.faults == ["Le fichier est servi comme « text/html » au lieu de « text/plain »."]


def test_a_line_of_sixty_four_kilobytes_takes_no_place(pki: Path) -> None:
    seen, _ = fetched(pki, OK + b"\r\n" + POLICY + b"mx: " + b"a" * 65_000 + b"\n")
    assert [len(host) for host in seen.hosts] == [8, 255]
    seen, _ = fetched(pki, OK + b"\r\n" + POLICY + b"b" * 65_000)
    assert max(map(len, seen.faults)) < 120


def greeted(after: bytes, *, is_apart: bool) -> Greeting:
    """What is said of a mail server that sends something in clear after its answer to STARTTLS."""

    def act(link: socket.socket) -> int:
        link.sendall(b"220 mx ESMTP\r\n")
        link.recv(512)
        link.sendall(b"250-mx\r\n250 STARTTLS\r\n")
        link.recv(512)
        if is_apart:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link.sendall(b"220 go\r\n")
            link.sendall(after)
        else:
            link.sendall(b"220 go\r\n" + after)
        return len(link.recv(512))

    heard: list[int] = []
    with serving(act, heard) as port:
        dial = Dial(Gate(HERE), seconds=20.0)
        seen = asyncio.run(greet("mx.ch.fr", HERE, port, dial=dial, is_implicit=False))
    return seen if is_apart or not heard[0] else Greeting(Reach.BROKEN, "TLS was begun")


def test_what_is_slipped_in_before_tls_is_dropped_and_told() -> None:
    seen = greeted(b"250-mx\r\n250 AUTH PLAIN\r\n", is_apart=False)
    assert (seen.reach, seen.starttls, seen.tls_version) == (Reach.ANSWERED, "fails", "")
    assert "« 250-mx250 AUTH PLAIN »" in seen.reason.replace("\r\n", "")
    assert "écartées" in seen.reason


def test_what_comes_in_clear_where_tls_is_awaited_is_no_tls() -> None:
    seen = greeted(b"250 AUTH PLAIN\r\n", is_apart=True)
    assert (seen.reach, seen.starttls) == (Reach.ANSWERED, "fails")
