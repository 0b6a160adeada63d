"""The few words by which a protocol in clear turns to TLS, as dialogues without a network.

SMTP (RFC 3207), IMAP and POP3 (RFC 2595), FTP (RFC 4217), LDAP (RFC 4511 §4.14), RDP (MS-RDPBCGR §2.2.1),
PostgreSQL and MySQL (their protocol documents). Nothing is logged into.
"""

from collections.abc import Callable
from typing import Final

from rempart.engines.exposure.dial import Dialogue, NotOffered, ProtocolFault

MOST_CHATTER: Final = 16384

PORTS: Final = {
    21: "ftp",
    25: "smtp",
    110: "pop3",
    143: "imap",
    389: "ldap",
    587: "smtp",
    2525: "smtp",
    3268: "ldap",
    3306: "mysql",
    3389: "rdp",
    5432: "postgres",
}
"""Ports where TLS comes after words in clear, and the protocol of those words."""

_LDAP_START: Final = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
_RDP_REQUEST: Final = bytes.fromhex("030000130ee000000000000100080003000000")
_POSTGRES_REQUEST: Final = bytes.fromhex("0000000804d2162f")
_MYSQL_TLS: Final = 0x0800
_MYSQL_REQUEST: Final = bytes.fromhex("20000001" + "00aa0f00" + "00000001" + "2d") + bytes(23)


def opening(protocol: str) -> Dialogue[bytes]:
    """Bring the connection to the point where TLS begins, and give what must go before the hello, often nothing.

    Raises ProtocolFault (NotOffered where the server says that it has no TLS), ValueError for an unknown protocol.
    """
    if protocol not in _OPENINGS:
        raise ValueError(f"no such protocol: {protocol}")
    yield from _OPENINGS[protocol]()
    # MySQL answers nothing to its request: the hello follows it at once.
    return _MYSQL_REQUEST if protocol == "mysql" else b""


def _until(to_send: bytes, is_whole: Callable[[bytes], bool]) -> Dialogue[bytes]:
    """Send, then read until the reply is whole. Raises ProtocolFault at a close or past the bound."""
    got = data = yield to_send
    while not is_whole(got):
        if not data:
            raise ProtocolFault("Le serveur a fermé la connexion avant TLS.")
        if len(got) > MOST_CHATTER:
            raise ProtocolFault("Le serveur parle sans fin avant TLS.")
        data = yield b""
        got += data
    return got


def _is_last_line(got: bytes) -> bool:
    """Whether a reply of SMTP or FTP is whole: its last line has a space after the number."""
    if not got.endswith(b"\n"):
        return False
    last = got.rstrip(b"\r\n").rpartition(b"\n")[2]
    return len(last) < 4 or last[3:4] != b"-"


def _is_line(got: bytes) -> bool:
    return got.endswith(b"\n")


def _expect(reply: bytes, begins: bytes, what: str) -> None:
    if not reply.upper().startswith(begins):
        raise ProtocolFault(f"{what} (réponse : « {_shown(reply)} »).")


def _offered(reply: bytes, begins: bytes, what: str) -> None:
    """The same for the question itself: the server understood, or does not know it, and has no TLS to give."""
    if not reply.upper().startswith(begins):
        raise NotOffered(f"{what} (réponse : « {_shown(reply)} »).")


def _shown(reply: bytes) -> str:
    """A reply as text that may be printed anywhere: one line, short, no control character."""
    text = reply[:80].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _smtp() -> Dialogue[None]:
    _expect((yield from _until(b"", _is_last_line)), b"220", "Le serveur de messagerie refuse")
    reply = yield from _until(b"EHLO audit.invalid\r\n", _is_last_line)
    _expect(reply, b"250", "Le serveur de messagerie refuse EHLO")
    if b"STARTTLS" not in reply.upper():
        raise NotOffered("Le serveur de messagerie ne propose pas STARTTLS.")
    reply = yield from _until(b"STARTTLS\r\n", _is_last_line)
    _expect(reply, b"220", "Le serveur de messagerie refuse STARTTLS")


