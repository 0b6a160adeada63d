"""Pieces of work: planned from what is declared, named the same everywhere, found again for a retest."""

from datetime import date

import pytest

from rempart.engines.exposure.perimeter import parse_perimeter
from rempart.engines.exposure.scope import Scope
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import AliasSeen, ServerSeen, ZoneSeen
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.mail import ExchangerSeen, MailSeen
from rempart.engines.exposure.work import (
    USUAL_NAMES,
    Done,
    Kind,
    Lead,
    Piece,
    Planner,
    declared_names,
    key_of,
    pieces_for,
    plan_pieces,
    rules_hash,
)
from support.fake_probes import perimeter_text

DOMAIN = "\n  - {kind: domain, value: chu.example, subdomains: true, addresses: follow}\n"


def scope(assets: str, more: str = "") -> Scope:
    return Scope(parse_perimeter(perimeter_text(assets, more)), date(2026, 11, 22))


def test_a_domain_is_its_zone_its_mail_its_name_and_the_usual_ones_as_guesses() -> None:
    pieces = plan_pieces(scope(DOMAIN + "  - {kind: host, value: vpn.chu.example}\n"))
    kinds = [p.kind for p in pieces]
    assert (kinds.count(Kind.ZONE), kinds.count(Kind.MAIL)) == (1, 1)
    hosts = {p.name: p.is_guess for p in pieces if p.kind is Kind.HOST}
    assert len(hosts) == 1 + len(USUAL_NAMES)
    assert hosts["chu.example"] is hosts["vpn.chu.example"] is False
    assert hosts["www.chu.example"] is True


def test_servers_that_a_zone_and_its_mail_name_are_looked_at_when_they_are_in_the_perimeter() -> (
    None
):
    planner = Planner(scope(DOMAIN))
    planner.next()
    zone = ZoneSeen(
        reach=Reach.ANSWERED, domain="chu.example",
        servers=[ServerSeen(name="ns1.chu.example"), ServerSeen(name="ns.hebergeur.example")],
        aliases=[AliasSeen(name="rdv.chu.example", target="x.example", state="answers")],
    )  # fmt: skip
    servers = [ExchangerSeen(name="mx.chu.example"), ExchangerSeen(name="pas un nom")]
    mail = MailSeen(reach=Reach.ANSWERED, domain="chu.example", servers=servers)
    planner.take(Done(key="", piece=Piece(kind=Kind.ZONE), seen=[zone, mail]))
    # rdv is a usual name, already planned.
    assert [p.name for p in planner.next()] == ["mx.chu.example", "ns1.chu.example"]


def test_udp_ports_are_asked_where_the_perimeter_names_their_family() -> None:
    touch = "touch: [services, amplification]\n"
    for more, expected in ((touch, {161, 123, 623}), ("", set())):
        planner = Planner(scope("\n  - {kind: address, value: 127.0.9.1}\n", more))
        planner.next()
        seen = PortsSeen(reach=Reach.ANSWERED, address="127.0.9.1", open=[443])
        planner.take(Done(key="", piece=Piece(kind=Kind.PORTS), seen=[seen]))
        pieces = planner.next()
        assert expected <= {p.port for p in pieces if p.transport == "udp"}
        assert any(p.transport == "udp" for p in pieces) is bool(more)
        assert planner.next() == []


def test_a_key_changes_with_the_rules_the_target_and_the_minute_and_with_nothing_else() -> None:
    one, other = (
        parse_perimeter(perimeter_text()),
        parse_perimeter(perimeter_text(more="finess: x\n")),
    )
    piece = Piece(kind=Kind.ZONE, name="chu.example")
    rules = rules_hash(one, "0.1.0")
    assert rules == rules_hash(parse_perimeter(perimeter_text()), "0.1.0")
    assert len({rules, rules_hash(other, "0.1.0"), rules_hash(one, "0.2.0")}) == 3
    key = key_of(piece, rules, 1)
    assert key == key_of(Piece(kind=Kind.ZONE, name="chu.example"), rules, 1)
    others = [
        key_of(piece, rules, 2),
        key_of(piece, "x", 1),
        key_of(Piece(kind=Kind.MAIL, name="chu.example"), rules, 1),
    ]
    assert len({key, *others}) == 4


@pytest.mark.parametrize(
    ("target", "address", "expected"),
    [
        ("chu.example", "", [Piece(kind=Kind.ZONE, name="chu.example"), Piece(kind=Kind.MAIL, name="chu.example")]),
        ("192.0.2.1:443", "192.0.2.1", [Piece(kind=Kind.ENDPOINT, address="192.0.2.1", port=443)]),
        ("[2001:db8::1]:443", "", [Piece(kind=Kind.ENDPOINT, address="2001:db8::1", port=443)]),
        ("www.chu.example:443", "192.0.2.1", [
            Piece(kind=Kind.ENDPOINT, address="192.0.2.1", port=443, leads=(Lead("www.chu.example"),))
        ]),
        ("pas un nom", "", []),
        ("pas un nom:443", "192.0.2.1", []),
    ],
)  # fmt: skip
def test_the_pieces_of_a_retest_are_found_from_its_target(
    target: str, address: str, expected: list[Piece]
) -> None:
    assert pieces_for(target, address) == expected


def test_the_names_declared_are_those_of_domains_and_hosts() -> None:
    perimeter = parse_perimeter(perimeter_text(DOMAIN + "  - {kind: address, value: 127.0.9.1}\n"))
    assert declared_names(perimeter) == ["chu.example"]


def test_a_wide_range_of_ipv6_plans_nothing() -> None:
    pieces = plan_pieces(
        scope("\n  - {kind: range, value: 2001:db8::/48}\n  - {kind: range, value: 127.0.9.0/31}\n")
    )
    assert [p.target for p in pieces] == ["127.0.9.0", "127.0.9.1"]


def test_every_address_of_a_range_is_tried_its_first_and_its_last_too() -> None:
    pieces = plan_pieces(scope("\n  - {kind: range, value: 127.0.9.0/30}\n"))
    assert [p.target for p in pieces] == [f"127.0.9.{last}" for last in range(4)]


def test_a_name_declared_before_its_domain_stays_declared() -> None:
    pieces = plan_pieces(scope("\n  - {kind: host, value: vpn.chu.example}" + DOMAIN))
    (vpn,) = [p for p in pieces if p.name == "vpn.chu.example"]
    assert (vpn.kind, vpn.is_guess) == (Kind.HOST, False)


@pytest.mark.parametrize(
    ("touch", "kinds"), [("mail", {Kind.MAIL}), ("dns", {Kind.ZONE}), ("dns, mail", {Kind.ZONE, Kind.MAIL})]
)  # fmt: skip
def test_a_domain_is_looked_at_as_far_as_its_rights_go(touch: str, kinds: set[Kind]) -> None:
    pieces = plan_pieces(scope(f"\n  - {{kind: domain, value: chu.example, touch: [{touch}]}}\n"))
    assert {p.kind for p in pieces} == kinds
