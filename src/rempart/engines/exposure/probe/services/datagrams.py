"""Services over UDP, spoken to only where the perimeter opts in: one small question, one answer read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from rempart.engines.exposure.dial import Dial, ProtocolFault
from rempart.engines.exposure.probe.services.industrial import (
    bacnet_question,
    ipmi_question,
    knx_question,
    read_bacnet,
    read_ipmi,
    read_knx,
)
from rempart.engines.exposure.probe.services.talk import Heard, plain, unpack
from rempart.engines.exposure.seen.common import Endpoint

SECONDS: Final = 3.0
_SYSTEM: Final = bytes.fromhex("06082b06010201010100")  # OID of sysDescr.0
_SSDP: Final = (
    b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\n'
    b"ST: upnp:rootdevice\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One datagram, and how its answer is read (ProtocolFault when it is not one)."""

    service: str
    ask: bytes
    read: Callable[[bytes], Mapping[str, str]]


def snmp_question() -> bytes:
    """An SNMP v2c GET of the description of the system, with the community that everyone knows."""

    def ber(tag: int, value: bytes) -> bytes:
        return bytes([tag, len(value)]) + value

    bound = ber(0x30, ber(0x30, _SYSTEM + b"\x05\x00"))
    request = ber(0xA0, b"\x02\x02\x52\x50" + b"\x02\x01\x00" + b"\x02\x01\x00" + bound)
    return ber(0x30, b"\x02\x01\x01" + ber(4, b"public") + request)


def read_snmp(data: bytes) -> dict[str, str]:
    """The description of the system. Raises ProtocolFault."""
    if data[:1] != b"\x30" or b"\xa2" not in data[:24]:
        raise ProtocolFault("Ce n’est pas du SNMP.")
    place = data.find(_SYSTEM)
    if place < 0 or len(data) < place + 12 or data[place + 10] != 4:
        return {}
    size, start = data[place + 11], place + 12
    if size & 0x80:
        count = size & 0x7F
        size, start = int.from_bytes(data[start : start + count], "big"), start + count
    return {"description": plain(data[start : start + size], 300)}


def read_ntp(data: bytes) -> dict[str, str]:
    """How many times longer than the question the answer to a control query is. Raises ProtocolFault."""
    if len(data) < 12 or data[0] & 7 != 6 or not data[1] & 0x80:
        raise ProtocolFault("Ce n’est pas une réponse de contrôle NTP.")
    return {"variables": plain(data[12:], 120)}


def read_ssdp(data: bytes) -> dict[str, str]:
    """The server line of an SSDP answer. Raises ProtocolFault."""
    if not data.startswith(b"HTTP/1.1 200"):
        raise ProtocolFault("Ce n’est pas du SSDP.")
    lines = [line for line in data.split(b"\r\n") if line.upper().startswith(b"SERVER:")]
    return {"server": plain(lines[0][7:], 120)} if lines else {}


def read_memcached(data: bytes) -> dict[str, str]:
    """The version over UDP, behind its frame of 8 bytes. Raises ProtocolFault."""
    if data[8:16] != b"VERSION ":
        raise ProtocolFault("Ce n’est pas du Memcached.")
    return {"version": plain(data[16:].split(b"\r\n")[0], 40)}


def read_cldap(data: bytes) -> dict[str, str]:
    """Whether a directory answers over UDP. Raises ProtocolFault."""
    if len(data) < 7 or data[0] != 0x30:
        raise ProtocolFault("Ce n’est pas du LDAP.")
    return {}


def read_chargen(data: bytes) -> dict[str, str]:
    """A flow of characters. Raises ProtocolFault when the answer is short."""
    (first,) = unpack(">B", data)
    if len(data) < 60 or not 32 <= first < 127:
        raise ProtocolFault("Ce n’est pas le service chargen.")
    return {}


def questions(root_search: bytes) -> dict[str, Question]:
    """What may be asked over UDP, by name of talk. `root_search` is the question of CLDAP."""
    found = (
        Question("snmp", snmp_question(), read_snmp),
        # Control query « read variables », and never monlist, which is itself the attack.
        Question("ntp", bytes.fromhex("160200010000000000000000"), read_ntp),
        Question("ssdp", _SSDP, read_ssdp),
        Question("memcached_udp", b"\0\1\0\0\0\1\0\0version\r\n", read_memcached),
        Question("cldap", root_search, read_cldap),
        Question("chargen", b"\n", read_chargen),
        Question("bacnet", bacnet_question(), read_bacnet),
        Question("knx", knx_question(), read_knx),
        Question("ipmi", ipmi_question(), read_ipmi),
    )
    return {question.service: question for question in found}


async def ask(endpoint: Endpoint, question: Question, dial: Dial) -> Heard:
    """What the answer tells. Raises NotReached (no answer is no proof that nothing is there) and ProtocolFault."""
    data = await dial.ask(endpoint.address, endpoint.port, question.ask, seconds=SECONDS)
    details = dict(question.read(data))
    details["asked_bytes"], details["answered_bytes"] = str(len(question.ask)), str(len(data))
    banner = details.get("description") or details.get("server") or details.get("variables") or ""
    return Heard(question.service, banner=banner, details=details)
