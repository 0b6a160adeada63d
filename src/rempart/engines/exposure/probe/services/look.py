"""One look at one port: the exchange that its number calls for, else the words that it says first."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import cache
from typing import Final

from rempart.content.fingerprints import ExposurePort, exposure_ports
from rempart.engines.exposure.dial import Dial, NotReached, ProtocolFault
from rempart.engines.exposure.probe.http.marks import from_banner, named
from rempart.engines.exposure.probe.http.session import any_tls
from rempart.engines.exposure.probe.services import (
    databases,
    datagrams,
    greetings,
    industrial,
    java,
    mailboxes,
    medical,
    remote_calls,
    web,
    windows,
)
from rempart.engines.exposure.probe.services.talk import Heard, Talk, overheard, plain
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.services import ServiceSeen

LISTEN_SECONDS: Final = 2.5  # a service that speaks first has spoken by then
TALK_SECONDS: Final = 6.0
MOST_BYTES: Final = 262144

TALKS: Final[dict[str, tuple[Callable[[], Talk], ...]]] = {
    "ssh": (greetings.ssh,),
    "ftp": (greetings.ftp,),
    "telnet": (greetings.telnet,),
    "vnc": (greetings.vnc,),
    "rsync": (greetings.rsync,),
    "vmware_auth": (greetings.vmware_auth,),
    "smtp": (mailboxes.smtp,),
    "imap": (mailboxes.imap,),
    "pop3": (mailboxes.pop3,),
    "rdp": (windows.rdp,),
    "smb": (windows.smb2, windows.smb1),
    "ldap": (windows.ldap,),
    "mysql": (databases.mysql,),
    "postgresql": (databases.postgres,),
    "mssql": (databases.mssql,),
    "oracle": (databases.oracle,),
    "redis": (databases.redis,),
    "memcached": (databases.memcached,),
    "mongodb": (databases.mongodb,),
    "mqtt": (databases.mqtt,),
    "dicom": (medical.dicom,),
    "modbus": (industrial.modbus,),
    "s7": (industrial.s7,),
    "niagara": (industrial.niagara,),
    "rpcbind": (remote_calls.rpcbind,),
    "nfs": (remote_calls.nfs,),
    "libvirt": (remote_calls.libvirt,),
    "ajp": (java.ajp,),
}
"""Exchanges by name, each over a connection of its own; what they tell is put together."""

_OWN_PRODUCTS: Final = {
    "mssql": "mssql",
    "postgresql": "postgresql",
    "oracle": "oracle_database",
    "mongodb": "mongodb",
    "redis": "redis",
    "libvirt": "libvirt",
}


_SPEAK_FIRST: Final = frozenset(
    {"ssh", "ftp", "vnc", "rsync", "vmware_auth", "smtp", "imap", "pop3"}
)
_MAIL: Final = frozenset({"smtp", "imap", "pop3"})
_WAITED_FOR: Final = _SPEAK_FIRST | {"mysql"}


@cache
def _by_port() -> dict[tuple[str, int], ExposurePort]:
    return {(port.transport, port.port): port for port in exposure_ports()}


async def look_at_service(endpoint: Endpoint, *, dial: Dial, talk: str = "") -> ServiceSeen:
    """Who answers on a port. Never raises on what a target sends: `reach` and `reason` say how far it went.

    `talk` names the exchange (a key of TALKS…) where it is known, "" to take the one that the number calls for.

    Nothing is written, no account is tried. A port that is open and says nothing is ANSWERED with no service, except
    where the exchange of its number was expected: then it is SILENT, with the reason.
    """
    known = _by_port().get((endpoint.transport, endpoint.port))
    name = talk or (known.talk if known else "listen")
    try:
        async with asyncio.timeout(3 * dial.seconds):
            heard = await _heard(endpoint, name, dial)
    except NotReached as fault:
        return ServiceSeen(endpoint=endpoint, reach=fault.reach, reason=fault.reason)
    except TimeoutError:
        reason = "Le service répond trop lentement : l’examen a été arrêté."
        return ServiceSeen(endpoint=endpoint, reach=Reach.SILENT, reason=reason)
    except ProtocolFault as fault:
        return ServiceSeen(endpoint=endpoint, reach=Reach.BROKEN, reason=str(fault))
    products = list(heard.products) or from_banner(heard.banner, heard.service)
    version = heard.details.get("version", "")
    if not products and heard.service in _OWN_PRODUCTS:
        products = [named(_OWN_PRODUCTS[heard.service], version=version, proof=heard.banner)]
    return ServiceSeen(
        endpoint=endpoint,
        reach=Reach.ANSWERED,
        service=heard.service,
        banner=heard.banner[:400],
        products=products,
        details={key: value[:400] for key, value in heard.details.items() if value},
    )


async def _heard(endpoint: Endpoint, name: str, dial: Dial) -> Heard:
    """What the exchange `name` tells; when another service answers, what that one says."""
    if endpoint.transport == "udp":
        asked = datagrams.questions(windows.root_search()).get(name)
        if asked is None:
            raise ProtocolFault("Aucune question connue pour ce port UDP.")
        return await datagrams.ask(endpoint, asked, dial)
    if name == "connect":
        return await _connected(endpoint, dial)
    if name == "listen":
        return await _listened(endpoint, dial)
    if name == "mllp":
        return await _silent_mllp(endpoint, dial)
    said = bytearray()
    try:
        if name == "ldaps":
            return await _over_tls(endpoint, windows.ldap, dial)
        if name in web.INTERFACES:
            return await web.talk(endpoint, name, dial)
        return await _converse(endpoint, TALKS[name], dial, said)
    except NotReached as fault:
        # A server that says its name and no more is named all the same.
        if name in _WAITED_FOR and fault.reach is Reach.SILENT:
            heard = await _silent(endpoint, name, dial)
        elif fault.reach is Reach.BROKEN:
            heard = await _another(endpoint, bytes(said), dial)
        else:
            raise
        if not heard.service:
            raise
        return heard
    except ProtocolFault as fault:
        heard = await _another(endpoint, bytes(said), dial)
        if heard.service:
            return heard
        return Heard("", banner=heard.banner, details={"unexpected": str(fault)})


async def _silent(endpoint: Endpoint, name: str, dial: Dial) -> Heard:
    """Who is silent where the first word is the server’s: one that said its name and no more, else a web site, which waits
    for its question. Mail is not asked: to speak before its greeting is what those who send spam do."""
    heard = await _listened(endpoint, dial) if name in _SPEAK_FIRST else Heard("")
    if heard.service or heard.banner or name in _MAIL:
        return heard
    with contextlib.suppress(NotReached, TimeoutError):
        async with asyncio.timeout(LISTEN_SECONDS):
            return await web.site(endpoint, dial)
    return heard


async def _another(endpoint: Endpoint, said: bytes, dial: Dial) -> Heard:
    """The service that is there in the place of the one expected: by what it answered, else by its first words."""
    if service := greetings.kind_of(said):
        return await _named(endpoint, service, said, dial)
    return await _listened(endpoint, dial)


async def _named(endpoint: Endpoint, service: str, said: bytes, dial: Dial) -> Heard:
    """A service known by its words, wherever it is: asked what is asked of it on its usual port."""
    heard = Heard(service, banner=plain(said))
    if service in _SPEAK_FIRST:
        with contextlib.suppress(NotReached, ProtocolFault):
            return await _converse(endpoint, TALKS[service], dial)
    return heard


async def _converse(
    endpoint: Endpoint,
    talks: tuple[Callable[[], Talk], ...],
    dial: Dial,
    said: bytearray | None = None,
) -> Heard:
    """The exchanges of one service put together: one that succeeds is enough. `said` gathers what the peer sends."""
    service, banner = "", ""
    details: dict[str, str] = {}
    fault: ProtocolFault | None = None
    for talk in talks:
        try:
            heard = await dial.converse(
                endpoint.address,
                endpoint.port,
                talk() if said is None else overheard(talk(), said),
                seconds=min(TALK_SECONDS, dial.seconds),
                most_bytes=MOST_BYTES,
            )
        except ProtocolFault as found:
            fault = found
            continue
        service, banner = heard.service, banner or heard.banner
        details |= heard.details
    if fault is not None and not service:
        raise fault
    return Heard(service, banner=banner, details=details)


async def _connected(endpoint: Endpoint, dial: Dial) -> Heard:
    """A port to which nothing is said: what speaks there by itself, else its usual service, as far as its number tells.

    A web site waits for its question, and is looked at afterwards: its port is not listened to.
    """
    known = _by_port().get((endpoint.transport, endpoint.port))
    usual = Heard(known.service if known else "", details={"proof": "port"})
    if known is not None and (known.is_web or known.is_tls):
        async with await dial.open(endpoint.address, endpoint.port):
            return usual
    try:
        heard = await _listened(endpoint, dial)
    except NotReached as fault:
        if fault.reach is not Reach.BROKEN:
            raise
        return usual  # it accepted, then closed: that is how far its number tells
    return heard if heard.service or heard.banner else usual


async def _first_words(endpoint: Endpoint, dial: Dial) -> bytes | None:
    """What is said before anything is asked, None when nothing comes; the connection itself must be accepted."""
    seconds = min(LISTEN_SECONDS, dial.seconds)
    link = await dial.open(endpoint.address, endpoint.port, seconds=seconds, most_bytes=MOST_BYTES)
    async with link:
        try:
            return await link.receive(4096)
        except NotReached as fault:
            if fault.reach is Reach.SILENT:
                return None
            raise


async def _listened(endpoint: Endpoint, dial: Dial) -> Heard:
    data = await _first_words(endpoint, dial)
    if not data:
        return Heard("", details={"proof": "port"})
    if service := greetings.kind_of(data):
        return await _named(endpoint, service, data, dial)
    return Heard("", banner=plain(data))


async def _silent_mllp(endpoint: Endpoint, dial: Dial) -> Heard:
    """An HL7 listener waits for a message and says nothing: that silence is all that can be asked of it safely."""
    data = await _first_words(endpoint, dial)
    if data is None:
        return Heard("mllp", details={"proof": "silence"})
    if data[:1] == b"\x0b":
        return Heard("mllp", details={"proof": "frame"})
    if service := greetings.kind_of(data):
        return await _named(endpoint, service, data, dial)
    return Heard("", banner=plain(data), details={"proof": "port"})


async def _over_tls(endpoint: Endpoint, talk: Callable[[], Talk], dial: Dial) -> Heard:
    """A dialogue inside TLS."""
    seconds = min(TALK_SECONDS, dial.seconds)
    link = await dial.open(endpoint.address, endpoint.port, seconds=seconds, most_bytes=MOST_BYTES)
    async with link:
        await link.start_tls(any_tls(), endpoint.name)
        dialogue = talk()
        try:
            to_send = next(dialogue)
            while True:
                if to_send:
                    await link.send(to_send)
                to_send = dialogue.send(await link.receive())
        except StopIteration as end:
            heard: Heard = end.value
            return heard
        finally:
            dialogue.close()
