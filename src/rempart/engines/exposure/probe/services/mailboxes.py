"""Mail: whether a server asks for a password before the connection is encrypted (SMTP, IMAP, POP3). None is given.

What is told before TLS is asked for: EHLO (RFC 5321, RFC 4954), CAPABILITY (RFC 9051), CAPA (RFC 2449).
"""

import re
from collections.abc import Iterable
from typing import Final

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import MOST_LINES, Feed, Heard, Talk, plain

_LEGIBLE: Final = frozenset({"PLAIN", "LOGIN"})
"""Ways to identify oneself that send the password itself; the others prove that it is known, or send a ticket."""


def smtp() -> Talk:
    """What a server offers to a client that has not turned to TLS."""
    feed = Feed()
    first = yield from feed.reply()
    if not first.startswith((b"220", b"421", b"554")):
        raise ProtocolFault(f"Ce n’est pas du SMTP : {plain(first, 60)}")
    if not first.startswith(b"220"):
        return Heard("smtp", banner=plain(first))
    offered = (yield from feed.reply(b"EHLO audit.invalid\r\n")).upper()
    details = {}
    if not offered.startswith(b"250") and b"SMTP" not in first.upper():
        raise ProtocolFault(f"Ce n’est pas du SMTP : {plain(first, 60)}")
    if offered.startswith(b"250"):
        ways = re.search(rb"^250[ -]AUTH[ =]([^\r\n]*)", offered, re.MULTILINE)
        details = _told(
            has_tls=re.search(rb"^250[ -]STARTTLS", offered, re.MULTILINE) is not None,
            ways=plain(ways[1], 400).split() if ways else [],
        )
    return Heard("smtp", banner=plain(first), details=details)


def imap() -> Talk:
    """What a server of mailboxes offers before TLS: the LOGIN command is there unless it says that it is not."""
    feed = Feed()
    first = yield from feed.line()
    if not first.startswith((b"* OK", b"* PREAUTH", b"* BYE")):
        raise ProtocolFault(f"Ce n’est pas de l’IMAP : {plain(first, 60)}")
    if not first.startswith(b"* OK"):
        return Heard("imap", banner=plain(first))
    offered, to_send = b"", b"a1 CAPABILITY\r\n"
    for _ in range(MOST_LINES):
        line = (yield from feed.line(to_send, most=4096)).upper()
        to_send = b""
        if line.startswith(b"* CAPABILITY"):
            offered = line
        if feed.is_over or line.startswith(b"A1 "):
            break
    words = plain(offered, 4000).split()
    details = {}
    if words:
        ways = [word[5:] for word in words if word.startswith("AUTH=")]
        is_login = "LOGINDISABLED" not in words
        details = _told(has_tls="STARTTLS" in words, ways=[*ways, *(["LOGIN"] if is_login else [])])
    return Heard("imap", banner=plain(first), details=details)


def pop3() -> Talk:
    """What a server of mailboxes offers before TLS; an old one does not say."""
    feed = Feed()
    first = yield from feed.line()
    if not first.startswith((b"+OK", b"-ERR")):
        raise ProtocolFault(f"Ce n’est pas du POP3 : {plain(first, 60)}")
    if first.startswith(b"-ERR"):
        return Heard("pop3", banner=plain(first))
    line = (yield from feed.line(b"CAPA\r\n")).upper()
    details = {}
    if line.startswith(b"+OK"):
        offered: list[str] = []
        for _ in range(MOST_LINES):
            line = (yield from feed.line()).upper()
            if feed.is_over or line == b".":
                break
            offered.append(plain(line, 400))
        ways = [way for line in offered if line.startswith("SASL ") for way in line.split()[1:]]
        user = ["LOGIN"] if any(line.split()[:1] == ["USER"] for line in offered) else []
        details = _told(has_tls="STLS" in offered, ways=[*ways, *user])
    return Heard("pop3", banner=plain(first), details=details)


def _told(*, has_tls: bool, ways: Iterable[str]) -> dict[str, str]:
    legible = sorted(_LEGIBLE & set(ways))
    return {
        "tls": "yes" if has_tls else "no",
        "clear_password": "yes" if legible else "no",
        "auth": " ".join(sorted(set(ways))),
    }
