"""The sockets of questions: opened once, closed under way, and told what may be asked."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

from rempart.engines.exposure.probe.dns import servers, wire
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.questions import Reply, Wait
from rempart.engines.exposure.probe.dns.sockets import Socket, Taken, identifiers
from rempart.engines.exposure.seen.common import Reach
from support.dns_answers import Say, flags, reply, txt
from support.dns_servers import Answering
from support.parts import LOOPBACK

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]
T = TypeVar("T")
NAME = to_wire("x.example")
SILENT = "127.9.8.9"
PATIENT = 3.0  # for those who answer: a busy machine is no silence


@contextmanager
def silent() -> Iterator[int]:
    """A server that takes all and says nothing; gives its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((SILENT, 0))
        yield one.getsockname()[1]


def with_exchange(
    act: Callable[[Exchange], Awaitable[T]], say: Say, *, port: int = 0, **changes: object
) -> T:
    """Run something beside a server that says what it likes."""

    async def run(port: int) -> T:
        exchange = Exchange(port=port, **({"seconds": 0.1, "sockets": 1} | changes))  # type: ignore[arg-type]
        await exchange.open()
        await exchange.open()
        try:
            return await act(exchange)
        finally:
            exchange.close()

    with Answering("127.0.0.1", port, say) as server:
        return asyncio.run(run(server.port))


def ask(exchange: Exchange, *servers: str, seconds: float = 3.0) -> Wait:
    ends_at = asyncio.get_running_loop().time() + seconds
    return exchange.ask(servers, NAME, wire.TXT, ends_at=ends_at)


def test_closing_stops_what_is_asked_and_what_waits_for_its_turn() -> None:
    async def act(exchange: Exchange) -> list[Reach]:
        asked = [ask(exchange, "127.0.0.1") for _ in range(2)]
        exchange.close()
        return [(await one).reach for one in asked]

    assert with_exchange(act, lambda q: [], most=1) == [Reach.STOPPED] * 2


def test_sockets_opened_again_know_what_is_late() -> None:
    async def act(exchange: Exchange) -> list[Reach]:
        first = ask(exchange, "127.0.0.1")
        exchange.close()
        await exchange.open()
        return [(await one).reach for one in (first, ask(exchange, "127.0.0.1"))]

    assert with_exchange(act, lambda q: []) == [Reach.STOPPED, Reach.SILENT]


def test_an_address_that_may_not_be_asked_is_outside() -> None:
    async def act(exchange: Exchange) -> tuple[Reach, int]:
        return (await ask(exchange, "127.0.0.1")).reach, exchange.sent

    closed = with_exchange(act, lambda q: [], may_ask=lambda address: False)
    assert closed == (Reach.OUTSIDE, 0)
    answer: Say = lambda q: [reply(q, txt(b"x"))]  # noqa: E731
    asked = with_exchange(act, answer, seconds=PATIENT, may_ask=lambda address: True)
    assert asked == (Reach.ANSWERED, 1)


def test_an_answer_that_is_cut_and_a_server_deaf_over_tcp_leave_what_came() -> None:
    async def act(exchange: Exchange) -> Reply:
        return await ask(exchange, "127.0.0.1")

    found = with_exchange(act, lambda q: [flags(reply(q, txt(b"x")), 0, cut=True)])
    assert (found.reach, "tronquée" in found.reason) == (Reach.SILENT, True)


def test_a_server_of_a_kind_that_the_machine_does_not_have_is_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Socket.make

    def without_six(taken: Taken, *, is_six: bool) -> Socket:
        if is_six:
            raise OSError("no IPv6")
        return made(taken, is_six=is_six)

    monkeypatch.setattr(Socket, "make", without_six)

    async def act(exchange: Exchange) -> tuple[Reach, bool, bool]:
        reach = (await ask(exchange, "::1")).reach
        return reach, exchange.is_dead("::1"), exchange.is_dead("127.0.0.1")

    assert with_exchange(act, lambda q: []) == (Reach.SILENT, True, False)


def test_a_datagram_too_short_to_be_an_answer_is_left() -> None:
    async def act(exchange: Exchange) -> Reach:
        return (await ask(exchange, "127.0.0.1")).reach

    say: Say = lambda q: [q[:5], reply(q, txt(b"x"))]  # noqa: E731
    assert with_exchange(act, say, seconds=PATIENT) is Reach.ANSWERED


def held_back(until: threading.Event) -> Say:
    """What answers only then: nobody is faster than who leaves."""

    def say(q: bytes) -> list[bytes]:
        until.wait(30)
        return [reply(q, txt(b"x"))]

    return say


async def leave(exchange: Exchange) -> Wait:
    """A question whose asker is cut while it waits."""
    left = ask(exchange, "127.0.0.1")

    async def wait() -> Reply:
        return await left

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return left


def test_an_answer_to_someone_who_left_is_dropped() -> None:
    gone = threading.Event()

    async def act(exchange: Exchange) -> tuple[Reach, Reach]:
        left = await leave(exchange)
        gone.set()
        return (await left).reach, (await ask(exchange, "127.0.0.1")).reach

    said = with_exchange(act, held_back(gone), seconds=PATIENT)
    assert said == (Reach.STOPPED, Reach.ANSWERED)


def test_a_silent_question_of_someone_who_left_is_not_sent_again() -> None:
    async def act(exchange: Exchange) -> int:
        await leave(exchange)
        await asyncio.sleep(0.25)
        return exchange.sent

    assert with_exchange(act, lambda q: []) == 1


