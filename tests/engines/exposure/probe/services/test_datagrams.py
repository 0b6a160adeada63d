"""Answers over UDP: what they tell, and what is none."""

import pytest

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services import datagrams, industrial

SYSTEM = bytes.fromhex("06082b06010201010100")
HEAD = b"\x30\x82\x01\x00\x02\x01\x01\x04\x06public\xa2\x81\x80" + bytes(9)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"\x04\x05Linux", {"description": "Linux"}),
        (b"\x04\x81\xc8" + b"a" * 200, {"description": "a" * 200}),
        (b"\x04\x82\x01\x90" + b"a" * 400, {"description": "a" * 300}),
        (b"\x05\x00", {}),
    ],
)
def test_the_description_of_a_system_is_read_whatever_its_length(
    value: bytes, told: dict[str, str]
) -> None:
    assert datagrams.read_snmp(HEAD + SYSTEM + value) == told


def test_a_system_that_does_not_describe_itself_still_answers() -> None:
    assert datagrams.read_snmp(HEAD) == {}
    assert datagrams.read_ssdp(b"HTTP/1.1 200 OK\r\nST: x\r\n\r\n") == {}
    assert industrial.read_bacnet(b"\x81\x0a\x00\x08\x01\x00\x10\x00") == {}


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (datagrams.read_snmp, b"HTTP"),
        (datagrams.read_ntp, b"HTTP"),
        (datagrams.read_ssdp, b"HTTP/1.1 404"),
        (datagrams.read_memcached, b"ERROR"),
        (datagrams.read_cldap, b"\x30"),
        (datagrams.read_chargen, b"abc"),
        (industrial.read_bacnet, b"\x81"),
        (industrial.read_knx, b"\x06\x10\x02\x05"),
        (industrial.read_ipmi, b"\x06"),
    ],
)
def test_what_is_no_answer_is_refused_with_words(read: object, data: bytes) -> None:
    with pytest.raises(ProtocolFault, match=r"\w"):
        read(data)  # type: ignore[operator]
