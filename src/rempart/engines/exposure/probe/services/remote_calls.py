"""ONC RPC: the null procedure, which does nothing by definition, of the port mapper and of NFS."""

import struct
from collections.abc import Generator

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import Feed, Heard, Talk, unpack

_TRANSACTION = 0x52454D50


def rpcbind() -> Talk:
    """Whether a port mapper answers."""
    yield from _null(100000, 2)
    return Heard("rpcbind")


def nfs() -> Talk:
    """Whether a file server of NFS answers."""
    yield from _null(100003, 3)
    return Heard("nfs")


def _null(program: int, version: int) -> Generator[bytes, bytes, None]:
    feed = Feed()
    body = struct.pack(">IIIIII16x", _TRANSACTION, 0, 2, program, version, 0)
    message = struct.pack(">I", 0x80000000 | len(body)) + body
    header = yield from feed.exactly(12, message)
    _, transaction, kind = unpack(">III", header)
    if (transaction, kind) != (_TRANSACTION, 1):
        raise ProtocolFault("Ce n’est pas un service RPC.")
