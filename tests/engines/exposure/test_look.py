"""One piece of work: rights asked first, and an observation for all that was not reached."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from rempart.engines.exposure import look as looking
from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.gate import PerimeterGate
from rempart.engines.exposure.look import Allowed, Look, Tools, not_done
from rempart.engines.exposure.perimeter import Touch
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.work import Done, Kind, Lead, Piece
from support.fake_probes import STARTED_AT, FakeProbes, noon, perimeter_text, settings_of

WIDE = perimeter_text(
    "\n  - {kind: domain, value: chu.example, subdomains: true, addresses: follow}\n"
    "  - {kind: range, value: 127.0.9.0/29}\n"
    "  - {kind: address, value: 127.0.8.1, touch: [http]}\n"
    "  - {kind: address, value: 127.0.8.2, touch: [services, medical]}\n"
    "  - {kind: address, value: 127.0.8.3, touch: [services, amplification]}\n"
)


def done(piece: Piece, probes: FakeProbes | None = None, stop_file: Path | None = None) -> Done:
    """Do one piece with fake probes."""

    async def work() -> Done:
        settings = settings_of(text=WIDE, stop_file=stop_file)
        gate = PerimeterGate(settings.perimeter, clock=noon, switch=settings.switch())
        tools = Tools(
            probes or FakeProbes(), gate, Dial(gate), noon, settings.rules, settings.minute
        )
        one = Look(piece, tools)
        await one.run()
        return one.done()

    return asyncio.run(work())


def kinds(found: Done) -> list[tuple[str, str, Reach]]:
    return [(type(one).__name__, one.target, one.reach) for one in found.seen]


def endpoint(port: int, address: str = "127.0.9.1", **more: object) -> Piece:
    return Piece(kind=Kind.ENDPOINT, address=address, port=port, **more)  # type: ignore[arg-type]


class Named(FakeProbes):
    """A service of a given name; the ports that a test wants; hosts that do not answer."""

    def __init__(self, service: str = "", ports: list[tuple[int, Reach]] | None = None) -> None:
        super().__init__()
        self.named, self.found = service, ports or []
        self.asked: list[str] = []

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        return ServiceSeen(reach=Reach.ANSWERED, endpoint=endpoint, service=self.named)

    async def tls(self, endpoint: Endpoint, dial: Dial, starttls: str) -> TlsSeen:
        self.asked.append(f"tls {starttls}".strip())
        return TlsSeen(reach=Reach.BROKEN, reason="?", endpoint=endpoint, starttls=starttls)

    async def http(
        self, endpoint: Endpoint, dial: Dial, is_tls: bool, allowed: Allowed
    ) -> HttpSeen:
        self.asked.append("https" if is_tls else "http")
        return HttpSeen(reach=Reach.ANSWERED, endpoint=endpoint, is_tls=is_tls)

    async def ports(
        self, address: str, touch: frozenset[Touch], dial: Dial
    ) -> list[tuple[int, Reach]]:
        return self.found

    async def host(self, name: str) -> HostSeen:
        raise NotReached(Reach.SILENT, "Aucune réponse.")


@pytest.mark.parametrize(
    ("port", "service", "asked"),
    [
        (22, "ssh", []),
        (25, "smtp", ["tls smtp"]),
        (3389, "rdp", ["tls rdp"]),
        (993, "imaps", ["tls"]),
        (80, "", ["http"]),
        (12345, "http", ["http"]),
        (12345, "https", ["tls", "http"]),
    ],
)
def test_what_is_asked_of_a_port_is_what_its_number_or_its_service_calls_for(
    port: int, service: str, asked: list[str]
) -> None:
    probes = Named(service)
    assert done(endpoint(port), probes).stopped == ""
    assert probes.asked == asked


class Doors(Named):
    """Doors in the order in which they are asked: one answer for each question."""

    def __init__(self, *answers: list[tuple[int, Reach]]) -> None:
        super().__init__()
        self.answers = list(answers)

    async def doors(
        self, address: str, ports: Sequence[int], dial: Dial
    ) -> list[tuple[int, Reach]]:
        self.asked.append(str(list(ports)))
        return self.answers.pop(0)


DOOR = Piece(kind=Kind.DOOR, address="127.0.9.1", port=3389, witnesses=(443, 22, 104))
MUTE = [(3389, Reach.SILENT)]


def test_a_silent_port_is_tried_twice_then_the_others_of_its_machine() -> None:
    probes = Doors(MUTE, MUTE, [(443, Reach.ANSWERED), (22, Reach.CLOSED)])
    (seen,) = done(DOOR, probes).seen
    assert isinstance(seen, PortsSeen) and seen.reach is Reach.ANSWERED
    assert (seen.open, seen.closed, seen.silent) == ([443], [22], [3389])
    assert probes.asked == ["[3389]", "[3389]", "[443, 22]"]  # 104 is medical: not allowed here


def test_a_machine_that_answers_nowhere_proves_no_filter() -> None:
    (seen,) = done(DOOR, Doors(MUTE, MUTE, [(443, Reach.SILENT)])).seen
    assert seen.reach is Reach.SILENT


def test_a_port_that_answers_again_leaves_the_others_alone() -> None:
    probes = Doors(MUTE, [(3389, Reach.ANSWERED)])
    assert (done(DOOR, probes).seen, len(probes.asked)) == ([], 2)


def test_a_door_that_may_not_be_touched_is_not_tried() -> None:
    probes = Doors()
    medical = Piece(kind=Kind.DOOR, address="127.0.9.1", port=104, witnesses=(443,))
    assert (done(medical, probes).seen, probes.asked) == ([], [])


def test_rights_on_the_web_alone_ask_for_the_web_alone() -> None:
    found = done(endpoint(8443, "127.0.8.1"))
    assert kinds(found) == [("HttpSeen", "127.0.8.1:8443", Reach.ANSWERED)]


def test_a_medical_port_is_asked_only_where_the_perimeter_says_so() -> None:
    assert kinds(done(endpoint(11112)))[0][2] is Reach.OUTSIDE
    assert kinds(done(endpoint(11112, "127.0.8.2")))[0][2] is Reach.ANSWERED


def test_a_piece_that_someone_else_wrote_goes_nowhere_outside() -> None:
    for address in ("127.0.0.1", "198.51.100.1", "169.254.169.254"):
        found = done(endpoint(443, address, leads=(Lead("www.chu.example", ("x.cdn.example",)),)))
        assert {reach for _, _, reach in kinds(found)} == {Reach.OUTSIDE}
    assert kinds(done(Piece(kind=Kind.ZONE, name="ailleurs.example")))[0][2] is Reach.OUTSIDE


def test_a_name_that_left_the_perimeter_is_not_looked_at_beside_one_that_is_in_it() -> None:
    leads = (Lead("ailleurs.example"), Lead("www.chu.example"))
    found = kinds(done(endpoint(443, leads=leads)))
    assert ("TlsSeen", "ailleurs.example:443", Reach.OUTSIDE) in found
    assert ("TlsSeen", "www.chu.example:443", Reach.ANSWERED) in found


def test_names_that_nobody_answers_for_are_gaps_unless_they_were_guesses() -> None:
    declared = done(Piece(kind=Kind.HOST, name="www.chu.example"), Named())
    assert ("TlsSeen", "www.chu.example:443", Reach.SILENT) in kinds(declared)
    guess = done(Piece(kind=Kind.HOST, name="www.chu.example", is_guess=True), Named())
    assert kinds(guess) == [("HostSeen", "www.chu.example", Reach.SILENT)]


@pytest.mark.parametrize(
    ("ports", "reach"),
    [
        ([(80, Reach.ANSWERED), (22, Reach.SILENT)], Reach.ANSWERED),
        ([(22, Reach.SILENT)], Reach.SILENT),
        ([(80, Reach.ANSWERED), (22, Reach.STOPPED)], Reach.STOPPED),
    ],
)
def test_ports_that_say_nothing_and_ports_not_tried_are_told_apart(
    ports: list[tuple[int, Reach]], reach: Reach
) -> None:
    found = done(Piece(kind=Kind.PORTS, address="127.0.9.1"), Named(ports=ports))
    (seen,) = found.seen
    assert isinstance(seen, PortsSeen)
    assert (seen.reach, bool(found.stopped)) == (reach, reach is Reach.STOPPED)
    assert bool(seen.reason) is (reach is not Reach.ANSWERED)


@pytest.mark.parametrize(
    "piece",
    [
        Piece(kind=Kind.ZONE, name="chu.example"),
        Piece(kind=Kind.MAIL, name="chu.example"),
        Piece(kind=Kind.HOST, name="chu.example"),
        Piece(kind=Kind.PORTS, address="127.0.9.1"),
        endpoint(443),
        endpoint(80),
    ],
    ids=lambda piece: f"{piece.kind}-{piece.port}",
)
def test_a_piece_that_is_stopped_says_so_in_each_observation(piece: Piece, tmp_path: Path) -> None:
    (tmp_path / "stop").touch()
    found = done(piece, stop_file=tmp_path / "stop")
    assert found.stopped == "Arrêt demandé."
    assert {one.reach for one in found.seen} == {Reach.STOPPED}
    again = not_done(piece, "Arrêt demandé.", at=STARTED_AT, rules="x", minute=1)
    assert kinds(again) == kinds(found)


def test_a_question_over_udp_that_is_stopped_is_done_again(tmp_path: Path) -> None:
    (tmp_path / "stop").touch()
    found = done(endpoint(623, transport="udp"), stop_file=tmp_path / "stop")
    assert (found.seen, found.stopped) == ([], "Arrêt demandé.")
    assert done(endpoint(623, transport="udp")).stopped == ""


def test_a_piece_that_never_ends_is_cut_and_keeps_what_it_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Endless(FakeProbes):
        async def tls(self, endpoint: Endpoint, dial: Dial, starttls: str) -> TlsSeen:
            await asyncio.sleep(60)
            raise AssertionError

    monkeypatch.setattr(looking, "PIECE_SECONDS", 0.1)
    found = done(endpoint(443), Endless())
    assert [(name, reach) for name, _, reach in kinds(found)] == [
        ("ServiceSeen", Reach.ANSWERED), ("TlsSeen", Reach.SILENT), ("HttpSeen", Reach.SILENT),
    ]  # fmt: skip
    assert found.stopped == ""


def test_a_probe_that_the_gate_refuses_makes_a_gap_with_its_words() -> None:
    class Refused(FakeProbes):
        async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
            raise NotReached(Reach.SILENT, "Laissée en paix.")

    found = done(endpoint(22), Refused())
    assert [(one.reach, one.reason) for one in found.seen] == [(Reach.SILENT, "Laissée en paix.")]


def test_servers_of_a_zone_may_be_asked_only_once_the_gate_knew_of_them() -> None:
    class Delegated(FakeProbes):
        asked = "93.184.215.14"

        async def servers(self, domain: str, touch: Touch) -> list[HostSeen]:
            ns = HostSeen(
                reach=Reach.ANSWERED, name=f"ns.{domain}", addresses=["93.184.215.14", "127.0.0.1"]
            )
            return [ns] if touch is Touch.DNS else []

        async def zone(self, domain: str, dial: Dial) -> ZoneSeen:
            await self._touch(self.asked, 53, dial)
            return await super().zone(domain, dial)

    piece = Piece(kind=Kind.ZONE, name="chu.example")
    assert kinds(done(piece, Delegated())) == [("ZoneSeen", "chu.example", Reach.ANSWERED)]
    inner = Delegated()
    inner.asked = "127.0.0.1"
    assert kinds(done(piece, inner)) == [("ZoneSeen", "chu.example", Reach.OUTSIDE)]


def test_an_answer_over_udp_is_kept() -> None:
    asked = Piece(kind=Kind.ENDPOINT, address="127.0.8.3", port=623, transport="udp")
    assert kinds(done(asked, Named("ipmi"))) == [("ServiceSeen", "127.0.8.3:623", Reach.ANSWERED)]
