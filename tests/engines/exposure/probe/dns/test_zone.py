"""A zone over answers made up: no domain, a host instead of a zone, servers of IPv6 only, aliases that hang."""

import asyncio
import hashlib
from typing import Any

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Cut, Found
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.names import ROOT, to_wire
from rempart.engines.exposure.probe.dns.questions import Reply
from rempart.engines.exposure.probe.dns.wire import Message, Record
from rempart.engines.exposure.probe.dns.zone import USUAL_NAMES, look_at_zone
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from support.dns_told import GONE, SILENT, Told, message, said

NS = said(to_wire("ns1.h.fr"), to_wire("ns2.h.fr"))
FOUR, SIX = b"\xc0\0\2\1", b"\x20\1\x0d\xb8" + b"\0" * 12
UP = {("ch.fr", wire.NS): NS, ("ns1.h.fr", wire.A): said(FOUR), ("ns2.h.fr", wire.A): said(FOUR)}
REFUSED = message(rcode=wire.REFUSED)
CUT = Cut(to_wire("ch.fr"), (to_wire("ns1.h.fr"),), {})


class Outside:
    """A gate that lets nothing through, for this reason."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        raise NotReached(self.reach, "Refusé.")

    def leave(self, address: str) -> None:
        raise AssertionError(address)


def look(
    answers: dict[tuple[str, int], Found],
    *,
    domain: str = "ch.fr",
    cut: Cut | None = None,
    start: Message | None = None,
    gate: Reach = Reach.OUTSIDE,
) -> ZoneSeen:
    """What is seen; the servers answer `start` when they are asked, or nothing."""
    resolver: Any = Told(answers, cut)

    def ask(servers: list[str], *_: object, **__: object) -> "asyncio.Future[Reply]":
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        is_there = bool(servers) and start is not None
        silent = Reply(None, "", Reach.SILENT, "Muet.")
        future.set_result(Reply(start, servers[0]) if is_there else silent)
        return future

    resolver.exchange.ask = ask
    return asyncio.run(look_at_zone(domain, resolver=resolver, dial=Dial(Outside(gate))))


def test_a_domain_that_is_none_or_is_gone_is_told() -> None:
    assert look({}, domain="a" * 70).reach is Reach.BROKEN
    gone = look({})
    assert (gone.reach, gone.is_missing) == (Reach.ANSWERED, True)


def test_a_host_is_not_judged_as_a_zone() -> None:
    told = {("rdv.ch.fr", wire.NS): said(zone=to_wire("ch.fr")), ("rdv.ch.fr", wire.A): said(FOUR)}
    found = look(told, domain="rdv.ch.fr")
    assert (found.apex, found.addresses.values, found.servers) == ("ch.fr", ["192.0.2.1"], [])
    through = look({("ch.fr", wire.NS): said(zone=ROOT)})
    assert through.apex == "ch.fr"


def test_servers_that_say_nothing_leave_the_zone_unread() -> None:
    told = {("ch.fr", wire.NS): NS, ("ns1.h.fr", wire.A): said(FOUR), ("ns2.h.fr", wire.A): GONE}
    found = look(told, cut=CUT)
    assert (found.reach, found.reason) == (Reach.SILENT, "Muet.")
    assert [(s.name, s.is_missing) for s in found.servers] == [("ns1.h.fr", False), ("ns2.h.fr", True)]  # fmt: skip


def test_a_server_of_ipv6_only_is_not_missing() -> None:
    told = {("ch.fr", wire.NS): NS, ("ns1.h.fr", wire.A): said(FOUR), ("ns2.h.fr", wire.A): said(), ("ns2.h.fr", wire.AAAA): said(SIX)}  # fmt: skip
    other = look(told, start=message(rcode=wire.REFUSED)).servers[1]
    assert (other.is_missing, "IPv6 seulement" in other.reason) == (False, True)


def test_a_zone_that_nobody_answers_for_is_a_gap_and_passes_nothing() -> None:
    found = look({("ch.fr", wire.NS): SILENT})
    assert (found.reach, found.reason, found.domain) == (Reach.SILENT, "Aucune réponse.", "ch.fr")


def test_a_zone_without_a_server_has_no_start_of_authority() -> None:
    lie = said(state=State.BOGUS, state_reason="Signature fausse.")
    found = look({("ch.fr", wire.NS): lie})
    assert (found.reach, found.servers, found.soa) == (Reach.ANSWERED, [], None)
    assert (found.parent_servers.is_known, found.child_servers.is_known) == (False, False)


def test_the_kill_switch_ends_the_look() -> None:
    refused = message([Record(to_wire("ch.fr"), wire.SOA, 60, ROOT * 2 + b"\0" * 20)])
    refused.flags = 0x8000
    found = look(UP, start=refused, gate=Reach.STOPPED)
    assert (found.reach, found.reason) == (Reach.STOPPED, "Refusé.")
    assert look(UP, start=refused).soa is None


def test_one_bogus_answer_makes_the_zone_bogus() -> None:
    lie = said(FOUR, state=State.BOGUS, state_reason="Signature fausse.", expires_at=9, begins_at=1)
    found = look(UP | {("ch.fr", wire.A): lie, ("ch.fr", wire.AAAA): SILENT}, start=REFUSED)
    assert (found.dnssec.state, found.dnssec.reason) == ("bogus", "Signature fausse.")
    assert (found.dnssec.expires_at, found.dnssec.begins_at) == (9, 1)


def test_issuers_are_looked_for_up_to_the_domain_registered() -> None:
    issuer = said(b"\0\5issueca.fr")
    found = look({("rdv.ch.fr", wire.NS): said(), ("rdv.ch.fr", wire.CAA): said(), ("ch.fr", wire.CAA): issuer}, domain="rdv.ch.fr")  # fmt: skip
    assert found.caa.values == ['0 issue "ca.fr"']


def test_a_wildcard_that_is_an_alias_gives_where_it_leads() -> None:
    nobody = f"rempart-{hashlib.sha256(to_wire('ch.fr')).hexdigest()[:12]}.ch.fr"
    told = UP | {(nobody, wire.A): said(aliases=(to_wire("parking.fr"),))}
    assert look(told, start=REFUSED).wildcard.values == ["parking.fr"]


def test_aliases_that_hang_are_free_taken_or_unsure() -> None:
    gone = {"rcode": wire.NXDOMAIN}
    told = {
        ("ch.fr", wire.NS): said(),
        ("www.ch.fr", wire.A): said(aliases=(to_wire("a.libre.fr"),), **gone),
        ("webmail.ch.fr", wire.A): said(aliases=(to_wire("a.prise.fr"),), **gone),
        ("prise.fr", wire.NS): NS,
        ("vpn.ch.fr", wire.A): said(aliases=(to_wire("fr"),), **gone),
        ("autodiscover.ch.fr", wire.A): Found(ROOT, wire.A, Reach.SILENT, "Muet.", aliases=(to_wire("b.fr"),)),
    }  # fmt: skip
    found = {a.name.partition(".")[0]: (a.state, a.is_free) for a in look(told).aliases}
    states = [("missing", True), ("missing", False), ("unknown", False), ("missing", False)]
    assert [found[name] for name in USUAL_NAMES] == states


def test_a_domain_that_is_an_alias_at_its_top_is_a_zone_all_the_same() -> None:
    alias = said(to_wire("ns1.h.fr"), name="autre.fr", aliases=(to_wire("autre.fr"),))
    seen = look(UP | {("ch.fr", wire.NS): alias}, cut=CUT, start=message())
    assert (seen.apex, seen.parent_servers.values) == ("ch.fr", ["ns1.h.fr"])
    assert not seen.child_servers.is_known
    assert "alias" in seen.child_servers.reason


def test_an_alias_to_nothing_is_not_a_missing_domain() -> None:
    gone = said(rcode=wire.NXDOMAIN, aliases=(to_wire("autre.fr"),))
    seen = look({("ch.fr", wire.NS): gone, ("ch.fr", wire.A): gone})
    assert not seen.is_missing
    assert [(alias.target, alias.state) for alias in seen.aliases] == [("autre.fr", "missing")]


def test_names_that_could_not_be_read_are_told_apart() -> None:
    seen = look(UP | {("www.ch.fr", wire.A): SILENT}, cut=CUT, start=message())
    assert (seen.unread, seen.unread_reason) == (["www.ch.fr"], "Aucune réponse.")


def test_what_a_zone_holds_is_read_before_its_slowest_server_is_waited_for() -> None:
    resolver: Any = Told(UP | {("ch.fr", wire.CAA): said()}, CUT)
    find, wanted = resolver.find, []

    async def noted(name: bytes, kind: int, ends_at: float) -> Found:
        wanted.append((name, kind))
        found: Found = await find(name, kind, ends_at)
        return found

    async def slow() -> Reply:
        assert (to_wire("ch.fr"), wire.CAA) in wanted
        return Reply(REFUSED, "192.0.2.1")

    resolver.find, resolver.exchange.ask = noted, lambda *_, **__: slow()
    dial = Dial(Outside(Reach.OUTSIDE))
    found = asyncio.run(look_at_zone("ch.fr", resolver=resolver, dial=dial))
    assert [server.rcode for server in found.servers] == [wire.REFUSED] * 2
