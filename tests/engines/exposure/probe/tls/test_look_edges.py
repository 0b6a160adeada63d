"""Questions of a look that a server takes badly: a name refused, a silence half-way, a quick look."""

import asyncio
import socket
from contextlib import suppress

import pytest
from benchmarks._tls_lab import threaded

from rempart.engines.exposure.dial import Dial, Dialogue, NotReached
from rempart.engines.exposure.probe.tls import look as steps, look_at_tls
from rempart.engines.exposure.probe.tls.enumerate import Listed
from rempart.engines.exposure.probe.tls.hello import (
    FALLBACK_SCSV,
    SSLV3,
    TLS10,
    TLS11,
    TLS12,
    TLS13,
)
from rempart.engines.exposure.probe.tls.look import ascii_name
from rempart.engines.exposure.probe.tls.notes import Notes
from rempart.engines.exposure.probe.tls.survey import Survey
from rempart.engines.exposure.probe.tls.trust import NO_STORE
from rempart.engines.exposure.seen.common import Endpoint, Reach
from support.gates import OpenGate
from support.parts import LOOPBACK
from support.tls_choosers import REFUSED, Chooser, read_hello, received
from support.tls_hostile import Serve
from support.tls_servers import HOST, look

LOST = NotReached(Reach.SILENT, "Rien ne vient.")
UNKNOWN_NAME = b"\x15\x03\x03\x00\x02\x02\x70"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("hôpital.example.", "xn--hpital-ixa.example"),
        ("a..b", "a..b"),
        ("é..b", ""),
        ("a" * 300, ""),
    ],
)
def test_a_name_goes_on_the_wire_in_the_form_that_it_has(name: str, sent: str) -> None:
    assert ascii_name(name) == sent


def only_without_a_name(connection: socket.socket) -> None:
    """Refuses every hello that names a host."""
    with suppress(OSError), connection:
        connection.settimeout(3)
        hello = received(connection)
        _, _, more = read_hello(hello)
        connection.sendall(UNKNOWN_NAME if 0 in more else Chooser().answer(hello))


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_server_that_does_not_know_the_name_is_asked_without_it() -> None:
    with threaded(only_without_a_name) as port:
        seen = look(port, seconds=1.0)
    assert [v.version for v in seen.offered] == ["TLSv1.2"]


@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("chooser", [Chooser(0x0304, (0x1301,), groups=(29,)), Chooser()])
def test_a_quick_look_asks_for_chains_and_leaves_the_rest(chooser: Chooser) -> None:
    with threaded(chooser.serve) as port:
        endpoint, dial = Endpoint("127.0.0.1", port, HOST), Dial(OpenGate(), seconds=1.0)
        seen = asyncio.run(look_at_tls(endpoint, dial=dial, trust=NO_STORE, is_thorough=False))
    assert (len(seen.offered), seen.groups, seen.weak_groups) == (1, None, None)
    assert ("ticket_seconds" in seen.gaps) is (chooser.version == 0x0304)


class Lost(Survey):
    """Every question is lost."""

    def __init__(self) -> None:
        super().__init__(Endpoint("192.0.2.1", 443), Dial(OpenGate()), "", "")

    async def hold(self, dialogue: Dialogue[object], *, counts: bool = True) -> object:  # type: ignore[override]
        dialogue.close()
        raise LOST


def test_a_server_that_falls_silent_after_its_suites_leaves_a_gap_for_each_question() -> None:
    notes, had = Notes(NO_STORE), {TLS12: [0xC02F], TLS13: [0x1301]}
    listed = {v: Listed(v, had.get(v, [])) for v in (SSLV3, TLS10, TLS11, TLS12, TLS13)}
    asyncio.run(steps._ask_more(Lost(), notes, listed))
    assert notes.facts == {"groups": None}
    assert "n’ont pas pu" in notes.gaps["groups"]
    lost = {"weak_groups", "refuses_downgrade", "accepts_client_renegotiation", "ticket_seconds"}
    assert {fact for fact, reason in notes.gaps.items() if reason == str(LOST)} == lost


TWO_VERSIONS = Chooser(versions=(TLS11, TLS12), suites=(0x009C, 0x002F))


def answering_the_signal(answer: bytes, *, tires: bool = False) -> Serve:
    """A server of two versions that answers so to the signal of a downgrade, and to all that follows if it tires."""
    met: list[bool] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(3)
            hello = received(connection)
            met.extend([True] * (FALLBACK_SCSV in read_hello(hello)[1]))
            is_refused = FALLBACK_SCSV in read_hello(hello)[1] or (tires and met)
            connection.sendall(answer if is_refused else TWO_VERSIONS.answer(hello))

    return serve


@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize(
    ("serve", "refuses"),
    [
        (TWO_VERSIONS.serve, False),
        (answering_the_signal(b"\x15\x03\x03\x00\x02\x02\x56"), True),
        (answering_the_signal(REFUSED), True),
        (answering_the_signal(b""), True),
        (answering_the_signal(b"", tires=True), None),
    ],
    ids=["taken", "its alert", "another alert", "closed", "closed to all"],
)
def test_a_downgrade_is_taken_only_by_a_server_that_chooses(
    serve: Serve, refuses: bool | None
) -> None:
    with threaded(serve) as port:
        seen = look(port)
    assert [v.version for v in seen.offered] == ["TLSv1.1", "TLSv1.2"]
    assert seen.refuses_downgrade is refuses
    assert ("refuses_downgrade" in seen.gaps) is (refuses is None)
