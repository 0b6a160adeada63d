"""Zones that lie about where their names lead: to this machine under another spelling, or to a whole provider."""

import asyncio
from pathlib import Path

import pytest

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.gate import MANY, MOST_ADDRESSES, PerimeterGate
from rempart.engines.exposure.look import Look, Tools
from rempart.engines.exposure.names import address_of, special
from rempart.engines.exposure.perimeter import parse_perimeter, read_perimeter
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.hosts import HostSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.work import Kind, Piece
from rempart.kernel.errors import UnreadableSource
from support.fake_probes import FakeProbes, noon, perimeter_text, settings_of

FOLLOWED = perimeter_text("\n  - {kind: host, value: www.chu.example, addresses: follow}\n")
CROWD = [f"198.41.{n // 250}.{n % 250 + 1}" for n in range(3000)]


@pytest.mark.parametrize(
    "address",
    ["::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "400::1", "fe00::1", "::a9fe:a9fe"],
)
def test_an_address_outside_what_the_internet_has_is_special(address: str) -> None:
    assert special(address_of(address)) == "une adresse privée ou réservée"


@pytest.mark.parametrize("address", ["2001:41d0::1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_stays_one(address: str) -> None:
    assert special(address_of(address)) == ""


@pytest.mark.parametrize(
    "name", ["straße.example", "STRAẞE.example", "φίλος.example", "a\u200db.example"]
)
def test_a_letter_that_leads_to_the_name_of_somebody_else_is_refused(name: str) -> None:
    assets = f"\n  - {{kind: domain, value: {name}}}\n"
    with pytest.raises(UnreadableSource, match="de deux façons"):
        parse_perimeter(perimeter_text(assets))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a device of POSIX systems")
def test_a_perimeter_that_never_ends_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="pas un fichier"):
        read_perimeter(Path("/dev/zero"))


class Crowd(FakeProbes):
    """A name that leads to three thousand addresses."""

    async def host(self, name: str) -> HostSeen:
        return HostSeen(reach=Reach.ANSWERED, name=name, addresses=CROWD)


def test_a_name_that_leads_to_thousands_of_addresses_is_followed_to_a_few_and_said() -> None:
    async def work() -> Look:
        settings = settings_of(text=FOLLOWED)
        gate = PerimeterGate(settings.perimeter, clock=noon, switch=settings.switch())
        tools = Tools(Crowd(), gate, Dial(gate), noon, settings.rules, settings.minute)
        one = Look(Piece(kind=Kind.HOST, name="www.chu.example"), tools)
        await one.run()
        return one

    found = asyncio.run(work()).seen
    (host,) = (s for s in found if isinstance(s, HostSeen))
    (tls,) = (s for s in found if isinstance(s, TlsSeen))
    assert [a for a in host.addresses if a not in host.refused] == CROWD[:MOST_ADDRESSES]
    assert (tls.reach, tls.reason) == (Reach.OUTSIDE, MANY)
