"""What every exchange shares: what it heard, and the reading of bytes that come in pieces."""

import struct
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

from rempart.engines.exposure.dial import Dialogue, NotReached, ProtocolFault
from rempart.engines.exposure.seen.services import Product

LONGEST: Final = 65536  # bytes of one message that a peer may announce
MOST_LINES: Final = 60  # of one reply


@dataclass(frozen=True, slots=True)
class Heard:
    """What one exchange told. `service` is "" when the peer is not what was expected, and says nothing known."""

    service: str
    banner: str = ""
    products: tuple[Product, ...] = ()
    details: dict[str, str] = field(default_factory=dict)


Talk = Dialogue[Heard]


class Feed:
    """Bytes gathered as they come. What is to be sent goes with the next wait: a peer that has already said what is
    wanted is not waited for."""

    __slots__ = ("_held", "_owed", "is_over")

    def __init__(self) -> None:
        self._held = bytearray()
        self._owed = b""
        self.is_over = False

    def more(self) -> Generator[bytes, bytes, bool]:
        """Send what is owed, wait, and say whether something came."""
        to_send, self._owed = self._owed, b""
        data = yield to_send
        if not data:
            self.is_over = True
            return False
        self._held += data
        if len(self._held) > 4 * LONGEST:
            raise ProtocolFault("Réponse plus longue que la limite.")
        return True

    def exactly(self, size: int, to_send: bytes = b"") -> Generator[bytes, bytes, bytes]:
        """`size` bytes, after sending. Raises ProtocolFault when the peer closes before."""
        if size > LONGEST:
            raise ProtocolFault("Longueur annoncée au-delà de la limite.")
        self._owed += to_send
        while len(self._held) < size:
            if not (yield from self.more()):
                raise ProtocolFault("Connexion fermée au milieu d’une réponse.")
        return self.take(size)

    def line(
        self, to_send: bytes = b"", end: bytes = b"\n", most: int = 1024
    ) -> Generator[bytes, bytes, bytes]:
        """A line without its end; what has come when the peer closes or the line is too long."""
        self._owed += to_send
        while end not in self._held and len(self._held) < most and not self.is_over:
            yield from self.more()
        place = self._held.find(end)
        if place < 0:
            return self.take(min(len(self._held), most))
        return self.take(place + len(end))[: -len(end)].rstrip(b"\r")

    def reply(self, to_send: bytes = b"") -> Generator[bytes, bytes, bytes]:
        """A reply of one or several lines, as SMTP and FTP make them: the last one has a space after its number."""
        lines: list[bytes] = []
        while len(lines) < MOST_LINES:
            lines.append((yield from self.line(to_send)))
            to_send = b""
            if self.is_over or (lines[-1][:3].isdigit() and lines[-1][3:4] in {b" ", b""}):
                break
        return b"\n".join(lines)

    def take(self, size: int) -> bytes:
        """The first `size` bytes that are held."""
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def all(self) -> bytes:
        """All that is held."""
        return self.take(len(self._held))


def overheard(talk: Talk, said: bytearray, most: int = 1024) -> Talk:
    """The same exchange; `said` gathers the first bytes of the peer, which tell what it is when the exchange fails."""
    try:
        to_send = next(talk)
        while True:
            try:
                data = yield to_send
            except NotReached as fault:
                to_send = talk.throw(fault)
                continue
            said += data[: max(0, most - len(said))]
            to_send = talk.send(data)
    except StopIteration as end:
        heard: Heard = end.value
        return heard
    finally:
        talk.close()


def unpack(shape: str, data: bytes, at: int = 0) -> tuple[int, ...]:
    """Numbers at a place of a message. Raises ProtocolFault when the message ends before."""
    try:
        return struct.unpack_from(shape, data, at)
    except struct.error as fault:
        raise ProtocolFault("Réponse plus courte que ce que le protocole veut.") from fault


def plain(data: bytes, most: int = 200) -> str:
    """Bytes as text that can be shown: what cannot be printed is replaced."""
    text = data[: 4 * most].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text).strip()[:most]
