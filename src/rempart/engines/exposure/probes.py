"""The real probes, put together for one process of a sweep: one resolver and one trust store for all its looks."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final

from rempart.content.fingerprints import ExposurePort, PortGroup, exposure_ports
from rempart.engines.exposure.dial import Dial, ProtocolFault
from rempart.engines.exposure.look import MAIL_PORTS, Allowed
from rempart.engines.exposure.names import address_of, is_under, special
from rempart.engines.exposure.perimeter import AssetKind, Perimeter, Touch, network_of, normal_value
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.names import to_text, to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.dns.zone import look_at_zone
from rempart.engines.exposure.probe.http import look_at_http
from rempart.engines.exposure.probe.mail.look import look_at_mail
from rempart.engines.exposure.probe.ports import open_ports
from rempart.engines.exposure.probe.services import look_at_service
from rempart.engines.exposure.probe.tls import look_at_tls
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.sweep import Settings

MOST_NAMES: Final = 8  # servers of one kind that a domain may name and be asked about
GROUPS: Final = {
    PortGroup.SERVICES: Touch.SERVICES,
    PortGroup.MEDICAL: Touch.MEDICAL,
    PortGroup.INDUSTRIAL: Touch.INDUSTRIAL,
    PortGroup.AMPLIFICATION: Touch.AMPLIFICATION,
}


def real_probes(settings: Settings) -> "RealProbes":
    """The probes of one process, for `Settings.make_probes`."""
    return RealProbes(settings)


class RealProbes:
    """See `look.Probes`, whose words hold here."""

    def __init__(self, settings: Settings, resolver: Resolver | None = None) -> None:
        self._perimeter = settings.perimeter
        forwarder = next(iter(settings.resolvers or settings.perimeter.resolvers), "")
        self._resolver = resolver or Resolver(
            now=settings.clock(),
            forwarder=forwarder,
            exchange=Exchange(may_ask=_asks(settings.perimeter, forwarder)),
        )
        self._hosts = [
            normal_value(asset)
            for asset in settings.perimeter.assets
            if asset.kind is AssetKind.HOST
        ]

    async def zone(self, domain: str, dial: Dial) -> ZoneSeen:
        """A zone and its servers."""
        names = [name for name in self._hosts if is_under(name, domain)]
        return await look_at_zone(domain, resolver=self._resolver, dial=dial, names=names)

    async def mail(self, domain: str, dial: Dial) -> MailSeen:
        """The mail of a domain."""
        selectors = self._perimeter.dkim_selectors
        return await look_at_mail(domain, resolver=self._resolver, dial=dial, selectors=selectors)

    async def servers(self, domain: str, touch: Touch) -> list[HostSeen]:
        """Where the servers of a zone, or of its mail, lead: what is asked of them needs the gate's word first."""
        names: list[str] = []
        ends_at = await self._resolver.open()
        if touch is Touch.MAIL:
            found = await self._find(domain, wire.MX, ends_at)
            names = [f"mta-sts.{domain}", *_names(found.data, skip=2)]
        else:
            found = await self._find(domain, wire.NS, ends_at)
            names = _names(found.data)
        return list(await asyncio.gather(*(self.host(name) for name in names[:MOST_NAMES])))

    async def host(self, name: str) -> HostSeen:
        """Where a name leads; nothing of the host itself is touched."""
        ends_at = await self._resolver.open()
        four, six = await asyncio.gather(
            self._find(name, wire.A, ends_at), self._find(name, wire.AAAA, ends_at)
        )
        at = self._resolver.now()
        addresses = [str(address_of(a)) for found in (four, six) for a in _addresses(found)]
        chain = list(dict.fromkeys(to_text(n) for f in (four, six) for n in f.aliases))
        if not addresses and not (four.is_known and six.is_known):
            bad = four if not four.is_known else six
            reach = bad.reach if bad.reach is not Reach.ANSWERED else Reach.BROKEN
            return HostSeen(reach=reach, reason=bad.why, name=name, chain=chain, at=at)
        return HostSeen(reach=Reach.ANSWERED, name=name, addresses=addresses, chain=chain, at=at)

    async def reverse(self, address: str) -> list[str]:
        """The names that the reverse zone gives to an address."""
        pointer = address_of(address).reverse_pointer
        found = await self._find(pointer, wire.PTR, await self._resolver.open())
        return sorted(_names(found.data)) if found.is_known else []

    async def ports(
        self, address: str, touch: frozenset[Touch], dial: Dial
    ) -> list[tuple[int, Reach]]:
        """Which ports accept a connection, of those that the rights allow."""
        wanted = [p.port for p in exposure_ports() if p.transport == "tcp" and may_try(p, touch)]
        return await open_ports(address, wanted, dial=dial)

    async def doors(
        self, address: str, ports: Sequence[int], dial: Dial
    ) -> list[tuple[int, Reach]]:
        """Which of these ports accept a connection."""
        return await open_ports(address, ports, dial=dial)

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        """Who answers on a port; by the exchange `talk` where it is not the one that its number calls for."""
        return await look_at_service(endpoint, dial=dial, talk=talk)

    async def tls(self, endpoint: Endpoint, dial: Dial, starttls: str) -> TlsSeen:
        """The TLS of an endpoint."""
        return await look_at_tls(endpoint, dial=dial, starttls=starttls)

    async def http(
        self, endpoint: Endpoint, dial: Dial, is_tls: bool, allowed: Allowed
    ) -> HttpSeen:
        """A web site."""
        return await look_at_http(endpoint, dial=dial, is_tls=is_tls, allowed=allowed)

    def close(self) -> None:
        """Close the sockets of the resolver."""
        self._resolver.close()

    async def _find(self, name: str, kind: int, ends_at: float) -> Found:
        try:
            asked = to_wire(name)
        except ProtocolFault as fault:
            return Found(b"\0", kind, Reach.BROKEN, str(fault))
        return await self._resolver.find(asked, kind, ends_at)


def _asks(perimeter: Perimeter, forwarder: str) -> Callable[[str], bool]:
    """Whether a name server may be asked: it is of the internet, it is the resolver given, or the perimeter writes it.

    A zone names its servers as it likes, and may name what only this machine can reach.
    """
    written = {normal_value(a) for a in perimeter.assets if a.kind is AssetKind.ADDRESS}
    ranges = [network_of(a.value) for a in perimeter.assets if a.kind is AssetKind.RANGE]

    @lru_cache(maxsize=65536)
    def may_ask(address: str) -> bool:
        known = address_of(address)
        if address == forwarder or not special(known) or str(known) in written:
            return True
        return any(known.version == n.version and known in n for n in ranges)

    return may_ask


def may_try(port: ExposurePort, touch: Iterable[Touch]) -> bool:
    """Whether these rights let a port be tried: its own group's, or those of what usually answers there."""
    allowed = frozenset(touch)
    if GROUPS[port.group] in allowed:
        return True
    if port.group is not PortGroup.SERVICES:
        return False
    return (
        (port.is_web and Touch.HTTP in allowed)
        or (port.is_tls and Touch.TLS in allowed)
        or (port.port in MAIL_PORTS and Touch.MAIL in allowed)
    )


def _addresses(found: Found) -> list[str]:
    return [rdata.address(data) for data in found.data] if found.is_known else []


def _names(data: Iterable[bytes], skip: int = 0) -> list[str]:
    """The names that records hold, after `skip` bytes; what is no name is left out."""
    found: list[str] = []
    for record in data:
        try:
            found.append(to_text(record[skip:]))
        except (IndexError, ProtocolFault):
            continue
    return [name for name in found if name != "."]
