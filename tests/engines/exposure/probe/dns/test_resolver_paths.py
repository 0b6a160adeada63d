"""The way down through answers made up: servers that disown, referrals without glue, aliases through a resolver."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Cut, Found
from rempart.engines.exposure.probe.dns.names import ROOT, to_wire
from rempart.engines.exposure.probe.dns.questions import Reply, Wait
from rempart.engines.exposure.probe.dns.resolver import TRIED, Resolver
from rempart.engines.exposure.probe.dns.wire import Message, Record
from rempart.engines.exposure.seen.common import Reach
from support.dns_told import NOW, message

T = TypeVar("T")
NAME, HOST = to_wire("www.ch.fr"), to_wire("ns.h.fr")
FOUR = b"\xc0\0\2\1"
HERE = message([Record(NAME, wire.A, 60, FOUR)])


def pointing(*records: Record) -> Message:
    """A message that is not of a server responsible for the name."""
    made = message([], records)
    made.flags = 0x8000
    return made


class Scripted:
    """An exchange where each server says what it is given, in turn; nothing more makes it silent."""

    def __init__(self, says: Callable[[str, bytes], Message | None]) -> None:
        self.says, self.asked = says, list[str]()

    async def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def ask(
        self, servers: Sequence[str], name: bytes, kind: int, *, ends_at: float, **_: Any
    ) -> Wait:
        self.asked.append(servers[0])
        wait = Wait(b"", b"", servers, ends_at, False, 1)
        said = self.says(servers[0], name)
        reach = Reach.SILENT if said is None else Reach.ANSWERED
        reply = Reply(said, servers[0], reach, "" if said else "Muet.")
        asyncio.get_running_loop().call_soon(wait.finish, reply)
        return wait


def run(
    act: Callable[[Resolver, float], Awaitable[T]],
    says: Callable[[str, bytes], Message | None],
    **more: Any,
) -> T:
    async def whole() -> T:
        told = {"now": NOW, "hints": ["192.0.2.1"], "anchors": {}} | more
        resolver = Resolver(exchange=Scripted(says), **told)  # type: ignore[arg-type]
        return await act(resolver, await resolver.open())

    return asyncio.run(whole())


async def find(resolver: Resolver, ends_at: float) -> Found:
    return await resolver.find(NAME, wire.A, ends_at)


def test_a_server_that_disowns_the_zone_leaves_the_word_to_another() -> None:
    hints = ["192.0.2.1", "192.0.2.2"]
    found = run(find, lambda s, _: HERE if s == hints[1] else pointing(), hints=hints)
    assert found.data == (FOUR,)
    assert "responsable" in run(find, lambda *_: pointing()).reason


def test_servers_that_all_disown_the_zone_are_asked_up_to_a_bound() -> None:
    hints = [f"192.0.2.{number}" for number in range(1, 30)]
    found = run(find, lambda *_: pointing(), hints=hints)
    assert (found.reach, "ne finissent pas" in found.reason) == (Reach.BROKEN, True)


def referral(server: str, name: bytes) -> Message | None:
    """The root points to `ch.fr`, whose one host stands in `h.fr`, which the root knows."""
    if server != "192.0.2.1":
        return HERE
    if name == HOST:
        return message([Record(HOST, wire.A, 60, b"\xc0\0\2\2")])
    zone = to_wire("ch.fr")
    hosts = [Record(zone, wire.NS, 60, HOST)] * 2
    return pointing(*hosts, Record(to_wire("autre.fr"), wire.NS, 60, HOST))


def test_a_host_without_an_address_given_is_looked_for_once() -> None:
    async def both(resolver: Resolver, ends_at: float) -> list[tuple[bytes, ...]]:
        kinds = (wire.A, wire.CNAME)
        found = await asyncio.gather(*(resolver.find(NAME, kind, ends_at) for kind in kinds))
        return [one.data for one in found]

    assert run(both, referral) == [(FOUR,), ()]


def test_hosts_that_need_hosts_that_need_hosts_stop_somewhere() -> None:
    async def deep(resolver: Resolver, ends_at: float) -> tuple[str, ...]:
        return await resolver.addresses(Cut(to_wire("ch.fr"), (HOST,), {}), ends_at, len(TRIED))

    assert run(deep, referral) == ()


def test_nothing_is_sent_ahead_where_no_server_is_known() -> None:
    async def ahead(resolver: Resolver, ends_at: float) -> list[str]:
        resolver.ahead([(NAME, wire.A)], ends_at)
        return resolver.exchange.asked  # type: ignore[attr-defined, no-any-return]

    assert run(ahead, lambda *_: HERE, hints=[]) == []
    assert run(ahead, lambda *_: HERE) == ["192.0.2.1"]


def test_a_resolver_that_does_not_follow_an_alias_has_said_all_it_knows() -> None:
    alias = message([Record(NAME, wire.CNAME, 60, HOST)])
    found = run(find, lambda *_: alias, forwarder="192.0.2.9")
    assert (found.data, found.aliases, found.name) == ((), (HOST,), HOST)


def test_an_answer_of_unknown_trust_is_not_kept() -> None:
    async def twice(resolver: Resolver, ends_at: float) -> list[str]:
        for _ in range(2):
            await resolver.find(NAME, wire.A, ends_at)
        return [s for s in resolver.exchange.asked if s]  # type: ignore[attr-defined]

    anchor = {".": ["1 15 2 " + "00" * 32]}
    says = lambda _, name: None if name == ROOT else HERE  # noqa: E731
    assert len(run(twice, says, anchors=anchor)) > len(run(twice, says)) == 1


def test_a_delegation_that_is_being_asked_for_is_asked_for_once() -> None:
    domain, host = to_wire("ch.fr"), to_wire("ns.ch.fr")
    below = pointing(Record(domain, wire.NS, 60, host))
    below.additional = [Record(host, wire.A, 60, FOUR)]

    async def act(resolver: Resolver, ends_at: float) -> list[str]:
        async def mail() -> None:
            await resolver.beside(domain, ends_at)
            await resolver.find(domain, wire.MX, ends_at)

        await asyncio.gather(resolver.find(domain, wire.NS, ends_at), mail())
        asked: Any = resolver.exchange
        return sorted(asked.asked)

    def says(server: str, name: bytes) -> Message | None:
        return below if server == "192.0.2.9" else message([Record(name, wire.NS, 60, host)])

    assert run(act, says, hints=["192.0.2.9"]) == ["192.0.2.1"] * 2 + ["192.0.2.9"]
