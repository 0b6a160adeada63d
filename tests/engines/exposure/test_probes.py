"""The real probes of a process: which name servers and which ports they may speak to."""

import asyncio

import pytest

from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure.perimeter import Touch, parse_perimeter
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probes import _asks, may_try
from rempart.engines.exposure.seen.common import Reach
from support.fake_probes import perimeter_text
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
