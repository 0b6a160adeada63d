"""Parsers and dialogues of services on bytes that mean nothing: they end, and fault by their own fault alone."""

import pytest
from hypothesis import given, settings, strategies as st

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.look import TALKS
from rempart.engines.exposure.probe.services.talk import LONGEST, Feed, plain, unpack
from support.exposure_parsers import PARSERS, hold, read_parser
from support.service_inputs import read_services, seeds

pytestmark = pytest.mark.slow

BEGINNINGS = st.sampled_from(
    [
        b"",
        b"\x03\x00\x00\x13\x0e\xd0",
        b"\xffSMB",
        b"\xfeSMB",
        b"\x30\x84",
        b"\x0a5.7\0",
        b"\x02\x00",
        b"\x2b\x0e\x01\x01\x00\x00\xff",
        b"SSH-2.0-x\r\n",
        b"220-",
        b"RFB 003.008\n",
        b"\x04\x01\x00\x2b",
    ]
)


@pytest.mark.parametrize("name", sorted(PARSERS))
@settings(max_examples=150, deadline=None)
@given(begins=BEGINNINGS, ends=st.binary(max_size=400))
def test_a_parser_gives_a_result_or_its_own_fault(name: str, begins: bytes, ends: bytes) -> None:
    read_parser(name, begins + ends)
    assert name in PARSERS


@pytest.mark.parametrize("name", sorted(TALKS))
@settings(max_examples=80, deadline=None)
@given(
    begins=BEGINNINGS,
    pieces=st.lists(st.binary(min_size=1, max_size=300), max_size=12),
)
def test_a_dialogue_ends_soon_after_its_peer(name: str, begins: bytes, pieces: list[bytes]) -> None:
    assert hold(name, [begins, *pieces]) <= 6


@pytest.mark.parametrize("kind", [2, 3])
@settings(max_examples=150, deadline=None)
@given(number=st.integers(0, 255), data=st.binary(max_size=600))
def test_a_whole_look_at_any_bytes_ends_and_is_judged(kind: int, number: int, data: bytes) -> None:
    read_services(bytes([kind, number]) + data)
    assert kind in (2, 3)


def test_what_the_fuzzer_begins_with_is_read_or_refused() -> None:
    for seed in seeds():
        read_services(seed)
    assert len(seeds()) > len(PARSERS)


def test_a_length_beyond_the_bound_is_a_fault_and_not_a_wait() -> None:
    with pytest.raises(ProtocolFault):
        next(Feed().exactly(1 << 30))


def test_an_answer_that_has_no_end_is_a_fault() -> None:
    waiting = Feed().exactly(LONGEST)
    next(waiting)
    with pytest.raises(ProtocolFault, match="plus longue que la limite"):
        waiting.send(bytes(4 * LONGEST + 1))


def test_a_message_that_ends_too_soon_is_a_fault() -> None:
    with pytest.raises(ProtocolFault):
        unpack(">I", b"\0\0")


def test_what_cannot_be_printed_is_not_shown() -> None:
    assert plain(b"a\x1b[31mb\x00\xff") == "a [31mb �"