def test_one_who_leaves_takes_no_answer_from_those_who_wait_for_the_same() -> None:
    gone = threading.Event()

    async def act(exchange: Exchange) -> tuple[bool, Reach]:
        question = ask(exchange, "127.0.0.1")

        async def wait() -> Reply:
            return await question

        leaver, stayer = asyncio.create_task(wait()), asyncio.create_task(wait())
        await asyncio.sleep(0)
        leaver.cancel()
        await asyncio.wait({leaver})
        gone.set()
        return leaver.cancelled(), (await stayer).reach

    found = with_exchange(act, held_back(gone), seconds=PATIENT)
    assert found == (True, Reach.ANSWERED)


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

    answered = with_exchange(act, lambda q: [reply(q, txt(b"x"))], seconds=PATIENT)
    assert answered == (Reach.ANSWERED, Reach.ANSWERED)


def test_identifiers_never_end() -> None:
    drawn = identifiers()
    assert all(0 <= next(drawn) < 1 << 16 for _ in range(5000))


def test_a_server_that_is_late_costs_little_when_another_answers() -> None:
    async def act(exchange: Exchange) -> tuple[Reach, str, int]:
        found = await ask(exchange, SILENT, "127.0.0.1", seconds=60.0)
        return found.reach, found.server, exchange._servers[SILENT].misses

    with silent() as port:
        answer: Say = lambda q: [reply(q, txt(b"x"))]  # noqa: E731
        found = with_exchange(act, answer, seconds=30.0, port=port)
    assert found == (Reach.ANSWERED, "127.0.0.1", 0)  # the first is still listened to


def test_a_late_answer_is_still_taken() -> None:
    asked: list[bytes] = []

    def late(q: bytes) -> list[bytes]:
        asked.append(q)
        return [reply(asked[0], txt(b"x"))] if len(asked) > 1 else []

    async def act(exchange: Exchange) -> tuple[Reach, int]:
        return (await ask(exchange, "127.0.0.1")).reach, exchange.sent

    assert with_exchange(act, late, seconds=1.0) == (Reach.ANSWERED, 2)


def test_a_question_is_sent_four_times_at_most() -> None:
    async def act(exchange: Exchange) -> tuple[Reach, int]:
        reach = (await ask(exchange, *(f"127.9.8.{n}" for n in range(1, 8)))).reach
        return reach, exchange.sent

    assert with_exchange(act, lambda q: []) == (Reach.SILENT, 4)


def test_the_first_questions_tell_for_all_the_others() -> None:
    async def act(exchange: Exchange) -> tuple[set[Reach], int, bool]:
        asked = [ask(exchange, "127.0.0.1") for _ in range(50)]
        reaches = {(await one).reach for one in asked}
        return reaches, exchange.sent, exchange.is_dead("127.0.0.1")

    reaches, sent, is_dead = with_exchange(act, lambda q: [])
    assert (reaches, is_dead) == ({Reach.SILENT}, True)
    assert sent <= 8


def test_a_server_that_comes_back_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "FIRST_REST", 0.05)
    is_up: list[bool] = []

    async def act(exchange: Exchange) -> list[Reach]:
        await asyncio.gather(*(ask(exchange, "127.0.0.1") for _ in range(4)))
        is_up.append(True)
        reaches = []
        for _ in range(2):
            await asyncio.sleep(0.1)
            reaches.append((await ask(exchange, "127.0.0.1")).reach)
        return reaches

    # The first who asks is told at once what all know, and his question finds out that it is no longer so.
    found = with_exchange(act, lambda q: [reply(q, txt(b"x"))] if is_up else [])
    assert found == [Reach.SILENT, Reach.ANSWERED]


def test_a_server_that_was_heard_is_given_more_chances() -> None:
    heard: list[bool] = []

    def once(q: bytes) -> list[bytes]:
        heard.append(True)
        return [reply(q, txt(b"x"))] if len(heard) == 1 else []

    async def act(exchange: Exchange) -> tuple[Reach, Reach, bool]:
        first = (await ask(exchange, "127.0.0.1")).reach
        missed = await asyncio.gather(*(ask(exchange, "127.0.0.1") for _ in range(3)))
        return first, missed[0].reach, exchange.is_dead("127.0.0.1")

    assert with_exchange(act, once) == (Reach.ANSWERED, Reach.SILENT, False)


def test_a_loop_that_reads_no_socket_itself_uses_its_own_transports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.SelectorEventLoop
    kept = loop.add_reader

    def refuse(self: asyncio.SelectorEventLoop, fd: object, call: Any, *rest: object) -> object:
        if getattr(call, "__name__", "") == "drain":
            raise NotImplementedError
        return kept(self, fd, call, *rest)

    monkeypatch.setattr(loop, "add_reader", refuse)

    async def act(exchange: Exchange) -> Reach:
        return (await ask(exchange, "127.0.0.1")).reach

    found = with_exchange(act, lambda q: [reply(q, txt(b"x"))], seconds=PATIENT)
    assert found is Reach.ANSWERED


def test_an_address_that_the_machine_cannot_send_to_is_silent() -> None:
    async def act(exchange: Exchange) -> Reach:
        return (await ask(exchange, "not an address")).reach

    assert with_exchange(act, lambda q: []) is Reach.SILENT


def test_one_who_waits_for_his_turn_too_long_is_told() -> None:
    async def act(exchange: Exchange) -> list[str]:
        asked = [ask(exchange, "127.0.0.1", seconds=s) for s in (3.0, 0.05)]
        return [(await one).reason for one in asked]

    first, second = with_exchange(act, lambda q: [], most=1)
    assert "Aucune réponse" in first
    assert "délai" in second
