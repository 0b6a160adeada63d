"""Whole looks at services made from random bytes: what answers a question, in what pieces, and how it ends."""

import asyncio
from collections.abc import Generator
from typing import Any, Final

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure import checks as _checks
from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.services.look import TALKS, look_at_service
from rempart.engines.exposure.registry import CHECKS, Context
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.services import ServiceSeen
from support.exposure_parsers import PARSERS, hold, read_parser
from support.web_inputs import TODAY, Draw, FakeDial, FakeLink, response

REGISTERED: Final = _checks
PARSER_NAMES: Final = sorted(PARSERS)
TALK_NAMES: Final = sorted(TALKS)
SILENT: Final = "Le serveur n’a pas répondu avant la fin du délai."


class ServiceLink(FakeLink):
    """A connection that says something first, and answers what is asked with bytes or with a page."""

    def __init__(self, draw: Draw) -> None:
        super().__init__(draw)
        self._waiting += draw.take(draw.number(400))

    async def send(self, data: bytes) -> None:
        """Take a question, and prepare its answer."""
        draw = self._draw
        if data.startswith(b"GET ") and draw.number(2):
            self._waiting += response(draw)
        else:
            self._waiting += draw.take(draw.number(400))


class ServiceDial(FakeDial):
    """A door to one service: connections, dialogues and datagrams made from the same bytes."""

    __slots__ = ()

    async def open(self, *where: object, **bounds: object) -> FakeLink:
        """A connection. Raises NotReached once the bytes have run out."""
        if self.draw.is_over:
            raise NotReached(Reach.CLOSED, "Rien n’écoute sur ce port.")
        return ServiceLink(self.draw)

    async def converse(  # type: ignore[override]
        self, address: str, port: int, dialogue: Generator[bytes, bytes, Any], **bounds: object
    ) -> Any:
        """Hold a dialogue with what the bytes say, then fall silent or close. Raises NotReached, ProtocolFault."""
        try:
            next(dialogue)
            for _ in range(self.draw.number(8)):
                dialogue.send(self.draw.take(1 + self.draw.number(200)) or b"\0")
            if self.draw.number(2):
                dialogue.throw(NotReached(Reach.SILENT, SILENT))
            for _ in range(8):
                dialogue.send(b"")
            raise RuntimeError("a dialogue waits for a peer that is gone")
        except StopIteration as end:
            return end.value
        finally:
            dialogue.close()

    async def ask(self, address: str, port: int, datagram: bytes, **bounds: object) -> bytes:
        """A datagram. Raises NotReached once the bytes have run out."""
        if self.draw.is_over:
            raise NotReached(Reach.SILENT, SILENT)
        return self.draw.take(self.draw.number(600))


def look(draw: Draw, number: int) -> None:
    """One look at one port of the list, and the checks on what it saw."""
    ports = exposure_ports()
    port = ports[number % len(ports)]
    place = Endpoint("192.0.2.7", port.port, "", port.transport)
    seen = asyncio.run(look_at_service(place, dial=ServiceDial(draw)))
    for content in exposure_catalogue().checks.values():
        check = CHECKS[content.id]
        if ServiceSeen in check.kinds and seen.reach in check.reaches:
            list(check.function(seen, Context(content.params, TODAY)))


def read_services(data: bytes) -> None:
    """The first byte says whether a parser, a dialogue or a whole look reads the rest; the second which one."""
    draw = Draw(data)
    kind, number = draw.number(4), draw.number(256)
    if kind == 0:
        read_parser(PARSER_NAMES[number % len(PARSER_NAMES)], draw.rest())
    elif kind == 1:
        size, rest = 1 + 3 * draw.number(256), draw.rest()
        pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
        if hold(TALK_NAMES[number % len(TALK_NAMES)], pieces[:200]) > 6:
            raise RuntimeError("a dialogue waits for a peer that is gone")
    else:
        look(draw, number)


def seeds() -> list[bytes]:
    """Inputs to begin with: bytes that go up, for each reader."""
    steps = bytes(range(256))
    found = [bytes([0, number]) + steps for number in range(len(PARSERS))]
    found += [bytes([1, number, 30]) + steps for number in range(len(TALKS))]
    return found + [bytes([2, number]) + steps * 2 for number in range(len(exposure_ports()))]
