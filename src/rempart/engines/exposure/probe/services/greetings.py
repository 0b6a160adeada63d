"""Services that speak first, or in lines: SSH, FTP, telnet, VNC, rsync, VMware, Citrix ICA."""

import re
from typing import Final

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import Feed, Heard, Talk, plain, unpack

OURS: Final = b"SSH-2.0-Rempart_audit\r\n"
_TELNET_COMMANDS: Final = frozenset(range(251, 255))
_VNC_OPEN, _VNC_VERSION = 1, re.compile(rb"^RFB (\d{3})\.(\d{3})\n$")
_KINDS: Final = (
    (re.compile(rb"^SSH-\d"), "ssh"),
    (re.compile(rb"^RFB \d{3}\.\d{3}"), "vnc"),
    (re.compile(rb"^220[ -].*(FTP|FileZilla)", re.IGNORECASE | re.DOTALL), "ftp"),
    (re.compile(rb"^220[ -].*SMTP", re.IGNORECASE | re.DOTALL), "smtp"),
    (re.compile(rb"^220[ -]VMware Authentication Daemon"), "vmware_auth"),
    (re.compile(rb"^\+OK"), "pop3"),
    (re.compile(rb"^\x15\x03[\x00-\x04]\x00\x02"), "tls"),
    (re.compile(rb"^\* (OK|PREAUTH)"), "imap"),
    (re.compile(rb"^@RSYNCD:"), "rsync"),
    (re.compile(rb"^\xff[\xfb-\xfe]"), "telnet"),
    (re.compile(rb"^\x7f\x7fICA"), "ica"),
    (re.compile(rb"^HTTP/1\.[01] \d{3}"), "http"),
    (re.compile(rb"^.\x00\x00[\x00\x01](\x0a|\xff)", re.DOTALL), "mysql"),
)


def kind_of(data: bytes) -> str:
    """The service whose first words these are, "" when none is known."""
    return next((name for pattern, name in _KINDS if pattern.search(data[:1024])), "")


def ssh() -> Talk:
    """The version and the algorithms that a server offers before any key is exchanged."""
    feed = Feed()
    banner = b""
    for _ in range(20):  # lines that a server may say before its version
        banner = yield from feed.line()
        if banner.startswith(b"SSH-") or feed.is_over:
            break
    if not banner.startswith(b"SSH-"):
        raise ProtocolFault(f"Ce n’est pas du SSH : {plain(banner, 60)}")
    details = {}
    try:
        (size,) = unpack(">I", (yield from feed.exactly(4, OURS)))
        if size > 35000:
            raise ProtocolFault("Paquet SSH plus long que le protocole ne le permet.")
        details = read_kexinit((yield from feed.exactly(size)))
    except ProtocolFault as fault:
        details["algorithms_reason"] = str(fault)
    details["protocol"] = plain(banner.split(b"-")[1] if banner.count(b"-") else b"", 10)
    return Heard("ssh", banner=plain(banner), details=details)


def read_kexinit(packet: bytes) -> dict[str, str]:
    """The lists of algorithms of an SSH_MSG_KEXINIT packet, comma-separated. Raises ProtocolFault."""
    padding, kind = unpack(">BB", packet)
    if kind != 20:
        raise ProtocolFault("Le serveur SSH n’annonce pas ses algorithmes.")
    end, place, lists = len(packet) - padding, 18, []
    for _ in range(6):
        (size,) = unpack(">I", packet, place)
        if place + 4 + size > end:
            raise ProtocolFault("Liste d’algorithmes SSH plus longue que son paquet.")
        lists.append(plain(packet[place + 4 : place + 4 + size], 2000))
        place += 4 + size
    return {"kex": lists[0], "host_keys": lists[1], "ciphers": lists[3], "macs": lists[5]}


def ftp() -> Talk:
    """The banner, and what FEAT says of TLS: asked before any login, as the protocol allows."""
    feed = Feed()
    first = yield from feed.reply()
    if not first.startswith(b"220"):
        raise ProtocolFault(f"Ce n’est pas du FTP : {plain(first, 60)}")
    features = yield from feed.reply(b"FEAT\r\n")
    has_tls = b"AUTH TLS" in features.upper() or b"AUTH SSL" in features.upper()
    known = features[:3] in {b"211", b"500", b"502"}
    details = {"tls": ("yes" if has_tls else "no") if known else "unknown"}
    return Heard("ftp", banner=plain(first), details=details)


def telnet() -> Talk:
    """The options that a server negotiates, and its first words. Nothing is answered."""
    feed = Feed()
    if not (yield from feed.more()):
        raise ProtocolFault("Le serveur a fermé la connexion sans rien dire.")
    data = feed.all()
    has_options = data[0] == 255 and len(data) >= 3 and data[1] in _TELNET_COMMANDS
    says_login = re.search(rb"login|password|username|utilisateur|passe", data, re.IGNORECASE)
    if not has_options and not says_login:
        raise ProtocolFault(f"Ce n’est pas du telnet : {plain(data, 60)}")
    words = re.sub(rb"\xff[\xfb-\xfe].|\xff\xfa.*?\xff\xf0", b"", data, flags=re.DOTALL)
    return Heard("telnet", banner=plain(words))


def vnc() -> Talk:
    """The version and the kinds of security of a VNC server; none is chosen."""
    feed = Feed()
    said = yield from feed.exactly(12)
    version = _VNC_VERSION.match(said)
    if version is None:
        raise ProtocolFault(f"Ce n’est pas du VNC : {plain(said, 60)}")
    details = {"protocol": f"{int(version[1])}.{int(version[2])}"}
    if (int(version[1]), int(version[2])) < (3, 7):
        kind = (yield from feed.exactly(4, said))[3]
        kinds = {kind} if kind else set()
    else:
        (count,) = yield from feed.exactly(1, b"RFB 003.008\n")
        kinds = set((yield from feed.exactly(count))) if count else set()
    if kinds:
        details["security"] = ",".join(str(k) for k in sorted(kinds))
        details["open"] = "yes" if _VNC_OPEN in kinds else "no"
    return Heard("vnc", banner=plain(said), details=details)


def rsync() -> Talk:
    """The version that an rsync server announces; its modules are not asked for."""
    feed = Feed()
    line = yield from feed.line()
    if not line.startswith(b"@RSYNCD:"):
        raise ProtocolFault(f"Ce n’est pas du rsync : {plain(line, 60)}")
    return Heard("rsync", banner=plain(line))


def vmware_auth() -> Talk:
    """The banner of the console service of an ESXi host."""
    feed = Feed()
    line = yield from feed.line()
    if b"VMware Authentication Daemon" not in line:
        raise ProtocolFault(f"Ce n’est pas le service attendu : {plain(line, 60)}")
    return Heard("vmware_auth", banner=plain(line))
