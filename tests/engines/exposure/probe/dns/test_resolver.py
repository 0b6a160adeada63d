"""Resolution and DNSSEC against BIND, with delv as the judge of what we verify."""

import subprocess
import time

import pytest

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.names import to_text, to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.seen.common import Reach
from support.dns_world import World
from support.parts import LOOPBACK

pytestmark = [pytest.mark.needs("bind"), pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

STATES = {
    "good": State.SECURE, "rsa": State.SECURE, "p384": State.SECURE, "ed": State.SECURE, "ed448": State.SECURE,
    "sha1": State.SECURE, "dear": State.SECURE, "third": State.INSECURE, "bogus": State.BOGUS,
    "expired": State.BOGUS, "wrongds": State.BOGUS,
}  # fmt: skip


def found(world: World, name: str, kind: int = wire.A, **changes: object) -> Found:
    """One answer through a fresh resolver."""

    async def ask(resolver: Resolver) -> Found:
        return await resolver.find(to_wire(name), kind, await resolver.open())

    return world.with_resolver(ask, **changes)


def delv(world: World, name: str, kind: str) -> str:
    """What the validator of BIND says of a name, asked to the server that resolves for anyone."""
    anchors = world.names.folder / "anchors"
    lines = [
        f'"{zone}" static-ds {d.split(maxsplit=3)[0]} {d.split(maxsplit=3)[1]} {d.split(maxsplit=3)[2]} "{"".join(d.split()[3:])}";'
        for zone, digests in world.names.anchors.items()
        for d in digests
    ]
    anchors.write_text("trust-anchors {\n" + "\n".join(lines) + "\n};\n", encoding="utf-8")
    server = world.names.addresses["careless"]
    command = [
        "delv",
        f"@{server}",
        "-p",
        str(world.names.port),
        "-a",
        str(anchors),
        "+root=.",
        name,
        kind,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    said = done.stdout + done.stderr
    if "fully validated" in said:
        return "secure"
    return "insecure" if "unsigned answer" in said else "bogus"


@pytest.mark.parametrize("zone", sorted(STATES))
def test_the_state_of_a_zone_is_the_one_that_delv_finds(world: World, zone: str) -> None:
    name = f"{zone}.example"
    ours = found(world, name, wire.AAAA if zone == "third" else wire.A)
    assert ours.state is STATES[zone]
    assert ours.state.value == delv(world, name, "AAAA" if zone == "third" else "A")


@pytest.mark.parametrize("zone", ["good", "rsa", "ed", "ed448"])
@pytest.mark.parametrize(
    ("label", "kind"), [("nobody", wire.A), ("www", wire.TLSA), ("a.b.c", wire.MX)]
)
def test_an_absence_is_proven_by_either_kind_of_proof(
    world: World, zone: str, label: str, kind: int
) -> None:
    answer = found(world, f"{label}.{zone}.example", kind)
    assert answer.is_absent
    assert answer.state is State.SECURE


@pytest.mark.parametrize("zone", ["ed", "ed448"])
def test_a_wildcard_answers_with_the_proof_that_the_name_is_not_there(
    world: World, zone: str
) -> None:
    answer = found(world, f"anything.wild.{zone}.example")
    assert (answer.state, len(answer.data)) == (State.SECURE, 1)


def test_the_same_is_found_through_a_resolver_and_verified_here(world: World) -> None:
    through = {"forwarder": world.names.addresses["careless"]}
    for zone in ("good", "third", "bogus", "expired"):
        kind = wire.AAAA if zone == "third" else wire.A
        assert found(world, f"{zone}.example", kind, **through).state is STATES[zone]
    alias = found(world, "www.good.example", **through)
    assert [to_text(name) for name in alias.aliases] == ["good.example"]


def test_an_anchor_that_is_not_the_root_s_makes_everything_bogus(world: World) -> None:
    wrong = {".": [line[:-1] + "10"[line[-1] == "1"] for line in world.names.anchors["."]]}
    assert found(world, "good.example", anchors=wrong).state is State.BOGUS


def test_without_an_anchor_nothing_is_called_signed(world: World) -> None:
    assert found(world, "good.example", anchors={}).state is State.INSECURE


@pytest.mark.parametrize("shift", [-365 * 86400, 365 * 86400])
def test_a_wrong_clock_verifies_nothing_and_says_so(world: World, shift: int) -> None:
    answer = found(world, "good.example", now=time.time() + shift)
    assert (answer.state, answer.is_known) == (State.UNKNOWN, True)
    assert "Son horloge est fausse" in answer.state_reason


def test_sixty_kilobytes_of_text_come_over_tcp(world: World) -> None:
    answer = found(world, "big.example", wire.TXT)
    assert answer.reach is Reach.ANSWERED
    assert sum(map(len, answer.data)) > 57_000


def test_a_name_of_a_dead_zone_is_unknown_and_not_absent(world: World) -> None:
    answer = found(world, "www.dead.example")
    assert not answer.is_known
    assert not answer.is_absent
    assert answer.reach is Reach.SILENT


def test_dead_servers_are_asked_once_for_all_the_names_under_them(world: World) -> None:
    async def many(resolver: Resolver) -> tuple[float, int]:
        ends_at = await resolver.open()
        await resolver.find(to_wire("dead.example"), wire.A, ends_at)
        before, sent = time.monotonic(), resolver.exchange.sent
        for number in range(50):
            await resolver.find(to_wire(f"n{number}.dead.example"), wire.A, ends_at)
        return time.monotonic() - before, resolver.exchange.sent - sent

    seconds, sent = world.with_resolver(many)
    assert seconds < 2
    assert sent <= 4


def test_a_resolver_without_any_server_says_so(world: World) -> None:
    assert found(world, "good.example", hints=()).reach is Reach.SILENT


def test_the_time_given_to_a_domain_is_kept(world: World) -> None:
    before = time.monotonic()
    seen = world.zone("dead.example", domain_seconds=0.7)
    assert seen.reach is Reach.SILENT
    assert time.monotonic() - before < 3
