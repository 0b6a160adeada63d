"""Remote calls without effect: the null procedure of ONC RPC (port mapper, NFS), and the first question to libvirt."""

import struct
from collections.abc import Generator

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import Feed, Heard, Talk, unpack

_TRANSACTION = 0x52454D50
_LIBVIRT, _LIBVIRT_AUTH_LIST = 0x20008086, 66
_LIBVIRT_WAYS = {0: "none", 1: "sasl", 2: "polkit"}
_LIBVIRT_WAYS_MOST = 20


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


def libvirt() -> Talk:
    """How a hypervisor of libvirt asks who comes: what each client asks it before anything else, and opens nothing."""
    feed = Feed()
    message = struct.pack(">IIIIII", _LIBVIRT, 1, _LIBVIRT_AUTH_LIST, 0, 0, 0)
    head = yield from feed.exactly(4, struct.pack(">I", len(message) + 4) + message)
    (size,) = unpack(">I", head)
    if not 28 <= size <= 4096:
        raise ProtocolFault("Ce n’est pas libvirt.")
    return Heard("libvirt", details=read_libvirt((yield from feed.exactly(size - 4))))


def read_libvirt(body: bytes) -> dict[str, str]:
    """The ways that an answer lists, "open" when one of them asks nothing. Raises ProtocolFault when it is not libvirt.

    Numbers of libvirt's own src/remote/remote_protocol.x.
    """
    program, _, procedure, kind, _, status = unpack(">IIIIII", body)
    if (program, procedure, kind) != (_LIBVIRT, _LIBVIRT_AUTH_LIST, 1):
        raise ProtocolFault("Ce n’est pas libvirt.")
    if status:
        return {}
    (count,) = unpack(">I", body, 24)
    if count > _LIBVIRT_WAYS_MOST:
        raise ProtocolFault("Liste plus longue que le protocole ne le permet.")
    ways = unpack(f">{count}I", body, 28)
    names = ",".join(_LIBVIRT_WAYS.get(way, str(way)) for way in ways)
    return {"authentication": names, "open": "yes" if 0 in ways else "no"}
