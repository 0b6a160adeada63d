"""How a message is read on the way: glue, aliases inside one answer, and what a refusal is called."""

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Cut, follow, glue_of, no_server
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


def test_aliases_are_followed_up_to_a_bound() -> None:
    names = [to_wire(f"a{number}.example") for number in range(12)]
    answer = [Record(names[i], wire.CNAME, 60, names[i + 1]) for i in range(11)]
    data, last, passed = follow(answer, names[0], wire.A)
    assert (data, last, passed) == ([], names[8], names[1:9])


def test_servers_that_disown_a_zone_are_told_from_servers_without_an_address() -> None:
    cut = Cut(ZONE, (HOST,), {})
    assert "responsable" in no_server(cut, is_lame=True)
    assert "adresse" in no_server(cut, is_lame=False)
