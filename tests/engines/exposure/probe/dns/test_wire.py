"""The reader of DNS messages: the same as dnspython on what is well formed, a fault and never worse on the rest."""

import time

import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings, strategies as st

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.names import ROOT, is_under, to_text, to_wire

HEADER = b"\x12\x34\x84\x00"


def message(answers: bytes, count: int = 1) -> bytes:
    """A response without a question."""
    return HEADER + b"\0\0" + count.to_bytes(2, "big") + b"\0\0\0\0" + answers


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + kind.to_bytes(2, "big") + b"\0\1\0\0\0\5" + len(data).to_bytes(2, "big") + data


RECORDS = [
    ("www.ch-exemple.example.", "A", "192.0.2.1"),
    ("CH-Exemple.Example.", "MX", "10 MX.ch-exemple.example."),
    ("ch-exemple.example.", "TXT", '"v=spf1 -all" "suite"'),
    ("ch-exemple.example.", "SOA", "ns1.a.example. Admin.A.example. 1 2 3 4 5"),
    ("ch-exemple.example.", "CAA", '0 issue "letsencrypt.org"'),
    ("_25._tcp.mx.ch-exemple.example.", "TLSA", "3 1 1 " + "00ff" * 16),
    ("x.ch-exemple.example.", "CNAME", "www.ch-exemple.example."),
    ("ch-exemple.example.", "NS", "ns1.ch-exemple.example."),
]


def test_records_are_those_that_dnspython_wrote() -> None:
    made = dns.message.make_response(dns.message.make_query("ch-exemple.example.", "ANY"))
    made.answer = [dns.rrset.from_text(name, 300, "IN", kind, text) for name, kind, text in RECORDS]
    read = wire.parse(made.to_wire())
    assert len(read.answer) == len(RECORDS)
    for ours, (name, kind, text) in zip(read.answer, RECORDS, strict=True):
        theirs = dns.rrset.from_text(name, 300, "IN", kind, text)[0]
        assert ours.name == dns.name.from_text(name).canonicalize().to_wire()
        assert ours.kind == dns.rdatatype.from_text(kind)
        assert ours.data == theirs.to_digestable()


def test_a_query_is_one_that_dnspython_reads() -> None:
    asked = wire.question(to_wire("rdv.ch-exemple.example"), wire.MX)
    read = dns.message.from_wire(wire.query(7, asked, recursive=True, checking=False))
    assert read.question[0].to_text() == "rdv.ch-exemple.example. IN MX"
    assert (read.edns, read.payload, bool(read.ednsflags & 0x8000)) == (0, 1232, True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 11,
        message(b"\xc0\x0c" + b"\0\1\0\1\0\0\0\5\0\4\1\2\3\4"),  # a pointer to itself
        message(
            b"\1a\xc0\x0c" + b"\0\1\0\1\0\0\0\5\0\0"
        ),  # a name that comes back to its own beginning
        message(b"\x41" + b"a" * 65 + b"\0"),  # a label of 65 bytes
        message((b"\x3f" + b"a" * 63) * 5 + b"\0"),  # a name of 320 bytes
        message(b"\x3faaa"),  # a label cut
        message(record(b"\0", wire.A, b"\1\2\3\4")[:-2]),  # data cut
        message(record(b"\0", wire.SOA, b"\0\0\1\2\3")),  # a SOA too short
        message(record(b"\0", wire.MX, b"\0\1\1a\0zz")),  # a name that ends before its record
        message(b"", 65535),  # more records announced than there are
    ],
)
def test_what_is_not_a_message_is_a_fault(data: bytes) -> None:
    with pytest.raises(ProtocolFault):
        wire.parse(data)


def test_chains_of_pointers_cost_little() -> None:
    body = b"\1a\0" + b"".join(b"\xc0" + bytes([12 + 2 * n]) for n in range(60))
    data = HEADER + b"\0\0\x10\0\0\0\0\0" + (body + b"\xc0\x20" * 30000)[:60000]
    before = time.perf_counter()
    with pytest.raises(ProtocolFault):
        wire.parse(data)
    assert time.perf_counter() - before < 1


@given(st.binary(max_size=512))
@settings(deadline=None)
def test_any_bytes_are_a_message_or_a_fault(data: bytes) -> None:
    try:
        read = wire.parse(HEADER + data)
    except ProtocolFault:
        return
    wire.rrsets([*read.answer, *read.authority])
    assert all(r.name.endswith(ROOT) for r in read.answer)


READERS = [
    rdata.address, rdata.text, rdata.caa, rdata.tlsa, rdata.soa, rdata.signature, rdata.key, rdata.digest,
    rdata.nsec, rdata.nsec3,
]  # fmt: skip


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_data_of_a_record_is_decoded_or_a_fault(data: bytes) -> None:
    given_up = 0
    for reader in READERS:
        try:
            reader(data)
        except ProtocolFault:
            given_up += 1
    assert given_up <= len(READERS)


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_a_fault(text: str) -> None:
    try:
        name = to_wire(text)
    except ProtocolFault:
        return
    assert len(name) <= 255
    assert is_under(name, ROOT)
    assert to_text(name)


def test_a_name_with_accents_becomes_the_one_that_is_asked() -> None:
    assert to_text(to_wire("hôpital.example")) == "xn--hpital-ixa.example"
    assert to_text(b"\4a\x2eb \0") == "a\\046b\\032"


def test_a_name_that_only_ends_the_same_is_not_below() -> None:
    assert is_under(to_wire("a.exemple.fr"), to_wire("exemple.fr"))
    assert not is_under(to_wire("mauvaisexemple.fr"), to_wire("exemple.fr"))
