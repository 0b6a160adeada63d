"""How a message is read on the way: glue, and what a refusal is called."""

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Cut, glue_of, no_server
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.wire import Record

ZONE, HOST, OTHER = map(to_wire, ("example", "ns.z.example", "ns.z.test"))


def test_glue_is_kept_only_for_hosts_below_the_zone_that_gives_it() -> None:
    given = [
        Record(HOST, wire.A, 60, b"\xc0\0\2\1"),
        Record(HOST, wire.A, 60, b"\xc0"),
        Record(HOST, wire.TXT, 60, b"\1x"),
        Record(OTHER, wire.A, 60, b"\xc0\0\2\2"),
    ]
    assert glue_of(given, [HOST, OTHER], ZONE) == {HOST: ["192.0.2.1"]}


def test_servers_that_disown_a_zone_are_told_from_servers_without_an_address() -> None:
    cut = Cut(ZONE, (HOST,), {})
    assert "responsable" in no_server(cut, is_lame=True)
    assert "adresse" in no_server(cut, is_lame=False)
