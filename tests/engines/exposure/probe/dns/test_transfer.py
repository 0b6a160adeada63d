"""Copies of a zone asked to our own servers: given, refused, cut halfway, or answered beside the question."""

import asyncio
from types import SimpleNamespace
from typing import Any, Self

import pytest

from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.dns import transfer, wire
from rempart.engines.exposure.probe.dns.names import ROOT, to_wire
from rempart.engines.exposure.probe.dns.questions import Reply
from rempart.engines.exposure.probe.dns.transfer import Copy, ask_copy, ask_recursion
from rempart.engines.exposure.seen.common import Reach

ZONE = to_wire("x.example")
SOA = ROOT + ROOT + b"\0" * 20
ADDRESS, ALIAS = b"\xc0\0\2\1", to_wire("y.example")


def piece(*records: tuple[int, bytes], identifier: bytes = b"RX", rcode: int = 0) -> bytes:
    """One message of a transfer, with its length before it; every record stands at the zone's name."""
    head = identifier + bytes([0x84, rcode, 0, 1, 0, len(records), 0, 0, 0, 0])
    said = b"".join(
        ZONE + kind.to_bytes(2, "big") + b"\0\1\0\0\0\5" + len(data).to_bytes(2, "big") + data
        for kind, data in records
    )
    whole = head + wire.question(ZONE, wire.AXFR) + said
    return len(whole).to_bytes(2, "big") + whole


class Link:
    """A connection that gives these bytes, then closes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.sent = data, b""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def send(self, data: bytes) -> None:
        self.sent += data

    async def exactly(self, size: int) -> bytes:
        if len(self.data) < size:
            raise NotReached(Reach.BROKEN, "Fermé.")
        data, self.data = self.data[:size], self.data[size:]
        return data


def asked(*pieces: bytes, fault: NotReached | None = None) -> Copy:
    async def opened(*_: object, **__: object) -> Link:
        if fault:
            raise fault
        return Link(b"".join(pieces))

    dial: Any = SimpleNamespace(open=opened)
    return asyncio.run(ask_copy(ZONE, "192.0.2.1", port=53, dial=dial))


FIRST = piece((wire.SOA, SOA), (wire.A, ADDRESS))


@pytest.mark.parametrize(
    ("pieces", "state", "records"),
    [
        ([FIRST, piece((wire.CNAME, ALIAS), (wire.SOA, SOA))], "open", 4),
        ([FIRST], "open", 2),  # cut halfway: some of it was given all the same
        ([FIRST, piece((wire.A, ADDRESS), identifier=b"??")], "open", 2),
        ([piece((wire.SOA, SOA), (wire.SOA, SOA))], "closed", 2),
        ([piece(rcode=wire.REFUSED)], "closed", 0),
        ([piece((wire.A, ADDRESS))], "closed", 0),
        ([], "closed", 0),
    ],
)
def test_a_copy_is_given_or_not(pieces: list[bytes], state: str, records: int) -> None:
    found = asked(*pieces)
    assert (found.state, found.records) == (state, records)


def test_a_copy_is_taken_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "MOST_RECORDS", 3)
    more = piece((wire.A, ADDRESS))
    assert asked(FIRST, more, more, more).records == 3


def test_what_could_not_be_tried_has_its_reason() -> None:
    assert asked(piece(identifier=b"??")) == Copy("", reason="Le serveur a répondu à autre chose que la question.")  # fmt: skip
    late = asked(fault=NotReached(Reach.SILENT, "Trop tard."))
    assert (late.state, late.reason) == ("", "Trop tard.")
    assert asked(fault=NotReached(Reach.CLOSED, "Fermé.")).state == "closed"


def test_a_server_that_says_nothing_of_others_names_is_not_judged() -> None:
    async def run() -> tuple[str, str]:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        future.set_result(Reply(None, "", Reach.SILENT, "Aucune réponse."))
        exchange: Any = SimpleNamespace(ask=lambda *_, **__: future)
        return await ask_recursion("192.0.2.1", exchange=exchange, ends_at=0.0)

    assert asyncio.run(run()) == ("", "Aucune réponse.")
