"""The way along aliases inside one answer: how far it goes, and what of the answer counts."""

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.aliases import MOST_ALIASES, path
from rempart.engines.exposure.probe.dns.names import ROOT, to_wire
from rempart.engines.exposure.probe.dns.wire import Record
from support.dns_told import message

ZONE, WWW, OTHER = map(to_wire, ("z.example", "www.z.example", "www.bank.test"))
FOUR = b"\6\6\6\6"


def alias(name: bytes, target: bytes) -> Record:
    return Record(name, wire.CNAME, 60, target)


def test_aliases_are_followed_up_to_a_bound() -> None:
    names = [to_wire(f"a{number}.z.example") for number in range(32)]
    answer = message([alias(one, other) for one, other in zip(names, names[1:], strict=False)])
    way = path(answer, names[0], wire.A, ZONE)
    assert (way.data, way.passed) == (None, tuple(names[1 : MOST_ALIASES + 1]))


def test_a_zone_is_not_believed_on_the_names_of_another() -> None:
    answer = message([alias(WWW, OTHER), Record(OTHER, wire.A, 60, FOUR)])
    inside, through = path(answer, WWW, wire.A, ZONE), path(answer, WWW, wire.A, ROOT)
    assert (inside.data, inside.passed) == (None, (OTHER,))
    assert through.data is not None  # a resolver speaks of all


def test_records_of_names_that_were_not_asked_are_no_answer() -> None:
    answer = message([Record(OTHER, wire.A, 60, FOUR)])
    assert path(answer, WWW, wire.A, ZONE).sets == ()


def test_a_ring_is_told_from_a_long_way() -> None:
    there, back = alias(WWW, ZONE), alias(ZONE, WWW)
    assert path(message([there, back]), WWW, wire.A, ZONE).is_ring
    assert path(message([alias(WWW, WWW)]), WWW, wire.A, ZONE).is_ring
