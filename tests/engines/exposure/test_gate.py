"""The gate: nothing outside, nothing out of hours, nothing after the stop, and no host pressed."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rempart.engines.exposure import gate as gates
from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.gate import MUTE_HOST, MUTE_PORT, PerimeterGate, StopSwitch
from rempart.engines.exposure.perimeter import Limits, Perimeter, parse_perimeter
from rempart.engines.exposure.seen.common import Reach

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
TEXT = """
name: CH d’Exemple
consent: {by: C. Martin, function: directrice, on: 2026-10-01, until: 2026-11-22}
limits: {connections: 2, per_second: 100}
hours: {forbidden: [{from: "18:00", to: "23:00"}]}
assets:
  - {kind: domain, value: chu.example, subdomains: true, addresses: follow}
  - {kind: range, value: 127.0.9.0/28}
"""


class Wall:
    """A clock that a test sets."""

    def __init__(self, at: float = NOON) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def made(
    wall: Callable[[], float], *, stop_file: Path | None = None, limits: Limits | None = None,
    ends_at: float = NOON + 1e6, **more: Any,
) -> PerimeterGate:  # fmt: skip
    perimeter: Perimeter = parse_perimeter(TEXT)
    if limits is not None:
        perimeter = Perimeter(
            perimeter.name,
            perimeter.assets,
            perimeter.consent,
            limits=limits,
            hours=perimeter.hours,
        )
    switch = StopSwitch(perimeter, wall, stop_file=stop_file, ends_at=ends_at)
    return PerimeterGate(perimeter, clock=wall, switch=switch, **more)


def refusal(awaited: Coroutine[Any, Any, None] | Awaitable[None]) -> NotReached:
    async def enter() -> None:
        await awaited

    with pytest.raises(NotReached) as caught:
        asyncio.run(enter())
    return caught.value


def test_an_address_of_the_perimeter_is_entered_and_left() -> None:
    gate = made(Wall())
    asyncio.run(gate.enter("127.0.9.1", 443))
    gate.leave("127.0.9.1")
    assert gate.counters.connections == 1


@pytest.mark.parametrize(
    "address", ["127.0.9.16", "169.254.169.254", "::1", "chu.example", "8.8.8.8"]
)
def test_what_is_not_in_the_perimeter_is_refused_and_counted(address: str) -> None:
    gate = made(Wall())
    assert refusal(gate.enter(address, 443)).reach is Reach.OUTSIDE
    assert (gate.counters.connections, gate.counters.refused) == (0, 1)


def test_a_port_of_medical_equipment_is_refused_unless_it_is_named() -> None:
    found = refusal(made(Wall()).enter("127.0.9.1", 11112))
    assert (found.reach, "médicaux" in found.reason) == (Reach.OUTSIDE, True)


def test_an_address_that_a_name_leads_to_is_admitted_first() -> None:
    gate = made(Wall())
    assert refusal(gate.enter("93.184.215.14", 443)).reach is Reach.OUTSIDE
    assert not gate.admit("www.chu.example", ("x.cdn.example",), "93.184.215.14")
    assert not gate.admit("www.chu.example", (), "127.0.0.1")
    assert gate.admit("www.chu.example", (), "93.184.215.14")
    asyncio.run(gate.enter("93.184.215.14", 443))
    assert gate.allowed("mail.chu.example", "93.184.215.14")
    assert not gate.allowed("ailleurs.example", "93.184.215.14")
    assert not gate.allowed("", "127.0.0.1")


def test_the_consent_is_asked_again_past_midnight() -> None:
    wall = Wall(datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC).timestamp())
    gate = made(wall)
    gate.admit("www.chu.example", (), "93.184.215.14")
    asyncio.run(gate.enter("93.184.215.14", 443))
    wall.at += 2  # it is midnight in Paris
    found = refusal(gate.enter("93.184.215.14", 443))
    assert found.reach is Reach.OUTSIDE
    assert "a pris fin" in refusal(gate.enter("127.0.9.1", 443)).reason


def test_hours_that_close_stop_the_sweep_and_say_until_when() -> None:
    evening = datetime(2026, 11, 22, 17, 30, tzinfo=UTC).timestamp()
    found = refusal(made(Wall(evening)).enter("127.0.9.1", 443))
    assert found.reach is Reach.STOPPED
    assert "22/11/2026 à 23 h 00" in found.reason


def test_a_file_that_appears_stops_everything(tmp_path: Path) -> None:
    gate = made(Wall(), stop_file=tmp_path / "arret")
    asyncio.run(gate.enter("127.0.9.1", 443))
    (tmp_path / "arret").touch()

    async def later() -> None:
        await asyncio.sleep(0.25)
        await gate.enter("127.0.9.1", 443)

    assert refusal(later()).reason == "Arrêt demandé."


def test_the_deadline_ends_the_sweep() -> None:
    assert "durée permise" in refusal(made(Wall(), ends_at=NOON).enter("127.0.9.1", 443)).reason


def test_a_clock_before_the_software_was_written_is_wrong() -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
    found = refusal(made(Wall(old)).enter("127.0.9.1", 443))
    assert (found.reach, "horloge" in found.reason) == (Reach.STOPPED, True)


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_a_clock_that_jumps_during_the_sweep_stops_it(jump: int) -> None:
    wall = Wall()
    gate = made(wall)

    async def sweep() -> None:
        await gate.enter("127.0.9.1", 443)
        wall.at += jump
        await asyncio.sleep(0.25)
        await gate.enter("127.0.9.1", 443)

    assert "horloge" in refusal(sweep()).reason


def test_a_host_has_so_many_connections_at_once_and_no_more() -> None:
    gate = made(Wall())

    async def three() -> list[str]:
        await gate.enter("127.0.9.1", 443)
        await gate.enter("127.0.9.1", 443)
        await gate.enter("127.0.9.2", 443)  # another host does not wait
        third = asyncio.create_task(gate.enter("127.0.9.1", 443))
        await asyncio.sleep(0.05)
        said = ["waits" if not third.done() else "entered"]
        gate.leave("127.0.9.1")
        await asyncio.wait_for(third, 1)
        return said

    assert asyncio.run(three()) == ["waits"]


def test_a_host_is_asked_at_its_pace() -> None:
    gate = made(Wall(), limits=Limits(connections=8, per_second=20))

    async def five() -> float:
        began = asyncio.get_running_loop().time()
        for _ in range(5):
            await gate.enter("127.0.9.1", 443)
        return asyncio.get_running_loop().time() - began

    assert 0.19 < asyncio.run(five()) < 1
    assert gate.counters.waited > 0.19


def test_a_host_of_another_process_has_its_share_of_the_pace() -> None:
    gate = made(
        Wall(), limits=Limits(connections=8, per_second=40), own=frozenset({"127.0.9.1"}), share=4
    )

    async def spent(address: str) -> float:
        began = asyncio.get_running_loop().time()
        for _ in range(3):
            await gate.enter(address, 443)
            gate.leave(address)
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(spent("127.0.9.1")) < 0.12 < asyncio.run(spent("127.0.9.2"))


def test_a_port_that_never_answers_is_left_alone_and_its_neighbour_is_not() -> None:
    gate = made(Wall())

    async def sweep() -> None:
        for _ in range(MUTE_PORT):
            await gate.enter("127.0.9.1", 443)
            gate.leave("127.0.9.1")
            gate.heard("127.0.9.1", 443, Reach.SILENT, connected=True)
        await gate.enter("127.0.9.1", 80)
        await gate.enter("127.0.9.1", 443)

    found = refusal(sweep())
    assert (found.reach, "laissé en paix" in found.reason) == (Reach.SILENT, True)
    assert gate.counters.left_alone == {"127.0.9.1:443"}


def test_a_host_that_never_answers_is_left_alone_and_an_answer_clears_it() -> None:
    gate = made(Wall())
    asyncio.run(gate.enter("127.0.9.1", 1))
    for port in range(MUTE_HOST - 1):
        gate.heard("127.0.9.1", port, Reach.SILENT, connected=True)
    gate.heard("127.0.9.1", 99, Reach.ANSWERED, connected=True)
    for port in range(100, 100 + 2 * MUTE_HOST):  # filtered ports are no sign of a tarpit
        gate.heard("127.0.9.1", port, Reach.SILENT, connected=False)
    gate.leave("127.0.9.1")
    asyncio.run(gate.enter("127.0.9.1", 443))
    for port in range(200, 200 + MUTE_HOST):
        gate.heard("127.0.9.1", port, Reach.SILENT, connected=True)
    assert "Cette machine" in refusal(gate.enter("127.0.9.1", 444)).reason


def test_one_that_waits_its_turn_is_let_go_when_the_sweep_stops() -> None:
    gate = made(Wall(), limits=Limits(connections=1, per_second=0.1))

    async def two() -> None:
        await gate.enter("127.0.9.1", 443)
        gate.leave("127.0.9.1")
        asyncio.get_running_loop().call_later(0.1, gate.switch.stop, "Arrêt demandé.")
        await asyncio.wait_for(gate.enter("127.0.9.1", 443), 2)

    assert refusal(two()).reach is Reach.STOPPED


def test_idle_hosts_are_forgotten_and_those_in_use_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "MOST_HOSTS", 2)
    gate = made(Wall())

    async def five() -> None:
        await gate.enter("127.0.9.1", 443)
        for k in (2, 3, 4, 5):
            await gate.enter(f"127.0.9.{k}", 443)
            gate.leave(f"127.0.9.{k}")

    asyncio.run(five())
    assert {"127.0.9.1", "127.0.9.5"} <= gate._hosts.keys()
    assert len(gate._hosts) == 3
    gate.heard("127.0.9.2", 443, Reach.SILENT, connected=True)
    gate.leave("127.0.9.2")  # forgotten: nothing to give back
    assert len(gate._hosts) == 3


def test_the_scope_of_a_day_is_kept_from_one_minute_to_the_next() -> None:
    wall = Wall()
    gate = made(wall)
    first = gate.scope()
    wall.at += 3600
    assert gate.scope() is first
    wall.at += 86_400
    assert gate.scope() is not first


def test_a_right_that_is_not_remembered_is_the_same_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "MOST_RIGHTS", 1)
    gate = made(Wall())
    rights = [gate.right(a) for a in ("127.0.9.1", "127.0.9.2", "127.0.9.2")]
    assert all(rights) and list(gate._rights) == ["127.0.9.1"]
    assert not gate.right("127.0.9.16")


def test_a_port_that_refuses_is_not_mute() -> None:
    gate = made(Wall())

    async def sweep() -> None:
        for _ in range(MUTE_PORT + MUTE_HOST):
            gate.heard("127.0.9.1", 443, Reach.CLOSED, connected=False)
        await gate.enter("127.0.9.1", 443)

    asyncio.run(gate.enter("127.0.9.1", 80))
    gate.leave("127.0.9.1")
    asyncio.run(sweep())
    assert (gate.counters.connections, gate.counters.left_alone) == (2, set())
