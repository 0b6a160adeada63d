"""Everything that reads what a server of TLS sends, behind one function: what the fuzzer and the tests feed."""

from collections.abc import Callable
from typing import Final

from rempart.engines.exposure.dial import Dialogue, ProtocolFault
from rempart.engines.exposure.probe.tls import flight
from rempart.engines.exposure.probe.tls.certificates import read_certificate
from rempart.engines.exposure.probe.tls.handshake12 import Session12, handshake12
from rempart.engines.exposure.probe.tls.handshake13 import KeyPair, Session, handshake13
from rempart.engines.exposure.probe.tls.hello import TLS12, TLS13, Asked, client_hello
from rempart.engines.exposure.probe.tls.notes import Notes, count_timestamps
from rempart.engines.exposure.probe.tls.starttls import PORTS, opening
from rempart.engines.exposure.probe.tls.survey import ask, everything
from rempart.engines.exposure.probe.tls.trust import NO_STORE, TrustStore, read_chain
from support.tls_choosers import server_hello

PROTOCOLS: Final = sorted(set(PORTS.values()))
PAIR: Final = KeyPair(29)
HELLO: Final = client_hello(Asked(TLS12, "www.example", with_facts=True), [0xC02F, 0x009C])
STORE: Final = TrustStore("essai", fingerprints=frozenset({bytes(32)}))
"""A store that believes nobody, so that every chain is followed to its end."""
MOST_WAITS: Final = 3
"""A dialogue must end soon after its peer has closed."""


def _records(data: bytes) -> None:
    records = flight.Records()
    records.feed(data)
    for _, body in records.messages:
        flight.read_server_hello(body)


def _certificates(data: bytes) -> None:
    for version in (TLS12, TLS13):
        ders = [der for der, _ in flight.read_certificates(data, version)]
        if ders:
            read_chain(ders, STORE)


def _sealed(data: bytes) -> None:
    """A flight whose certificate is `data`, with a suite that seals a secret to its key."""
    chain = (len(data) + 3).to_bytes(3) + len(data).to_bytes(3) + data
    said = b"".join(
        bytes([kind]) + len(body).to_bytes(3) + body
        for kind, body in ((flight.Message.CERTIFICATE, chain), (flight.Message.HELLO_DONE, b""))
    )
    pieces = [said[at : at + 16384] for at in range(0, len(said), 16384)]
    talk = handshake12(Asked(TLS12, ""), [0x009C], "", Session12())
    next(talk)
    talk.send(server_hello(TLS12, bytes(32), 0x009C, 0, b""))
    for piece in pieces:
        talk.send(b"\x16\x03\x03" + len(piece).to_bytes(2) + piece)
    talk.send(b"")


PARSERS: Final[dict[str, Callable[[bytes], object]]] = {
    "records": _records,
    "server_hello": flight.read_server_hello,
    "extensions": flight.read_extensions,
    "certificates": _certificates,
    "certificate": read_certificate,
    "prime": flight.prime_bits,
    "sealed": _sealed,
    "curve": flight.curve_of,
    "sslv2": flight.read_sslv2_hello,
    "timestamps": count_timestamps,
}


def dialogue(choice: int) -> Dialogue[object]:
    """One of the dialogues: STARTTLS openings, a hello and its flight, the two handshakes."""
    if choice < len(PROTOCOLS):
        return opening(PROTOCOLS[choice])
    match choice % 3:
        case 0:
            return ask("", HELLO, everything)
        case 1:
            asked = Asked(TLS13, "www.example", (29,), key_share=(29, PAIR.public))
            return handshake13(asked, PAIR, (0x1301, 0x1303), "", Session())
    return handshake12(Asked(TLS12, "", (29,), verify_data=b""), [0xC02F, 0x009C], "", Session12())


def hold(choice: int, pieces: list[bytes]) -> None:
    """Give the pieces to a dialogue, then close. Raises RuntimeError when it goes on waiting."""
    talk = dialogue(choice)
    try:
        next(talk)
        for piece in [*filter(None, pieces), *[b""] * MOST_WAITS]:
            result = talk.send(piece)
            if not isinstance(result, bytes):
                raise TypeError("a dialogue yields bytes")
    except ProtocolFault:
        return
    except StopIteration as end:
        if end.value is not None and hasattr(end.value, "hello"):
            notes = Notes(NO_STORE)
            notes.take(end.value, asked_staple=True)
            notes.take_choices(end.value)
        return
    raise RuntimeError("a dialogue waits for a peer that is gone")


def feed(data: bytes) -> None:
    """The first byte chooses who reads the rest. A ProtocolFault is an answer; all else is a fault of ours."""
    if not data:
        return
    choice, rest = data[0], data[1:]
    if choice < 96:
        names = sorted(PARSERS)
        try:
            PARSERS[names[choice % len(names)]](rest)
        except ProtocolFault:
            return
    else:
        size = 1 + 40 * (choice & 7)
        pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
        hold((choice - 96) >> 3, pieces[:200])
