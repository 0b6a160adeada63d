"""Windows and directories: RDP, SMB, LDAP, WinRM's neighbours."""

import struct
from typing import Final

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import Feed, Heard, Talk, plain, unpack

# X.224 connection request, with a negotiation that asks for TLS alone: a server that wants NLA refuses and says so.
_RDP_ASK: Final = bytes.fromhex("030000130ee000000000000100080001000000")
_RDP_REFUSALS: Final = {1: "tls", 2: "rdp", 3: "rdp", 4: "rdp", 5: "nla", 6: "tls"}
_SMB1_ASK: Final = (
    b"\xffSMB\x72" + bytes(4) + b"\x18\x01\x28" + bytes(12) + b"\xff\xff\x00\x01\x00\x00\x00\x00"
)
_DIALECTS: Final = (0x0202, 0x0210, 0x0300, 0x0302)


def rdp() -> Talk:
    """Whether a remote desktop answers, and whether it asks who comes before it opens a session (NLA)."""
    feed = Feed()
    header = yield from feed.exactly(4, _RDP_ASK)
    version, _, size = unpack(">BBH", header)
    if version != 3 or not 11 <= size <= 1024:
        raise ProtocolFault(f"Ce n’est pas du RDP : {plain(header, 20)}")
    security = read_rdp((yield from feed.exactly(size - 4)))
    return Heard("rdp", details={"security": security, "nla": "yes" if security == "nla" else "no"})


def read_rdp(body: bytes) -> str:
    """What an X.224 connection confirm says: nla (it is required), tls, or rdp (the old security). Raises ProtocolFault."""
    if len(body) < 7 or body[1] != 0xD0:
        raise ProtocolFault("La réponse n’est pas une confirmation X.224.")
    if len(body) < 15:
        return "rdp"
    kind, _, _, value = unpack("<BBHI", body, 7)
    if kind == 2:
        return "nla" if value in {2, 8} else "tls" if value == 1 else "rdp"
    if kind == 3:
        return _RDP_REFUSALS.get(value, "rdp")
    return "rdp"


def smb1() -> Talk:
    """Whether the first version of SMB is still spoken: only it is offered."""
    feed = Feed()
    dialect = b"\x02NT LM 0.12\x00"
    message = _SMB1_ASK + b"\x00" + struct.pack("<H", len(dialect)) + dialect
    header = yield from feed.exactly(4, struct.pack(">I", len(message)) + message)
    body = yield from feed.exactly(min(unpack(">I", header)[0] & 0xFFFFFF, 4096))
    return Heard("smb", details={"smb1": "yes" if read_smb1(body) else "no"})


def read_smb1(body: bytes) -> bool:
    """Whether an answer accepts the dialect of SMB 1. Raises ProtocolFault when it is not SMB."""
    if body[:4] == b"\xfeSMB":
        return False
    if body[:4] != b"\xffSMB":
        raise ProtocolFault(f"Ce n’est pas du SMB : {plain(body, 20)}")
    (status,) = unpack("<I", body, 5)
    (dialect,) = unpack("<H", body, 33)
    return status == 0 and dialect != 0xFFFF


def smb2() -> Talk:
    """The dialect that a server chooses, and whether it requires signatures."""
    feed = Feed()
    header = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + bytes(16)
    body = struct.pack("<HHHHI16sQ", 36, len(_DIALECTS), 1, 0, 0, b"rempart-exposure", 0)
    message = header + body + struct.pack(f"<{len(_DIALECTS)}H", *_DIALECTS)
    size = yield from feed.exactly(4, struct.pack(">I", len(message)) + message)
    answer = yield from feed.exactly(min(unpack(">I", size)[0] & 0xFFFFFF, 65536))
    return Heard("smb", details=read_smb2(answer))


def read_smb2(answer: bytes) -> dict[str, str]:
    """Dialect and signature of an SMB2 NEGOTIATE answer. Raises ProtocolFault when it is not SMB 2."""
    if answer[:4] != b"\xfeSMB":
        raise ProtocolFault(f"Ce n’est pas du SMB 2 : {plain(answer, 20)}")
    _, security, dialect = unpack("<HHH", answer, 64)
    return {
        "dialect": f"{dialect >> 8}.{(dialect >> 4) & 15}.{dialect & 15}",
        "signing": "required" if security & 2 else "optional",
    }


def ldap() -> Talk:
    """Whether a directory tells its base to anyone: the root entry, read without a name."""
    feed = Feed()
    head = yield from feed.exactly(2, root_search())
    if head[0] != 0x30:
        raise ProtocolFault(f"Ce n’est pas du LDAP : {plain(head, 20)}")
    size = head[1]
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4:
            raise ProtocolFault("Longueur LDAP impossible.")
        size = int.from_bytes((yield from feed.exactly(count)), "big")
    body = yield from feed.exactly(min(size, 32768))
    return Heard("ldap", details=read_root_entry(body))


def root_search() -> bytes:
    """A search of the root entry for the names of its bases, in BER."""

    def ber(tag: int, value: bytes) -> bytes:
        return bytes([tag, len(value)]) + value

    wanted = b"".join(ber(4, name) for name in (b"namingContexts", b"dnsHostName", b"vendorName"))
    search = (
        ber(4, b"")
        + ber(10, b"\x00")
        + ber(10, b"\x00")
        + ber(2, b"\x01")
        + ber(2, b"\x05")
        + ber(1, b"\x00")
        + ber(0x87, b"objectClass")
        + ber(0x30, wanted)
    )
    return ber(0x30, ber(2, b"\x01") + ber(0x63, search))


def read_root_entry(body: bytes) -> dict[str, str]:
    """What the first message of a search result tells. Raises ProtocolFault when it is not one."""
    if len(body) < 5 or body[0] != 2 or body[1] > 4:
        raise ProtocolFault("La réponse n’est pas un message LDAP.")
    operation = body[2 + body[1] : 3 + body[1]]
    if operation not in {b"\x64", b"\x65", b"\x78"}:
        raise ProtocolFault("La réponse n’est pas celle d’une recherche LDAP.")
    found = {"anonymous": "yes" if operation == b"\x64" else "no"}
    for name in (b"dnsHostName", b"namingContexts"):
        place = body.lower().find(name.lower())
        if operation == b"\x64" and place >= 0:
            value = body[place + len(name) : place + len(name) + 260]
            found[name.decode().lower()] = _first_value(value)
    return found


def _first_value(after: bytes) -> str:
    """The first octet string of the set that follows the name of an attribute."""
    place = after.find(b"\x04", 0, 12)
    if place < 0 or place + 1 >= len(after) or after[place + 1] & 0x80:
        return ""
    return plain(after[place + 2 : place + 2 + after[place + 1]], 120)
