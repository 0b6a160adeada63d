"""Controllers and stations: what they say of themselves, and where it stops."""

from rempart.engines.exposure.probe.services import industrial
from support.talks import held, refused

CONFIRM = bytes.fromhex("0300001611d00001000200c0010ac1020100c2020102")


def test_a_controller_of_another_make_is_refused() -> None:
    assert "S7" in refused(industrial.s7(), bytes.fromhex("0300000702f080"))
    assert "S7" in refused(industrial.s7(), b"HTTP")


def test_a_controller_that_says_no_more_than_its_protocol_is_named_without_a_reference() -> None:
    assert held(industrial.s7(), CONFIRM, bytes.fromhex("0300000702f08000")).details == {}
    setup, short = bytes.fromhex("0300000802f08032"), bytes.fromhex("0300000802f08032")
    assert held(industrial.s7(), CONFIRM, setup, short).details == {"reference": ""}


def test_a_station_that_never_ends_its_hello_is_read_up_to_a_bound() -> None:
    lines = b"fox a 0 -1 fox hello\n{\nbrandId=s:essai\n" + b"x=1\n" * 40
    assert held(industrial.niagara(), lines).banner == "fox a 0 -1 fox hello brandId=s:essai"
    assert held(industrial.niagara(), b"fox a 0\n{\n}\n").banner == "fox a 0"
    assert "Niagara" in refused(industrial.niagara(), b"HTTP/1.1 400\n")


def test_an_identity_has_three_parts_at_most() -> None:
    body = bytes.fromhex("2b0e0101000004") + b"\x00\x01a\x01\x01b\x09\x01c\x02\x01d"
    assert industrial.read_identity(body) == {"vendor": "a", "product": "b"}
    assert "Modbus" in refused(industrial.modbus(), bytes(7))
