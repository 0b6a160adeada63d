"""MTA-STS: the policy that tells other servers to refuse a connection without TLS (RFC 8461)."""

import ssl
from functools import cache
from typing import Final

from msgspec import structs

from rempart.engines.exposure.dial import Dial, Link, NotReached, ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.facts import fact
from rempart.engines.exposure.probe.dns.names import to_text, to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import Fact
from rempart.engines.exposure.seen.mail import StsSeen

MOST_BYTES: Final = 64 * 1024 + 8192
MODES: Final = ("enforce", "testing", "none")


def read_policy(text: str) -> StsSeen:
    """A policy file; what is wrong in it in `faults`, French."""
    values: dict[str, list[str]] = {}
    faults = []
    for line in text.splitlines()[:200]:
        name, colon, value = line.partition(":")
        if colon:
            values.setdefault(name.strip().lower(), []).append(value.strip())
        elif line.strip():
            faults.append(f"La ligne « {line.strip()[:60]} » ne se lit pas.")
    if values.get("version") != ["STSv1"]:
        faults.append("La version « STSv1 » manque.")
    mode = values.get("mode", [""])[0].lower()
    if mode not in MODES:
        faults.append("Le mode n’est ni « enforce », ni « testing », ni « none ».")
    age = values.get("max_age", [""])[0]
    if not (age.isascii() and age.isdigit() and len(age) <= 10):
        faults.append("La durée « max_age » ne se lit pas.")
        age = "0"
    hosts = [host.lower()[:255] for host in values.get("mx", [])[:50]]
    if not hosts and mode != "none":
        faults.append("Aucun serveur « mx » n’est nommé.")
    return StsSeen(
        mode=mode if mode in MODES else "", max_age=int(age), hosts=hosts, faults=faults[:10]
    )


def read_response(data: bytes) -> tuple[int, str, str]:
    """The status, the media type ("" when it is not told) and the body of a whole HTTP/1.1 response. Raises
    ProtocolFault."""
    head, blank, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    parts = lines[0].split(None, 2)
    if not blank or len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
        raise ProtocolFault("La réponse n’est pas de l’HTTP.")
    fields = {
        n.strip().lower(): v.strip() for n, _, v in (line.partition(b":") for line in lines[1:])
    }
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        body = _chunks(body)
    elif fields.get(b"content-length", b"").isdigit():
        body = body[: int(fields[b"content-length"][:12])]
    media = fields.get(b"content-type", b"").split(b";")[0].strip().lower()
    return int(parts[1][:3]), media.decode("ascii", "replace"), body.decode("utf-8", "replace")


def _chunks(data: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while True:
        end = data.find(b"\r\n", at)
        try:
            size = int(data[at:end].split(b";")[0], 16)
        except ValueError as fault:
            raise ProtocolFault("La réponse HTTP est mal découpée.") from fault
        if end < 0 or size < 0:
            raise ProtocolFault("La réponse HTTP est mal découpée.")
        if not size:
            return b"".join(parts)
        parts.append(data[end + 2 : end + 2 + size])
        at = end + 4 + size


@cache
def _authorities() -> ssl.SSLContext:
    return ssl.create_default_context()


async def look_at_sts(
    domain: bytes,
    resolver: Resolver,
    dial: Dial,
    ends_at: float,
    trust: ssl.SSLContext | None,
    port: int,
) -> StsSeen:
    """The record, and when there is one the policy, fetched without following any redirection (RFC 8461 §3.3)."""
    texts = fact(await resolver.find(b"\x08_mta-sts" + domain, wire.TXT, ends_at), rdata.text)
    records = [text for text in texts.values if text.startswith("v=STSv1")]
    record = Fact(is_known=texts.is_known, values=records, reason=texts.reason)
    if len(records) != 1:
        return StsSeen(record=record)
    host = f"mta-sts.{to_text(domain)}"
    found = await resolver.find(to_wire(host), wire.A, ends_at)
    addresses = fact(found, rdata.address)
    if not addresses.is_known:
        return StsSeen(record=record, policy_reach=Reach.SILENT, policy_reason=addresses.reason)
    if not addresses.values:
        return StsSeen(
            record=record,
            policy_reach=Reach.ANSWERED,
            faults=[f"Le nom {host} ne mène à aucune adresse."],
        )
    try:
        status, media, text = await _fetch(
            host, addresses.values[0], dial, trust or _authorities(), port
        )
    except NotReached as fault:
        if isinstance(fault.__cause__, ssl.SSLCertVerificationError):
            return StsSeen(
                record=record,
                policy_reach=Reach.ANSWERED,
                faults=[f"Le certificat de {host} n’est pas valable."],
            )
        return StsSeen(record=record, policy_reach=fault.reach, policy_reason=fault.reason)
    except ProtocolFault as fault:
        return StsSeen(record=record, policy_reach=Reach.BROKEN, policy_reason=str(fault))
    return _told(record, status, media, text)


def _told(record: Fact, status: int, media: str, text: str) -> StsSeen:
    """What the host answered."""
    if status != 200:
        said = f"Le fichier de politique répond par le code {status}."
        if 300 <= status < 400:
            said = f"{said[:-1]}, et personne ne suit une redirection."
        return StsSeen(record=record, policy_reach=Reach.ANSWERED, faults=[said])
    policy = read_policy(text)
    faults = policy.faults
    if media not in ("", "text/plain"):
        faults = [
            *faults,
            f"Le fichier est servi comme « {media[:60]} » au lieu de « text/plain ».",
        ]
    return structs.replace(policy, record=record, policy_reach=Reach.ANSWERED, faults=faults)


async def _fetch(
    host: str, address: str, dial: Dial, trust: ssl.SSLContext, port: int
) -> tuple[int, str, str]:
    request = (
        f"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: {host}\r\nUser-Agent: rempart\r\n"
        "Accept: text/plain\r\nConnection: close\r\n\r\n"
    )
    async with await dial.open(address, port, most_bytes=MOST_BYTES) as link:
        await link.start_tls(trust, host)
        await link.send(request.encode("ascii"))
        return read_response(await _whole(link))


async def _whole(link: Link) -> bytes:
    parts = []
    while data := await link.receive():
        parts.append(data)
    return b"".join(parts)