def _imap() -> Dialogue[None]:
    _expect((yield from _until(b"", _is_line)), b"* OK", "Le serveur IMAP refuse")

    def is_answered(got: bytes) -> bool:
        return got.endswith(b"\n") and any(line[:3] == b"a1 " for line in got.splitlines())

    reply = yield from _until(b"a1 STARTTLS\r\n", is_answered)
    last = next(line for line in reply.splitlines() if line[:3] == b"a1 ")
    _offered(last, b"A1 OK", "Le serveur IMAP refuse STARTTLS")


def _pop3() -> Dialogue[None]:
    _expect((yield from _until(b"", _is_line)), b"+OK", "Le serveur POP3 refuse")
    reply = yield from _until(b"STLS\r\n", _is_line)
    _offered(reply, b"+OK", "Le serveur POP3 refuse STLS")


def _ftp() -> Dialogue[None]:
    _expect((yield from _until(b"", _is_last_line)), b"220", "Le serveur FTP refuse")
    reply = yield from _until(b"AUTH TLS\r\n", _is_last_line)
    _offered(reply, b"234", "Le serveur FTP refuse AUTH TLS")


def _ldap() -> Dialogue[None]:
    reply = yield from _until(_LDAP_START, lambda got: len(got) >= 2 and len(got) >= got[1] + 2)
    # ExtendedResponse is [APPLICATION 24]; its first element is resultCode, an enumerated of one byte.
    at = reply.find(b"\x0a\x01")
    if b"\x78" not in reply[:12] or at < 0:
        raise ProtocolFault("La réponse à StartTLS n’est pas celle d’un annuaire LDAP.")
    if reply[at + 2 : at + 3] != b"\x00":
        raise NotOffered("Le serveur LDAP refuse StartTLS.")


def _rdp() -> Dialogue[None]:
    def is_whole(got: bytes) -> bool:
        return len(got) >= 4 and len(got) >= int.from_bytes(got[2:4])

    reply = yield from _until(_RDP_REQUEST, is_whole)
    if reply[:1] != b"\x03" or len(reply) < 11 or reply[5] != 0xD0:
        raise ProtocolFault("La réponse n’est pas celle d’un bureau à distance.")
    if len(reply) < 19 or reply[11] != 2:
        raise NotOffered("Le bureau à distance refuse TLS.")
    if not int.from_bytes(reply[15:19], "little") & 0x3:
        raise NotOffered("Le bureau à distance garde son ancien chiffrement, sans TLS.")


def _postgres() -> Dialogue[None]:
    reply = yield from _until(_POSTGRES_REQUEST, lambda got: len(got) >= 1)
    if reply[:1] not in {b"S", b"N", b"E"}:
        raise ProtocolFault("La réponse n’est pas celle d’un serveur PostgreSQL.")
    if reply[:1] != b"S":
        raise NotOffered("Le serveur PostgreSQL ne propose pas TLS.")


def _mysql() -> Dialogue[None]:
    def is_whole(got: bytes) -> bool:
        return len(got) >= 4 and len(got) >= int.from_bytes(got[:3], "little") + 4

    greeting = yield from _until(b"", is_whole)
    end = greeting.find(b"\x00", 5)
    flags = greeting[end + 14 : end + 16]
    if greeting[4:5] != b"\x0a" or end < 0 or len(flags) < 2:
        raise ProtocolFault("L’accueil du serveur MySQL est mal formé, ou il refuse cette adresse.")
    if not int.from_bytes(flags, "little") & _MYSQL_TLS:
        raise NotOffered("Le serveur MySQL ne propose pas TLS.")


_OPENINGS: Final[dict[str, Callable[[], Dialogue[None]]]] = {
    "smtp": _smtp,
    "imap": _imap,
    "pop3": _pop3,
    "ftp": _ftp,
    "ldap": _ldap,
    "rdp": _rdp,
    "postgres": _postgres,
    "mysql": _mysql,
}
