"""All that reads a server of TLS, given anything: it ends, or says what is wrong."""

from hypothesis import example, given, strategies as st

from support.tls_choosers import server_hello
from support.tls_parsers import feed
from support.tls_seeds import seeds

HELLO = server_hello(0x0303, b"\x01" * 32, 0xC02F, 0, b"\xff\x01\x00\x01\x00")


NO_CERTIFICATE = HELLO + b"\x16\x03\x03\x00\x07\x0b\x00\x00\x03\x00\x00\x00"


@given(st.binary(max_size=600))
@example(bytes([96 + 8 * 10 + 7]) + NO_CERTIFICATE)
@example(bytes([96 + 8 * 11 + 7]) + NO_CERTIFICATE)
@example(bytes([96 + 8 * 9 + 7]) + HELLO)
@example(bytes([96 + 8 * 9 + 7]) + HELLO + b"\x16\x03\x03\x00\x04\x0e\x00\x00\x00")
@example(bytes([96 + 8 * 8 + 7]) + HELLO + b"\x15\x03\x03\x00\x02\x02\x28")
def test_anything_is_read_or_is_refused(data: bytes) -> None:
    feed(data)


@given(st.integers(0, 255), st.integers(0, len(HELLO) - 1), st.binary(min_size=1, max_size=4))
def test_a_bent_hello_ends_every_dialogue(choice: int, at: int, bytes_: bytes) -> None:
    feed(bytes([choice]) + HELLO[:at] + bytes_ + HELLO[at + len(bytes_) :])


def test_what_the_fuzzer_begins_with_is_read_or_refused() -> None:
    found = seeds()
    for seed in found:
        feed(seed)
    assert len(found) > 20
