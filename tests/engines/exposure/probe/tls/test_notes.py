"""What flights tell beside versions: chains, primes, options, and what cannot be read of them."""

from rempart.engines.exposure.probe.tls.flight import Message, ServerHello
from rempart.engines.exposure.probe.tls.hello import TLS12, TLS13, Extension
from rempart.engines.exposure.probe.tls.notes import Notes, count_timestamps
from rempart.engines.exposure.probe.tls.survey import Answer
from rempart.engines.exposure.probe.tls.trust import NO_STORE

ECDHE, DHE, UNKNOWN = 0xC02F, 0x009E, 0xFAFA
STAMPS = b"\x00\x08" + b"\x00\x02ab" * 2


def hello(
    suite: int, version: int = TLS12, extensions: dict[int, bytes] | None = None
) -> ServerHello:
    return ServerHello(version, bytes(32), suite, 0, extensions or {})


def test_a_flight_that_teaches_nothing_more_is_not_wanted() -> None:
    notes = Notes(NO_STORE)
    assert notes.wants(hello(ECDHE)) and notes.wants(hello(DHE))
    assert not notes.wants(hello(UNKNOWN)) and not notes.wants(hello(ECDHE, TLS13))
    notes.kinds.add("rsa")
    assert (notes.wants(hello(ECDHE)), notes.wants(hello(DHE))) == (False, True)


def test_the_smallest_prime_is_kept_and_a_bent_one_leaves_a_reason() -> None:
    notes = Notes(NO_STORE)
    for prime in (b"\xff" * 256, b"\xff" * 128, b"\xff" * 192):
        body = len(prime).to_bytes(2) + prime
        notes.take(Answer(hello(DHE), messages=((Message.KEY_EXCHANGE, body),)))
    assert (notes.facts, notes.gaps) == ({"dh_bits": 1024}, {})
    notes.take(Answer(hello(DHE), messages=((Message.KEY_EXCHANGE, b"\x00\x09a"),)))
    assert "Diffie-Hellman" in notes.gaps["chains"]


def test_a_flight_that_was_cut_says_why_its_chain_is_missing() -> None:
    notes = Notes(NO_STORE)
    notes.take(Answer(hello(ECDHE), fault="Coupé."))
    assert notes.gaps == {"chains": "Coupé."}
    for silent in (Answer(), Answer(hello(UNKNOWN)), Answer(hello(0x1301, TLS13))):
        notes.take(silent)
    assert notes.facts == {}


def test_the_options_of_a_hello_are_kept_as_they_may_be_printed() -> None:
    options = {Extension.SCT: STAMPS, Extension.ALPN: b"\x00\x04\x03h\x1b2", 0xFF01: b"\x00"}
    notes = Notes(NO_STORE)
    notes.take_choices(Answer(hello(ECDHE, extensions=options)))
    assert (notes.facts["handshake_timestamps"], notes.facts["alpn"]) == (2, "h?2")
    assert notes.facts["has_secure_renegotiation"] is True
    assert notes.facts["has_extended_master_secret"] is False


def test_a_hello_of_tls13_chooses_no_option_of_before() -> None:
    notes = Notes(NO_STORE)
    notes.take_choices(Answer(hello(0x1301, TLS13)))
    notes.take_choices(Answer())
    assert notes.facts == {}
    assert count_timestamps(b"\x00\x00") == 0
