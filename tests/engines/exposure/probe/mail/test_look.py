"""The mail of a domain over answers made up: no domain, no server, addresses of IPv6 only, odd pins."""

import asyncio
from typing import Any

import pytest

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.mail import look as look_module
from rempart.engines.exposure.probe.mail.look import look_at_mail
from rempart.engines.exposure.probe.mail.smtp import Greeting
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.mail import MailSeen
from support.dns_told import GONE, SILENT, Told, said

MX = said(b"\0\x0a" + to_wire("mx.ch.fr"))
HERE = said(b"\xc0\0\2\1", state=State.SECURE)
SIX = said(b"\x20\1\x0d\xb8" + b"\0" * 12)


class Nowhere:
    """A gate that lets nothing through."""

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        raise NotReached(Reach.OUTSIDE, "Hors du périmètre.")

    def leave(self, address: str) -> None:
        raise AssertionError(address)


def look(domain: str = "ch.fr", exchangers: Found = MX, **hosts: Found) -> MailSeen:
    kinds = {"four": ("mx.ch.fr", wire.A), "six": ("mx.ch.fr", wire.AAAA), "tlsa": ("_25._tcp.mx.ch.fr", wire.TLSA)}  # fmt: skip
    told = {("ch.fr", wire.MX): exchangers} | {kinds[key]: host for key, host in hosts.items()}
    resolver: Any = Told(told)
    return asyncio.run(look_at_mail(domain, resolver=resolver, dial=Dial(Nowhere())))


def test_a_domain_that_is_none_is_not_looked_at() -> None:
    found = look("a" * 70 + ".fr")
    assert (found.reach, "impossible" in found.reason) == (Reach.BROKEN, True)


def test_a_domain_that_is_gone_or_silent_is_told_apart() -> None:
    assert look(exchangers=GONE).is_missing
    silent = look(exchangers=SILENT)
    assert (silent.reach, silent.reason, silent.is_missing) == (
        Reach.SILENT,
        "Aucune réponse.",
        False,
    )


@pytest.mark.parametrize(
    ("hosts", "is_missing", "word"),
    [
        ({"four": said(), "six": SIX}, False, "IPv6 seulement"),
        ({"four": said(), "six": said()}, True, "aucune adresse"),
        ({"four": said(), "six": SILENT}, False, "Aucune réponse"),
        ({}, True, "aucune adresse"),
    ],
)
def test_a_server_without_an_address_says_which_way(
    hosts: dict[str, Found], is_missing: bool, word: str
) -> None:
    server = look(**hosts).servers[0]
    assert (server.reach, server.is_missing) == (Reach.UNREACHABLE, is_missing)
    assert word in server.reason


def test_a_server_outside_the_perimeter_is_not_asked_at_other_ports() -> None:
    assert [(s.port, s.reach) for s in look(four=HERE).servers] == [(25, Reach.OUTSIDE)]


def test_a_closed_port_for_clients_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def greet(name: str, address: str, port: int, **_: object) -> Greeting:
        return Greeting(Reach.CLOSED if port == 465 else Reach.ANSWERED, starttls="works")

    monkeypatch.setattr(look_module, "greet", greet)
    assert [server.port for server in look(four=HERE).servers] == [25, 587]


def test_a_pin_that_is_cut_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    async def greet(*_: object, **__: object) -> Greeting:
        return Greeting(Reach.ANSWERED, starttls="works")

    monkeypatch.setattr(look_module, "greet", greet)
    server = look(four=HERE, tlsa=said(b"\3\1", state=State.SECURE)).servers[0]
    assert (server.tlsa.is_known, "coupé" in server.tlsa.reason, server.dane) == (False, True, "")
    many = said(*[b"\3\1\1\0"] * 100, b"\3", state=State.SECURE)
    beyond = look(four=HERE, tlsa=many).servers[0]
    assert (beyond.tlsa.is_known, "coupé" in beyond.dane_reason) == (True, True)
