"""Servers that lie, loop, drip or say nothing: bounded time, and never a finding made out of it."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.mail.spf import STOP_AT, look_at_spf
from rempart.engines.exposure.seen.common import Reach
from support.dns_answers import Say, ask_all, flags, named, reply, txt
from support.dns_servers import Answering, free_port
from support.parts import LOOPBACK

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

NAME = to_wire("victime.example")
LONG = 30.0  # seconds: far more than is granted to a domain, far less than what never ends


def asked(say: Say, kind: int = wire.TXT, **changes: object) -> tuple[Found, float, int]:
    """What comes of one question to a server that says what it likes, the seconds that it took, the datagrams."""
    with Answering("127.0.0.1", 0, say) as server:
        before = time.monotonic()

        async def ask(resolver: Resolver) -> Found:
            return await resolver.find(NAME, kind, await resolver.open())

        found = ask_all(ask, server.port, **changes)
        return found, time.monotonic() - before, server.asked


def test_a_plain_answer_is_read() -> None:
    found, _, _ = asked(lambda q: [reply(q, txt(b"bonjour"))])
    assert (found.reach, found.data) == (Reach.ANSWERED, (b"\x07bonjour",))


LIES: dict[str, Say] = {
    "pointers in a loop": lambda q: [reply(q, b"\xc0\x1d\xc0\x1d" + txt(b"x")[2:])],
    "lengths that lie": lambda q: [reply(q, txt(b"x")[:-4] + b"\xff\xff\1x")],
    "cut in the middle": lambda q: [reply(q, txt(b"bonjour"))[:-3]],
    "a count that lies": lambda q: [reply(q, b"", answers=65535)],
    "two questions": lambda q: [q[:2] + b"\x84\0\0\2\0\0\0\0\0\0" + q[12:]],
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_not_the_protocol_is_a_gap(lie: str) -> None:
    found, seconds, _ = asked(LIES[lie])
    assert not found.is_known
    assert found.reach in (Reach.BROKEN, Reach.SILENT)
    assert found.reason
    assert seconds < LONG


@pytest.mark.parametrize(
    "forged",
    [
        lambda q: bytes([q[0] ^ 1]) + reply(q, txt(b"faux"))[1:],  # another identifier
        lambda q: reply(q[:13] + b"V" * 7 + q[20:], txt(b"faux")).replace(b"V" * 7, b"autreno"),
        lambda q: q,  # our own question sent back
    ],
)
def test_an_answer_to_something_else_is_not_taken(forged: Say) -> None:
    found, _, _ = asked(lambda q: [forged(q), reply(q, txt(b"vrai"))])
    assert found.data == (b"\4vrai",)


def test_an_answer_from_another_address_is_not_taken() -> None:
    impostor = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    impostor.bind(("127.0.0.2", 0))
    ours: list[tuple[str, int]] = []

    def say(question: bytes) -> Iterable[bytes]:
        impostor.sendto(reply(question, txt(b"faux")), ours[-1])
        time.sleep(0.05)
        return [reply(question, txt(b"vrai"))]

    with impostor, Answering("127.0.0.1", 0, say, heard=ours.append) as server:

        async def ask(resolver: Resolver) -> Found:
            return await resolver.find(NAME, wire.TXT, await resolver.open())

        assert ask_all(ask, server.port).data == (b"\4vrai",)


def test_a_silent_server_is_a_gap_within_its_time() -> None:
    found, _, datagrams = asked(lambda _: [])
    assert (found.reach, found.is_absent) == (Reach.SILENT, False)
    assert datagrams == 2


@pytest.mark.parametrize(("code", "word"), [(2, "panne"), (5, "refus"), (9, "code 9")])
def test_a_refusal_is_a_gap_with_its_reason(code: int, word: str) -> None:
    found, _, _ = asked(lambda q: [flags(reply(q, b"", answers=0), code)])
    assert not found.is_known
    assert word in found.reason


def test_aliases_in_a_ring_end() -> None:
    found, seconds, _ = asked(
        lambda q: [reply(q, named(q, wire.CNAME, b"\x01a" + NAME if b"\x01a" not in q else NAME))]
    )
    assert seconds < LONG
    assert not found.data


def test_aliases_without_end_stop() -> None:
    def say(question: bytes) -> list[bytes]:
        first = question[12:].split(b"\0")[0]
        number = int(first[2:6]) + 1 if first[1:2] == b"n" else 0
        return [reply(question, named(question, wire.CNAME, b"\x05n%04d" % number + NAME))]

    found, seconds, datagrams = asked(say)
    assert found.reach is Reach.BROKEN
    assert "alias" in found.reason
    assert datagrams <= 20
    assert seconds < LONG


def test_delegations_that_go_down_for_ever_stop() -> None:
    found, seconds, datagrams = asked(
        lambda q: [reply(q, b"", answers=0, authority=named(q, wire.NS, b"\2ns" + NAME))]
    )
    assert not found.is_known
    assert datagrams < 60
    assert seconds < LONG


def test_spf_that_includes_itself_for_ever_stops() -> None:
    count = iter(range(10_000))

    def say(question: bytes) -> list[bytes]:
        text = " ".join(f"include:i{next(count)}.example" for _ in range(5))
        return [reply(question, txt(f"v=spf1 {text} -all".encode()))]

    with Answering("127.0.0.1", 0, say) as server:

        async def ask(resolver: Resolver) -> object:
            return await look_at_spf("victime.example", resolver, await resolver.open())

        seen = ask_all(ask, server.port)
        assert server.asked < 120
    assert STOP_AT <= seen.lookups <= STOP_AT + 50


@contextmanager
def tcp(port: int, act: str) -> Iterator[None]:
    """A TCP server beside the UDP one: `drip` one byte at a time, `huge` a length with nothing behind, `close`."""
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(0.05)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                link, _ = listener.accept()
            except TimeoutError:
                continue
            with link:
                if act == "huge":
                    link.sendall(b"\xff\xff")
                while act != "close" and not over.wait(0.1):
                    try:
                        link.sendall(b"\0")
                    except OSError:
                        break

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize("act", ["drip", "huge", "close"])
def test_a_server_that_wants_tcp_and_drips_costs_its_time_and_no_more(act: str) -> None:
    port = free_port()
    with (
        tcp(port, act),
        Answering("127.0.0.1", port, lambda q: [flags(reply(q, b"", answers=0), 0, cut=True)]),
    ):

        async def ask(resolver: Resolver) -> Found:
            return await resolver.find(NAME, wire.TXT, await resolver.open())

        before = time.monotonic()
        found = ask_all(ask, port)
    assert not found.is_known
    assert "TCP" in found.reason or found.reach is Reach.BROKEN
    assert time.monotonic() - before < LONG


def test_a_closed_exchange_tells_those_who_wait() -> None:
    async def ask(resolver: Resolver) -> Reach:
        await resolver.open()
        future = resolver.exchange.ask(["127.0.0.3"], NAME, wire.A, ends_at=1e12)
        resolver.close()
        return (await future).reach

    assert ask_all(ask, free_port()) is Reach.STOPPED


def test_questions_to_one_server_are_counted_and_wait_their_turn() -> None:
    waiting: list[int] = []

    async def ask(resolver: Resolver) -> int:
        ends_at = await resolver.open()
        futures = [
            resolver.exchange.ask(["127.0.0.1"], NAME, kind, ends_at=ends_at)
            for kind in range(1, 60)
        ]
        waiting.append(resolver.exchange.sent)
        replies = [await future for future in futures]
        return sum(one.reach is Reach.ANSWERED for one in replies)

    with Answering("127.0.0.1", 0, lambda q: [reply(q, b"", answers=0)]) as server:
        exchange = Exchange(port=server.port, seconds=0.5, most=5)
        assert ask_all(ask, server.port, exchange=exchange) == 59
    assert waiting == [4]  # a server that was never heard: the first answers tell
