"""The sockets of questions: opened once, closed under way, and told what may be asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.exchange import Exchange, Reply, _identifiers
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.seen.common import Reach
from support.dns_answers import Say, flags, reply, txt
from support.dns_servers import Answering, free_port
from support.parts import LOOPBACK

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]
T = TypeVar("T")
NAME = to_wire("x.example")


def with_exchange(act: Callable[[Exchange], Awaitable[T]], say: Say, **changes: object) -> T:
    """Run something beside a server that says what it likes."""

    async def run(port: int) -> T:
        exchange = Exchange(port=port, **({"seconds": 0.1, "sockets": 1} | changes))  # type: ignore[arg-type]
        await exchange.open()
        await exchange.open()
        try:
            return await act(exchange)
        finally:
            exchange.close()

    with Answering("127.0.0.1", free_port(), say) as server:
        return asyncio.run(run(server.port))


def ask(exchange: Exchange, *servers: str, seconds: float = 3.0) -> "asyncio.Future[Reply]":
    ends_at = asyncio.get_running_loop().time() + seconds
    return exchange.ask(servers, NAME, wire.TXT, ends_at=ends_at)


def test_closing_stops_what_is_asked_and_what_waits_for_its_turn() -> None:
    async def act(exchange: Exchange) -> list[Reach]:
        asked = [ask(exchange, "127.0.0.1") for _ in range(2)]
        exchange.close()
        return [(await one).reach for one in asked]

    assert with_exchange(act, lambda q: [], most=1) == [Reach.STOPPED] * 2


def test_an_address_that_may_not_be_asked_is_outside() -> None:
    async def act(exchange: Exchange) -> tuple[Reach, int]:
        return (await ask(exchange, "127.0.0.1")).reach, exchange.sent

    closed = with_exchange(act, lambda q: [], may_ask=lambda address: False)
    assert closed == (Reach.OUTSIDE, 0)
    answer: Say = lambda q: [reply(q, txt(b"x"))]  # noqa: E731
    assert with_exchange(act, answer, may_ask=lambda address: True) == (Reach.ANSWERED, 1)


def test_an_answer_that_is_cut_and_a_server_deaf_over_tcp_leave_what_came() -> None:
    async def act(exchange: Exchange) -> Reply:
        return await ask(exchange, "127.0.0.1")

    found = with_exchange(act, lambda q: [flags(reply(q, txt(b"x")), 0, cut=True)])
    assert (found.reach, "tronquée" in found.reason) == (Reach.SILENT, True)


def test_a_server_of_a_kind_that_the_machine_does_not_have_is_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.SelectorEventLoop
    made = loop.create_datagram_endpoint

    async def without_six(self: object, factory: object, local_addr: tuple[str, int]) -> object:
        if ":" in local_addr[0]:
            raise OSError("no IPv6")
        return await made(self, factory, local_addr=local_addr)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "create_datagram_endpoint", without_six)

    async def act(exchange: Exchange) -> tuple[Reach, bool, bool]:
        reach = (await ask(exchange, "::1")).reach
        return reach, exchange.is_dead("::1"), exchange.is_dead("127.0.0.1")

    assert with_exchange(act, lambda q: []) == (Reach.SILENT, True, False)


def test_a_datagram_too_short_to_be_an_answer_is_left() -> None:
    async def act(exchange: Exchange) -> Reach:
        return (await ask(exchange, "127.0.0.1")).reach

    assert with_exchange(act, lambda q: [q[:5], reply(q, txt(b"x"))]) is Reach.ANSWERED


def test_an_answer_to_someone_who_left_is_dropped() -> None:
    async def act(exchange: Exchange) -> tuple[bool, Reach]:
        left = ask(exchange, "127.0.0.1")
        left.cancel()
        return left.cancelled(), (await ask(exchange, "127.0.0.1")).reach

    assert with_exchange(act, lambda q: [reply(q, txt(b"x"))]) == (True, Reach.ANSWERED)


def test_a_silent_question_of_someone_who_left_is_not_sent_again() -> None:
    async def act(exchange: Exchange) -> int:
        ask(exchange, "127.0.0.1").cancel()
        await asyncio.sleep(0.25)
        return exchange.sent

    assert with_exchange(act, lambda q: []) == 1


def test_those_who_wait_for_a_server_that_dies_are_told() -> None:
    async def act(exchange: Exchange) -> list[Reach]:
        asked = [ask(exchange, "127.0.0.1") for _ in range(3)]
        return [(await one).reach for one in asked]

    assert with_exchange(act, lambda q: [], most=1) == [Reach.SILENT] * 3


def test_an_identifier_in_use_is_not_given_twice() -> None:
    async def act(exchange: Exchange) -> tuple[Reach, Reach]:
        exchange._identifiers = iter([7, 7, 8])
        first, second = ask(exchange, "127.0.0.1"), ask(exchange, "127.0.0.1")
        return (await first).reach, (await second).reach

    answered = with_exchange(act, lambda q: [reply(q, txt(b"x"))])
    assert answered == (Reach.ANSWERED, Reach.ANSWERED)


def test_identifiers_never_end() -> None:
    drawn = _identifiers()
    assert all(0 <= next(drawn) < 1 << 16 for _ in range(5000))
