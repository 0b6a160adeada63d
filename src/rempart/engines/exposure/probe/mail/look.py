"""The mail of one domain: its policies in the DNS, the policy of its host, and its servers' greeting."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rempart.engines.exposure.dial import Dial, ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.facts import fact
from rempart.engines.exposure.probe.dns.names import ROOT, to_text, to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.mail.dkim import look_at_dkim
from rempart.engines.exposure.probe.mail.dmarc import look_at_dmarc
from rempart.engines.exposure.probe.mail.smtp import Greeting, compare, greet
from rempart.engines.exposure.probe.mail.spf import look_at_spf
from rempart.engines.exposure.probe.mail.sts import look_at_sts
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import Fact
from rempart.engines.exposure.seen.mail import ExchangerSeen, MailSeen

MOST_SERVERS: Final = 5
_UNSIGNED: Final = "Le nom du serveur de messagerie n’est pas protégé par DNSSEC."


@dataclass(frozen=True, slots=True)
class Ports:
    """Where mail is spoken; tests use others."""

    transfer: int = 25
    client: int = 587
    implicit: int = 465
    https: int = 443


PORTS: Final = Ports()


@dataclass(frozen=True, slots=True)
class _Host:
    """A mail server of the domain, before it is spoken to."""

    name: bytes
    preference: int
    found: Found
    tlsa: Found

    @property
    def address(self) -> str:
        return next((rdata.address(d) for d in self.found.data if len(d) == 4), "")


async def look_at_mail(
    domain: str,
    *,
    resolver: Resolver,
    dial: Dial,
    selectors: Sequence[str] = (),
    trust: ssl.SSLContext | None = None,
    ports: Ports = PORTS,
) -> MailSeen:
    """Look at the mail of one domain. `selectors` are DKIM's, as the establishment gives them; `trust` verifies the
    host of MTA-STS (the system's authorities without it). Never raises on what servers send."""
    ends_at = await resolver.open()
    sent = resolver.exchange.sent
    try:
        name = to_wire(domain)
        domain = to_text(name)
    except ProtocolFault as fault:
        return MailSeen(reach=Reach.BROKEN, reason=str(fault), domain=domain, at=resolver.now())
    exchangers = await _exchangers(name, resolver, ends_at)
    if early := _early(exchangers, domain, resolver.now()):
        return early
    _prepare(name, exchangers, resolver, ends_at)
    hosts = await _hosts(exchangers, resolver, ends_at)
    told = fact(exchangers, _exchanger_text)
    spf = await look_at_spf(domain, resolver, ends_at)
    dmarc = await look_at_dmarc(domain, resolver, ends_at)
    dkim = await look_at_dkim(name, selectors, resolver, ends_at)
    report = await _texts(b"\x05_smtp\x04_tls" + name, "v=TLSRPTv1", resolver, ends_at)
    bimi = await _texts(b"\x07default\x05_bimi" + name, "v=BIMI1", resolver, ends_at)
    sts = await look_at_sts(name, resolver, dial, ends_at, trust, ports.https)
    secure = [exchangers.state, *(host.found.state for host in hosts)]
    return MailSeen(
        reach=Reach.ANSWERED,
        domain=domain,
        at=resolver.now(),
        exchangers=told,
        is_null=told.values == ["0 ."],
        servers=await _servers(hosts, dial, ports),
        spf=spf,
        dkim=dkim,
        dmarc=dmarc,
        sts=sts,
        tls_report=report,
        bimi=bimi,
        has_secure_names=bool(hosts) and all(state is State.SECURE for state in secure),
        queries=resolver.exchange.sent - sent,
    )


async def _exchangers(name: bytes, resolver: Resolver, ends_at: float) -> Found:
    await resolver.beside(name, ends_at)
    return await resolver.find(name, wire.MX, ends_at)


def _early(exchangers: Found, domain: str, at: float) -> MailSeen | None:
    """What ends the look at once: nobody answers, or there is no such domain."""
    if exchangers.reach is not Reach.ANSWERED:
        return MailSeen(reach=exchangers.reach, reason=exchangers.reason, domain=domain, at=at)
    if exchangers.doubt:
        return MailSeen(reach=Reach.BROKEN, reason=exchangers.doubt, domain=domain, at=at)
    if exchangers.denies:
        return MailSeen(reach=Reach.ANSWERED, domain=domain, is_missing=True, at=at)
    return None


def _prepare(name: bytes, exchangers: Found, resolver: Resolver, ends_at: float) -> None:
    """Everything that will be asked of the domain's own servers, sent at once."""
    texts = [
        name,
        b"\x06_dmarc" + name,
        b"\x08_mta-sts" + name,
        b"\x05_smtp\x04_tls" + name,
        b"\x07default\x05_bimi" + name,
        b"\x0a_domainkey" + name,
    ]
    asked = [(text, wire.TXT) for text in texts]
    for data in exchangers.data[:MOST_SERVERS]:
        host = data[2:]
        if host.endswith(name):
            asked.append((host, wire.A))
            if exchangers.state is State.SECURE:
                asked.append((b"\x03_25\x04_tcp" + host, wire.TLSA))
    resolver.ahead(asked, ends_at)


async def _hosts(exchangers: Found, resolver: Resolver, ends_at: float) -> list[_Host]:
    hosts: list[_Host] = []
    for preference, name in sorted(rdata.exchanger(data) for data in exchangers.data):
        if name == ROOT or len(hosts) >= MOST_SERVERS:
            continue
        found = await resolver.find(name, wire.A, ends_at)
        if found.is_absent and found.rcode != wire.NXDOMAIN:
            six = await resolver.find(name, wire.AAAA, ends_at)
            found = six if six.data or not six.is_known else found
        tlsa = Found(name, wire.TLSA, Reach.STOPPED, _UNSIGNED, state=found.state)
        if found.state is State.SECURE:
            # Without DNSSEC at the server's own name, nobody looks at these records (RFC 7672 §2.2).
            tlsa = await resolver.find(b"\x03_25\x04_tcp" + name, wire.TLSA, ends_at)
        hosts.append(_Host(name, preference, found, tlsa))
    return hosts


async def _servers(hosts: list[_Host], dial: Dial, ports: Ports) -> list[ExchangerSeen]:
    """Each server at each port, all at once: the gate holds the budget of each host."""
    if len(hosts) == 1:
        return await _server(hosts[0], dial, ports)
    found = await asyncio.gather(*(_server(host, dial, ports) for host in hosts))
    return [seen for group in found for seen in group]


async def _server(host: _Host, dial: Dial, ports: Ports) -> list[ExchangerSeen]:
    if not host.address:
        reason = host.found.why or (
            "Ce nom ne mène à aucune adresse."
            if host.found.is_absent
            else "Serveur joignable en IPv6 seulement."
        )
        return [_seen(host, ports.transfer, Greeting(Reach.UNREACHABLE, reason))]
    name = to_text(host.name)
    first = await greet(name, host.address, ports.transfer, dial=dial, is_implicit=False)
    seen = [_seen(host, ports.transfer, first)]
    if first.reach in (Reach.OUTSIDE, Reach.STOPPED):
        return seen
    for port, is_implicit in ((ports.client, False), (ports.implicit, True)):
        other = await greet(name, host.address, port, dial=dial, is_implicit=is_implicit)
        if other.reach is not Reach.CLOSED:
            seen.append(_seen(host, port, other))
    return seen


def _seen(host: _Host, port: int, greeting: Greeting) -> ExchangerSeen:
    tlsa = fact(host.tlsa, _tlsa_text)
    dane, why = "", ""
    if tlsa.values and greeting.starttls == "works":
        try:
            records = [rdata.tlsa(data) for data in host.tlsa.data]
            dane, why = compare(records, greeting.certificate)
        except ProtocolFault as fault:
            why = str(fault)
    return ExchangerSeen(
        name=to_text(host.name),
        preference=host.preference,
        address=host.address,
        port=port,
        reach=greeting.reach,
        reason=greeting.reason,
        starttls=greeting.starttls,
        tls_version=greeting.tls_version,
        banner=greeting.banner,
        is_alias=bool(host.found.aliases),
        is_missing=host.found.is_absent,
        tlsa=tlsa,
        tlsa_state=host.tlsa.state.value,
        dane=dane,
        dane_reason=why,
    )


async def _texts(name: bytes, begins: str, resolver: Resolver, ends_at: float) -> Fact:
    texts = fact(await resolver.find(name, wire.TXT, ends_at), rdata.text)
    values = [text for text in texts.values if text.startswith(begins)]
    return Fact(is_known=texts.is_known, values=values, reason=texts.reason)


def _exchanger_text(data: bytes) -> str:
    preference, name = rdata.exchanger(data)
    return f"{preference} {to_text(name)}"


def _tlsa_text(data: bytes) -> str:
    usage, selector, matching, said = rdata.tlsa(data)
    return f"{usage} {selector} {matching} {said[:128]}"
