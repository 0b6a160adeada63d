"""Each check of names and mail against servers that are really there: one that passes, one that does not."""

from datetime import date

import pytest

from rempart.engines.exposure.judge import verdicts_on
from rempart.engines.exposure.registry import CHECKS, Context
from rempart.engines.exposure.seen.common import Reach
from support.check_tables import NAMES, STARTTLS
from support.dns_world import Gate, World, outcome, verdicts
from support.parts import LOOPBACK

pytestmark = [pytest.mark.needs("bind"), pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(("kind", "identifier", "bad", "good"), NAMES, ids=[s[1] for s in NAMES])
def test_a_check_tells_a_bad_server_from_a_good_one(
    world: World, kind: str, identifier: str, bad: str, good: str
) -> None:
    assert outcome(identifier, world.once(kind, f"{bad}.example")) == "failed"
    assert outcome(identifier, world.once(kind, f"{good}.example")) == "passed"


def test_a_server_without_starttls_is_told_from_one_that_has_it(world: World) -> None:
    seen = world.once("mail", "good.example")
    said = {v.target: str(v.outcome) for v in verdicts(STARTTLS, seen)}
    assert said == {
        f"mx.good.example:{world.ports.transfer}": "passed",
        f"mx.good.example:{world.ports.client}": "failed",
    }


def test_what_stands_outside_the_perimeter_is_not_asked_more_than_names(world: World) -> None:
    gate = Gate()
    zone, mail = world.zone("bad.example", gate=gate), world.mail("good.example", gate=gate)
    assert gate.asked == []
    assert (
        outcome("dns_transfer_open", zone) == outcome("dns_open_resolver", zone) == "not_measured"
    )
    assert (
        outcome("mail_starttls_absent", mail) == outcome("mail_sts_broken", mail) == "not_measured"
    )
    assert outcome("mail_spf_open", mail) == "passed"


def test_the_kill_switch_ends_the_look(world: World) -> None:
    assert world.zone("good.example", gate=Gate(stopped=True)).reach is Reach.STOPPED
    servers = world.mail("good.example", gate=Gate(stopped=True)).servers
    assert [server.reach for server in servers] == [Reach.STOPPED]


def test_what_the_gate_lends_is_given_back(world: World) -> None:
    gate = Gate("127.0.0.1", *world.names.addresses.values())
    world.zone("bad.example", gate=gate)
    world.mail("good.example", gate=gate)
    assert gate.asked
    assert gate.inside == 0


@pytest.mark.parametrize("identifier", sorted(n for n in CHECKS if n.startswith(("dns_", "mail_"))))
def test_a_zone_whose_servers_are_dead_is_never_called_bad(world: World, identifier: str) -> None:
    seen = world.once("zone" if identifier.startswith("dns_") else "mail", "dead.example")
    assert seen.reach is Reach.SILENT
    said = list(verdicts_on(CHECKS[identifier], seen, Context({}, TODAY)))
    assert [str(v.outcome) for v in said] == ["not_measured"]


@pytest.mark.parametrize(
    ("identifier", "said"), [("dns_lame_server", "not_measured"), ("dns_one_server", "passed")]
)
def test_a_zone_with_one_dead_server_is_judged_by_the_other(
    world: World, identifier: str, said: str
) -> None:
    assert outcome(identifier, world.once("zone", "half.example")) == said
