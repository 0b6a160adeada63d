"""What a server sends, cut and read: real flights, bent flights, and bytes of nothing."""

import pytest
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.tls import flight
from rempart.engines.exposure.probe.tls.hello import TLS12, TLS13, Asked, client_hello
from support.tls_choosers import Chooser, server_hello

FLIGHT = server_hello(0x0303, b"\x01" * 32, 0xC02F, 0, b"\xff\x01\x00\x01\x00\x00\x17\x00\x00")


def hello_of(record: bytes) -> flight.ServerHello:
    records = flight.Records()
    records.feed(record)
    body = records.first(flight.Message.SERVER_HELLO)
    assert body is not None
    return flight.read_server_hello(body)


def test_a_server_hello_is_read_whole() -> None:
    hello = hello_of(FLIGHT)
    assert (hello.version, hello.suite, hello.compression) == (TLS12, 0xC02F, 0)
    assert set(hello.extensions) == {0xFF01, 0x17}


def test_a_retry_of_tls13_names_its_group() -> None:
    asked = client_hello(Asked(TLS13, "www.example"), [0x1302])
    hello = hello_of(Chooser(TLS13, (0x1302,), groups=(4588,)).answer(asked))
    assert (hello.version, hello.group, hello.is_retry) == (TLS13, 4588, True)


@given(st.lists(st.integers(1, 40), max_size=20))
def test_a_flight_cut_anywhere_is_the_same(cuts: list[int]) -> None:
    records, at = flight.Records(), 0
    for size in [*cuts, len(FLIGHT)]:
        records.feed(FLIGHT[at : at + size])
        at += size
    assert [kind for kind, _ in records.messages] == [flight.Message.SERVER_HELLO]


@given(st.binary(max_size=2000))
def test_any_bytes_are_records_or_are_refused(data: bytes) -> None:
    records = flight.Records()
    try:
        records.feed(data)
    except ProtocolFault as fault:
        assert str(fault)
    assert len(records.messages) <= flight.MOST_MESSAGES + len(data)


@given(st.integers(0, len(FLIGHT) - 1), st.integers(0, 255), st.binary(max_size=20))
def test_a_bent_hello_is_read_or_is_refused(at: int, byte: int, more: bytes) -> None:
    bent = FLIGHT[:at] + bytes([byte]) + FLIGHT[at + 1 :] + more
    records = flight.Records()
    try:
        records.feed(bent)
        for kind, body in records.messages:
            if kind == flight.Message.SERVER_HELLO:
                assert flight.read_server_hello(body).version >> 8 in (3, *range(256))
    except ProtocolFault as fault:
        assert str(fault)


READERS = {
    "server_hello": flight.read_server_hello,
    "extensions": flight.read_extensions,
    "certificates12": lambda data: flight.read_certificates(data, TLS12),
    "certificates13": lambda data: flight.read_certificates(data, TLS13),
    "prime": flight.prime_bits,
    "curve": flight.curve_of,
    "sslv2": flight.read_sslv2_hello,
}


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=400))
def test_any_message_is_read_or_is_refused(reader: str, data: bytes) -> None:
    try:
        found = READERS[reader](data)
    except ProtocolFault as fault:
        assert str(fault)
    else:
        assert found is None or found is not data


@pytest.mark.parametrize("size", [flight.MOST_MESSAGE + 1, 0xFFFFFF])
def test_a_message_past_the_bound_is_refused_before_it_comes(size: int) -> None:
    with pytest.raises(ProtocolFault, match="trop long"):
        flight.cut_messages(bytearray(b"\x0b" + size.to_bytes(3)))


def test_a_server_in_clear_is_told_apart() -> None:
    with pytest.raises(ProtocolFault, match="en clair"):
        flight.Records().feed(b"220 mx.example ESMTP\r\n")


def test_sslv2_suites_are_read_and_half_of_them_wait() -> None:
    suites = bytes.fromhex("010080")
    body = b"\x04\x00\x01\x00\x02\x00\x00\x00\x03\x00\x10" + suites + bytes(16)
    record = (0x8000 | len(body)).to_bytes(2) + body
    assert flight.read_sslv2_hello(record) == [0x010080]
    assert flight.read_sslv2_hello(record[:20]) is None


def sslv2(size: int, body: bytes) -> bytes:
    return (0x8000 | size).to_bytes(2) + body


@pytest.mark.parametrize(
    ("reader", "data", "said"),
    [
        ("certificates12", b"\x00\x00\x05\x00\x00\x09ab", "Un certificat dépasse"),
        ("certificates12", b"\x00\x00\x09", "La liste"),
        ("certificates12", b"\x00\x00\x00", "vide"),
        ("certificates13", b"", "trop court"),
        ("extensions", b"\x00\x05\x00\x01\x00\x09a", "Une extension dépasse"),
        ("sslv2", b"\x00\x10", "pas du SSLv2"),
        ("sslv2", sslv2(14, b"\x04\x00\x01\x00\x09" + bytes(9)), "pas du SSLv2"),
        ("sslv2", sslv2(14, bytes.fromhex("0400010002000000040010") + bytes(3)), "mal formée"),
        ("prime", b"\x00\x05ab", "Diffie-Hellman"),
        ("curve", b"\x03", "courbe"),
        ("server_hello", b"\x03\x03" + bytes(32) + b"\x40" + bytes(9), "mal formé"),
    ],
)
def test_a_message_that_lies_about_its_lengths_is_refused(
    reader: str, data: bytes, said: str
) -> None:
    with pytest.raises(ProtocolFault, match=said):
        READERS[reader](data)


def test_an_alert_without_its_number_is_refused() -> None:
    with pytest.raises(ProtocolFault, match="alerte"):
        flight.Records().feed(b"\x15\x03\x03\x00\x01\x02")


def test_more_messages_than_the_bound_are_not_kept() -> None:
    empty = b"\x16\x03\x03\x00\xa0" + b"\x04\x00\x00\x00" * 40
    with pytest.raises(ProtocolFault, match="n’en finit pas"):
        flight.Records().feed(empty * 2)
