"""The real probes of a process: which name servers and which ports they may speak to."""

import asyncio
from typing import Any, cast

import pytest

from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure.perimeter import Touch, parse_perimeter
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probes import RealProbes, _asks, may_try, real_probes
from rempart.engines.exposure.seen.common import Reach
from support.fake_probes import perimeter_text, settings_of
from support.parts import LOOPBACK

PERIMETER = parse_perimeter(
    perimeter_text(
        "\n  - {kind: address, value: 10.0.0.53}\n  - {kind: range, value: 10.1.0.0/24}\n"
        "  - {kind: domain, value: chu.example}\n"
    )
)


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("198.41.0.4", True),
        ("2001:503:ba3e::2:30", True),
        ("10.0.0.53", True),
        ("10.1.0.9", True),
        ("10.9.9.9", True),  # the resolver given
        ("10.2.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
    ],
)
def test_a_zone_that_names_an_inner_server_has_it_asked_nothing(address: str, may: bool) -> None:
    assert _asks(PERIMETER, "10.9.9.9")(address) is may


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_question_for_inner_servers_alone_comes_back_as_outside() -> None:
    async def asked() -> tuple[Reach, str]:
        exchange = Exchange(may_ask=_asks(PERIMETER, ""))
        await exchange.open()
        ends_at = asyncio.get_running_loop().time() + 1
        reply = await exchange.ask(["127.0.0.1"], b"\x03chu\0", wire.A, ends_at=ends_at)
        exchange.close()
        return reply.reach, reply.reason

    reach, reason = asyncio.run(asked())
    assert (reach, "adresses internes" in reason) == (Reach.OUTSIDE, True)


@pytest.mark.parametrize(
    ("touch", "some", "none"),
    [
        ({Touch.SERVICES}, {22, 443, 3389}, {104, 502}),
        ({Touch.HTTP}, {80, 443, 8080}, {22, 25, 993}),
        ({Touch.TLS}, {443, 993}, {22, 80}),
        ({Touch.MAIL}, {25, 465, 587}, {22, 443}),
        ({Touch.MEDICAL}, {104, 2575, 11112}, {22, 502}),
        ({Touch.DNS}, set(), {22, 443, 104}),
    ],
)
def test_ports_that_the_rights_do_not_name_are_not_tried(
    touch: set[Touch], some: set[int], none: set[int]
) -> None:
    tried = {p.port for p in exposure_ports() if p.transport == "tcp" and may_try(p, touch)}
    assert some <= tried
    assert not none & tried


class Names:
    """A resolver that gives what a test tells it, and keeps what it was asked."""

    def __init__(self, **told: Found) -> None:
        self.told, self.asked = told, list[int]()

    def now(self) -> float:
        return 1.0

    async def open(self) -> float:
        return 0.0

    async def find(self, name: bytes, kind: int, ends_at: float) -> Found:
        self.asked.append(kind)
        return self.told.get(f"k{kind}", Found(name, kind, Reach.ANSWERED))


def probes(names: Names) -> RealProbes:
    return RealProbes(settings_of(), cast(Resolver, names))


def found(kind: int, *data: bytes, **more: Any) -> dict[str, Found]:
    """The answer to one kind of question."""
    return {f"k{kind}": Found(b"\0", kind, **{"reach": Reach.ANSWERED, "data": data} | more)}


@pytest.mark.parametrize(
    ("more", "reach", "reason"),
    [
        ({"reach": Reach.SILENT, "reason": "Muet."}, Reach.SILENT, "Muet."),
        ({"state": State.BOGUS, "state_reason": "signature"}, Reach.BROKEN, "DNSSEC dément"),
    ],
)
def test_a_name_whose_answer_is_no_fact_leads_nowhere_and_says_why(
    more: dict[str, Any], reach: Reach, reason: str
) -> None:
    for kind in (wire.A, wire.AAAA):
        seen = asyncio.run(probes(Names(**found(kind, **more))).host("www.chu.example"))
        assert (seen.reach, seen.addresses) == (reach, [])
        assert reason in seen.reason


def test_a_name_that_cannot_be_written_is_asked_of_nobody() -> None:
    names = Names()
    seen = asyncio.run(probes(names).host("a" * 64 + ".chu.example"))
    assert (seen.reach, bool(seen.reason), names.asked) == (Reach.BROKEN, True, [])


def test_records_that_hold_no_name_are_left_out() -> None:
    pointers = (to_wire("b.chu.example"), b"\x05ab", b"", b"\0", to_wire("a.chu.example"))
    names = probes(Names(**found(wire.PTR, *pointers)))
    assert asyncio.run(names.reverse("192.0.2.1")) == ["a.chu.example", "b.chu.example"]
    silent = probes(Names(**found(wire.PTR, *pointers, reach=Reach.SILENT)))
    assert asyncio.run(silent.reverse("192.0.2.1")) == []


def test_the_probes_of_a_process_ask_the_resolver_of_the_command_before_that_of_the_perimeter() -> (
    None
):
    text = perimeter_text(more="resolvers: [192.0.2.53]\n")
    for given, asked in (((), "192.0.2.53"), (("192.0.2.54",), "192.0.2.54")):
        made = real_probes(settings_of(text=text, resolvers=given))
        assert made._resolver.forwarder == asked
        made.close()
