"""The greeting of a mail server, and whether it goes over to TLS: nothing is sent, nobody is named (RFC 3207)."""

import hashlib
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rempart.engines.exposure.dial import Dial, Link, NotReached, ProtocolFault
from rempart.engines.exposure.probe.tls.certificates import parse
from rempart.engines.exposure.seen.common import Reach

MOST_BYTES: Final = 64 * 1024
MOST_LINES: Final = 64
MOST_LINE: Final = 2048
# What we call ourselves: a name that no one can have (RFC 2606), as we have none on the internet.
HELLO: Final = "rempart.invalid"


@dataclass(frozen=True, slots=True)
class Greeting:
    """`starttls`: works, fails, absent, implicit, "" unknown. `certificate` is DER, the server's own."""

    reach: Reach
    reason: str = ""
    banner: str = ""
    starttls: str = ""
    tls_version: str = ""
    certificate: bytes = b""


def read_reply(data: bytes) -> tuple[int, list[str], int] | None:
    """The code, the lines and the size of the first whole reply, or None when more must come. Raises ProtocolFault."""
    lines: list[str] = []
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        line = data[at:end].rstrip(b"\r")
        at = end + 1
        if len(line) < 3 or not line[:3].isdigit() or line[3:4] not in (b"", b" ", b"-"):
            raise ProtocolFault("Le serveur ne parle pas SMTP.")
        lines.append(line[4:200].decode("ascii", "replace"))
        if line[3:4] != b"-":
            return int(line[:3]), lines, at
        if len(lines) > MOST_LINES:
            raise ProtocolFault("Réponse SMTP sans fin.")
    if len(data) - at > MOST_LINE:
        raise ProtocolFault("Ligne SMTP sans fin.")
    return None


@cache
def any_server() -> ssl.SSLContext:
    """A context that accepts any certificate and any version: we look, others judge."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def greet(name: str, address: str, port: int, *, dial: Dial, is_implicit: bool) -> Greeting:
    """Read the greeting, ask for TLS, and leave. Never raises on what the server sends."""
    try:
        async with await dial.open(address, port, most_bytes=MOST_BYTES) as link:
            if is_implicit:
                return await _implicit(link, name)
            return await _explicit(link, name)
    except NotReached as fault:
        return Greeting(fault.reach, fault.reason)
    except ProtocolFault as fault:
        return Greeting(Reach.BROKEN, str(fault))


async def _implicit(link: Link, name: str) -> Greeting:
    session = await link.start_tls(any_server(), name)
    code, lines = await _reply(link, bytearray())
    if code != 220:
        return Greeting(Reach.BROKEN, f"Le serveur accueille par le code {code}.")
    return _secured("implicit", lines[0], session)


async def _explicit(link: Link, name: str) -> Greeting:
    kept = bytearray()
    code, lines = await _reply(link, kept)
    if code != 220:
        # 4xx and 5xx at the door: it does not want to speak to us, and that says nothing of TLS.
        return Greeting(Reach.BROKEN, f"Le serveur refuse de nous parler (code {code}).")
    banner = lines[0]
    await link.send(f"EHLO {HELLO}\r\n".encode("ascii"))
    code, lines = await _reply(link, kept)
    if code >= 400:
        return Greeting(Reach.BROKEN, f"Le serveur refuse notre salut (code {code}).", banner)
    if not any(line.split(" ")[0].upper() == "STARTTLS" for line in lines):
        return Greeting(Reach.ANSWERED, "", banner, "absent")
    await link.send(b"STARTTLS\r\n")
    code, _ = await _reply(link, kept)
    if code != 220:
        why = f"STARTTLS proposé, puis refusé (code {code})."
        return Greeting(Reach.ANSWERED, why, banner, "fails")
    # What comes in clear before TLS could pass for what comes under it (CVE-2011-0411): none of it is kept.
    injected = bytes(kept) + await link.at_once()
    if injected:
        return Greeting(Reach.ANSWERED, _injected(injected), banner, "fails")
    try:
        session = await link.start_tls(any_server(), name)
    except NotReached as fault:
        if fault.reach is not Reach.BROKEN:
            raise
        return Greeting(Reach.ANSWERED, fault.reason, banner, "fails")
    return _secured("works", banner, session)


def _injected(data: bytes) -> str:
    shown = "".join(c for c in data[:60].decode("ascii", "replace").strip() if c.isprintable())
    return (
        f"Des données en clair suivent la réponse à STARTTLS (« {shown} ») : elles sont écartées, et TLS n’est pas "
        "commencé sur un échange où quelqu’un peut glisser des ordres."
    )


def _secured(state: str, banner: str, session: ssl.SSLObject | None) -> Greeting:
    version = (session.version() if session else "") or ""
    certificate = (session.getpeercert(binary_form=True) if session else b"") or b""
    return Greeting(Reach.ANSWERED, "", banner, state, version, certificate)


async def _reply(link: Link, kept: bytearray) -> tuple[int, list[str]]:
    """One reply; what came after it stays in `kept`."""
    while True:
        found = read_reply(bytes(kept))
        if found is not None:
            code, lines, size = found
            del kept[:size]
            return code, lines
        data = await link.receive()
        if not data:
            raise NotReached(
                Reach.BROKEN, "Le serveur a fermé la connexion au milieu d’une réponse."
            )
        kept += data


def compare(records: list[tuple[int, int, int, str]], certificate: bytes) -> tuple[str, str]:
    """("matches", "differs" or "", why): the certificate against TLSA records of usage 3 (RFC 7672 §3.1.1)."""
    own = [r for r in records if r[0] == 3]
    if not own:
        return (
            "",
            "Les enregistrements TLSA parlent d’une autorité, que cette sonde ne compare pas.",
        )
    try:
        spki = (
            parse(certificate)
            .public_key()
            .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
    except (ProtocolFault, ValueError, TypeError, UnsupportedAlgorithm) as fault:
        return "", f"Le certificat du serveur ne se lit pas ({type(fault).__name__})."
    for _, selector, matching, said in own:
        data = certificate if selector == 0 else spki
        made = {
            0: data.hex(),
            1: hashlib.sha256(data).hexdigest(),
            2: hashlib.sha512(data).hexdigest(),
        }
        if selector in (0, 1) and made.get(matching) == said:
            return "matches", ""
    if len(own) < len(records):
        return "", "Un enregistrement TLSA parle d’une autorité, que cette sonde ne compare pas."
    return "differs", ""
