"""Building and industrial equipment, spoken to only where the perimeter opts in: identity is read, nothing is written."""

import struct
from collections.abc import Generator
from typing import Final

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import Feed, Heard, Talk, plain, unpack

_S7_CONNECT: Final = bytes.fromhex("0300001611e00000000100c0010ac1020100c2020102")
_S7_SETUP: Final = bytes.fromhex("0300001902f08032010000000000080000f0000001000101e0")
_S7_IDENTITY: Final = bytes.fromhex(
    "0300002102f080320700000000000800080001120411440100ff09000400110000"
)
_FOX_HELLO: Final = b"fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\nhostName=s:rempart\n};;\n"
_OBJECTS: Final = ("vendor", "product", "revision")


def modbus() -> Talk:
    """The identity of a Modbus device (function 0x2B / 0x0E, read only)."""
    feed = Feed()
    header = yield from feed.exactly(7, bytes.fromhex("000100000005") + b"\x00\x2b\x0e\x01\x00")
    transaction, protocol, size, _ = unpack(">HHHB", header)
    if (transaction, protocol) != (1, 0) or not 2 <= size <= 260:
        raise ProtocolFault("Ce n’est pas du Modbus.")
    details = read_identity((yield from feed.exactly(size - 1)))
    banner = " ".join(details[key] for key in _OBJECTS if details.get(key))
    return Heard("modbus", banner=banner, details=details)


def read_identity(body: bytes) -> dict[str, str]:
    """Vendor, product and revision of a Modbus answer; nothing when it refuses the question. Raises ProtocolFault."""
    (function,) = unpack(">B", body)
    if function == 0xAB:
        return {"identity": "refused"}
    if function != 0x2B or len(body) < 7:
        raise ProtocolFault("La réponse Modbus n’est pas celle attendue.")
    details, at = {}, 7
    for _ in range(min(body[6], 3)):
        number, size = unpack(">BB", body, at)
        if number < len(_OBJECTS):
            details[_OBJECTS[number]] = plain(body[at + 2 : at + 2 + size], 80)
        at += 2 + size
    return details


def s7() -> Talk:
    """Whether a Siemens controller answers, and the reference of its module."""
    feed = Feed()
    body = yield from _tpkt(feed, _S7_CONNECT)
    if len(body) < 2 or body[1] != 0xD0:
        raise ProtocolFault("Ce n’est pas un automate S7.")
    setup = yield from _tpkt(feed, _S7_SETUP)
    if setup[3:4] != b"\x32":
        return Heard("s7")
    identity = yield from _tpkt(feed, _S7_IDENTITY)
    reference = plain(identity[33:53], 20) if len(identity) >= 53 else ""
    return Heard("s7", banner=reference, details={"reference": reference})


def _tpkt(feed: Feed, to_send: bytes) -> Generator[bytes, bytes, bytes]:
    version, _, size = unpack(">BBH", (yield from feed.exactly(4, to_send)))
    if version != 3 or not 5 <= size <= 2048:
        raise ProtocolFault("Ce n’est pas un automate S7.")
    return (yield from feed.exactly(size - 4))


def niagara() -> Talk:
    """What a Niagara station says of itself in the hello of its protocol (fox)."""
    feed = Feed()
    first = yield from feed.line(_FOX_HELLO)
    if not first.startswith(b"fox a "):
        raise ProtocolFault(f"Ce n’est pas une station Niagara : {plain(first, 40)}")
    said = [plain(first, 60)]
    for _ in range(30):
        line = yield from feed.line()
        if feed.is_over or line.startswith(b"}"):
            break
        if line.startswith((b"app.version", b"brandId", b"fox.version")):
            said.append(plain(line, 80))
    return Heard("niagara", banner=" ".join(said))


def bacnet_question() -> bytes:
    """A Who-Is for every device, addressed to one machine and not broadcast."""
    return bytes.fromhex("810a000801001008")


def read_bacnet(data: bytes) -> dict[str, str]:
    """The number of the device that an I-Am gives. Raises ProtocolFault."""
    if len(data) < 6 or data[0] != 0x81:
        raise ProtocolFault("Ce n’est pas du BACnet.")
    place = data.find(b"\x10\x00\xc4")
    if place < 0:
        return {}
    (device,) = unpack(">I", data, place + 3)
    return {"device": str(device & 0x3FFFFF)}


def knx_question() -> bytes:
    """A description request to a KNXnet/IP gateway, with no address to answer to but the one it came from."""
    return bytes.fromhex("06100203000e0801000000000000")


def read_knx(data: bytes) -> dict[str, str]:
    """The name of a KNXnet/IP gateway. Raises ProtocolFault."""
    kind = unpack(">HH", data)
    if kind != (0x0610, 0x0204):
        raise ProtocolFault("Ce n’est pas une passerelle KNX.")
    return {"name": plain(data[30:60].split(b"\0")[0], 30)} if len(data) >= 60 else {}


def ipmi_question() -> bytes:
    """An RMCP presence ping: the answer says whether IPMI is there."""
    return bytes.fromhex("0600ff06000011be80000000")


def read_ipmi(data: bytes) -> dict[str, str]:
    """Whether an RMCP pong announces IPMI. Raises ProtocolFault."""
    if len(data) < 21 or data[0] != 6 or data[8] != 0x40:
        raise ProtocolFault("Ce n’est pas une réponse RMCP.")
    (enterprise,) = struct.unpack_from(">I", data, 12)
    return {"ipmi": "yes" if data[20] & 0x80 else "no", "enterprise": str(enterprise)}
