"""MTA-STS over answers made up: where the policy is, and why it may not be read."""

import asyncio
import ssl
from types import SimpleNamespace
from typing import Any, Self

import pytest

from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.mail.sts import look_at_sts, read_response
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.mail import StsSeen
from support.dns_told import SILENT, Told, said, strings

POLICY = b"version: STSv1\nmode: enforce\nmx: mx.ch.fr\nmax_age: 60\n"
HERE = said(b"\xc0\0\2\1")


class Link:
    """A connection that gives one response, or whose TLS fails."""

    def __init__(self, response: bytes, fault: NotReached | None) -> None:
        self.pieces, self.fault = [response], fault

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def send(self, data: bytes) -> None:
        pass

    async def receive(self) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    async def start_tls(self, context: ssl.SSLContext, name: str) -> None:
        if self.fault:
            raise self.fault
        if context.verify_mode is not ssl.CERT_REQUIRED or name != "mta-sts.ch.fr":
            raise NotReached(Reach.BROKEN, "sans vérification")


def look(
    response: bytes = b"", host: Found = HERE, fault: NotReached | None = None, records: int = 1
) -> StsSeen:
    async def opened(*_: object, **__: object) -> Link:
        return Link(response, fault)

    told = {
        ("_mta-sts.ch.fr", wire.TXT): strings(*["v=STSv1; id=1"] * records),
        ("mta-sts.ch.fr", wire.A): host,
    }
    resolver: Any = Told(told)
    dial: Any = SimpleNamespace(open=opened)
    return asyncio.run(look_at_sts(to_wire("ch.fr"), resolver, dial, 0.0, None, 443))


def test_a_policy_is_read_from_a_host_that_the_system_trusts() -> None:
    found = look(b"HTTP/1.1 200 OK\r\n\r\n" + POLICY)
    assert (found.mode, found.hosts, found.max_age) == ("enforce", ["mx.ch.fr"], 60)


def test_a_policy_is_looked_for_only_where_one_record_announces_it() -> None:
    assert [look(records=count).policy_reach for count in (0, 2)] == [Reach.STOPPED] * 2


@pytest.mark.parametrize(
    ("host", "reach", "word"),
    [(SILENT, Reach.SILENT, "Aucune réponse"), (said(), Reach.ANSWERED, "aucune adresse")],
)
def test_a_host_without_an_address_is_a_fault_only_when_it_is_certain(
    host: Found, reach: Reach, word: str
) -> None:
    found = look(host=host)
    assert found.policy_reach is reach
    assert word in " ".join([found.policy_reason, *found.faults])


def test_what_is_not_a_response_is_broken_and_another_code_is_a_fault() -> None:
    assert look(b"SSH-2.0\r\n\r\n").policy_reach is Reach.BROKEN
    assert "404" in look(b"HTTP/1.1 404 Non\r\n\r\n").faults[0]


def test_a_certificate_that_is_refused_is_a_fault_and_silence_is_a_gap() -> None:
    refused = NotReached(Reach.BROKEN, "TLS.")
    refused.__cause__ = ssl.SSLCertVerificationError()
    assert "certificat" in look(fault=refused).faults[0]
    late = look(fault=NotReached(Reach.SILENT, "Trop tard."))
    assert (late.policy_reach, late.policy_reason, late.faults) == (Reach.SILENT, "Trop tard.", [])


def test_a_body_without_a_length_goes_to_the_end() -> None:
    assert read_response(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nabc") == (200, "", "abc")
