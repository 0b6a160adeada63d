"""LDAP messages and their BER, against bytes written by hand from RFC 4511."""

import pytest
from hypothesis import given, settings, strategies as st

from rempart.engines.directory.collect import ber, messages
from rempart.engines.directory.collect.messages import Scope, Tag


def test_a_simple_bind_is_the_bytes_of_the_standard() -> None:
    made = messages.request(1, messages.simple_bind("cn=x", "y"))
    assert made == bytes.fromhex("3011020101600c020103") + b"\x04\x04cn=x\x80\x01y"


def test_a_search_is_the_bytes_of_the_standard() -> None:
    made = messages.search("", Scope.BASE, messages.present("objectClass"), ["dn"])
    wanted = "6324 0400 0a0100 0a0100 020100 020100 010100 870b"
    assert made == bytes.fromhex(wanted) + b"objectClass" + b"\x30\x04\x04\x02dn"


def test_a_filter_needs_no_escaping() -> None:
    assert messages.equal("cn", "*)(x=\0") == b"\xa3\x0c\x04\x02cn\x04\x06*)(x=\0"


def test_controls_follow_the_operation() -> None:
    made = messages.request(2, messages.unbind(), [messages.sd_flags()])
    parsed = messages.parse(made)
    assert parsed.tag == Tag.UNBIND_REQUEST
    assert parsed.controls is not None
    assert b"1.2.840.113556.1.4.801\x01\x01\xff\x04\x050\x03\x02\x01\x07" in made


def test_a_page_gives_its_cookie() -> None:
    control = messages.paged(0, b"suite")
    done = ber.sequence(
        ber.integer(0, ber.ENUMERATED), ber.octets(""), ber.octets("bien"), tag=Tag.SEARCH_DONE
    )
    result = messages.result_of(messages.parse(messages.request(3, done, [control])))
    assert (result.code, result.message, result.cookie) == (0, "bien", b"suite")


def test_long_lengths_of_active_directory_are_read() -> None:
    # Active Directory writes every length on four bytes.
    value = b"\x04\x84\x00\x00\x00\x03abc"
    assert ber.element(value, 0, len(value)) == (4, 6, 9)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, -1, -128, -129, 2**31 - 1])
def test_integers_come_back(value: int) -> None:
    coded = ber.integer(value)
    _, start, end = ber.element(coded, 0, len(coded))
    assert ber.to_integer(coded, start, end) == value


@pytest.mark.parametrize(
    "data",
    [
        "",
        "30",
        "3003",
        "30850000000001",
        "3080",
        "0401",
        "300302",
        "30030201",
        "3002020001",
        "3006040101420000",
    ],
)
def test_what_is_not_a_message_is_refused(data: str) -> None:
    with pytest.raises(ber.MalformedError):
        messages.parse(bytes.fromhex(data))


def test_the_size_of_a_message_is_known_from_its_first_bytes() -> None:
    assert ber.announced(b"\x30") is None
    assert ber.announced(b"\x30\x84\x00") is None
    assert ber.announced(b"\x30\x05") == 7
    assert ber.announced(b"\x30\x84\x00\x01\x00\x00") == 65542
    with pytest.raises(ber.MalformedError):
        ber.announced(b"HTTP")


def test_an_integer_of_an_absurd_size_is_refused() -> None:
    with pytest.raises(ber.MalformedError, match="integer"):
        ber.to_integer(bytes(9), 0, 9)


@pytest.mark.parametrize("head", ["3080", "3085"])
def test_a_length_that_cannot_be_counted_is_refused(head: str) -> None:
    with pytest.raises(ber.MalformedError, match="length"):
        ber.announced(bytes.fromhex(head))


def done_with(*controls: messages.Control) -> messages.Result:
    """The result of a search that ends with these controls."""
    done = ber.integer(0, ber.ENUMERATED) + ber.octets("") + ber.octets("")
    return messages.result_of(
        messages.parse(messages.request(3, ber.tlv(Tag.SEARCH_DONE, done), controls))
    )


def test_a_cookie_is_looked_for_among_other_controls() -> None:
    assert done_with(messages.sd_flags(), messages.paged(0, b"suite")).cookie == b"suite"
    assert done_with(messages.sd_flags()).cookie == b""


def test_a_page_without_cookie_is_refused() -> None:
    bare = messages.Control(messages.PAGED, value=ber.sequence(ber.integer(0)))
    with pytest.raises(ber.MalformedError, match="cookie"):
        done_with(bare)


@given(st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_nonsense_raises_nothing_but_its_own_error(data: bytes) -> None:
    try:
        message = messages.parse(ber.sequence(ber.integer(1), data))
        messages.entry_of(message)
        messages.result_of(message)
    except ber.MalformedError as error:
        assert str(error)
