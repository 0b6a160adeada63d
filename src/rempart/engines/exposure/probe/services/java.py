"""AJP, the link between a web server and the Java server behind it: its own question « are you there? »."""

from typing import Final

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import Feed, Heard, Talk, plain

_PING: Final = b"\x12\x34\x00\x01\x0a"
_PONG: Final = b"AB\x00\x01\x09"


def ajp() -> Talk:
    """Whether a Java server answers to CPING, which asks for no page."""
    feed = Feed()
    said = yield from feed.exactly(len(_PONG), _PING)
    if said != _PONG:
        raise ProtocolFault(f"Ce n’est pas de l’AJP : {plain(said, 20)}")
    return Heard("ajp")
