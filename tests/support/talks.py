"""Exchanges of services held with pieces of bytes, without a network."""

import pytest

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import Heard, Talk


def held(talk: Talk, *pieces: bytes) -> Heard:
    """What one exchange hears of a peer that says these pieces, then closes."""
    next(talk)
    with pytest.raises(StopIteration) as end:
        for piece in (*pieces, b"", b"", b""):
            talk.send(piece)
    heard: Heard = end.value.value
    return heard


def refused(talk: Talk, *pieces: bytes) -> str:
    with pytest.raises(ProtocolFault) as raised:
        held(talk, *pieces)
    return str(raised.value)
