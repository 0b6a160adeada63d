"""Doing one piece of work: the rights asked first, then the probes, and an observation for all that was not reached."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import msgspec

from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.gate import MANY, Clock, PerimeterGate
from rempart.engines.exposure.perimeter import Touch
from rempart.engines.exposure.probe.tls.starttls import PORTS as STARTTLS_PORTS
from rempart.engines.exposure.scope import refused_port
from rempart.engines.exposure.screens import is_guess
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.snapshot import AnySeen
from rempart.engines.exposure.work import Done, Kind, Piece, key_of

TLS_PORTS: Final = frozenset(p.port for p in exposure_ports() if p.is_tls and p.transport == "tcp")
WEB_PORTS: Final = frozenset(p.port for p in exposure_ports() if p.is_web and not p.is_tls)
WEB_TLS_PORTS: Final = frozenset(p.port for p in exposure_ports() if p.is_web and p.is_tls)
MAIL_PORTS: Final = frozenset({25, 465, 587, 2525})
WEB_SERVICES: Final = frozenset({"http", "https"})
TLS_SERVICES: Final = frozenset({"tls", "ssl", "https", "ldaps", "imaps", "pop3s", "smtps", "ftps"})
PIECE_SECONDS: Final = 420.0  # a piece that lasts longer is cut: budget, tarpit or mistake of ours
DOOR_TRIES: Final = 2
_ODD: Final = (Reach.BROKEN, Reach.NOT_OFFERED)
CUT: Final = "L’examen de cette cible a dépassé sa durée : ce qui manque n’est pas évalué."

S = TypeVar("S", ZoneSeen, MailSeen, TlsSeen, HttpSeen, ServiceSeen, HostSeen)
Allowed = Callable[[str, str], bool]


class Probes(Protocol):
    """What looks at targets. None of these raises on what a target sends: `reach` and `reason` say how far it got."""

    async def zone(self, domain: str, dial: Dial) -> ZoneSeen:
        """A zone and its servers."""

    async def mail(self, domain: str, dial: Dial) -> MailSeen:
        """The mail of a domain."""

    async def servers(self, domain: str, touch: Touch) -> list[HostSeen]:
        """Where the servers of a zone (DNS) or of its mail (MAIL) lead."""

    async def host(self, name: str) -> HostSeen:
        """Where a name leads; nothing of the host itself is touched."""

    async def reverse(self, address: str) -> list[str]:
        """The names that the reverse zone gives to an address."""

    async def ports(
        self, address: str, touch: frozenset[Touch], dial: Dial
    ) -> list[tuple[int, Reach]]:
        """Which ports accept a connection."""

    async def doors(
        self, address: str, ports: Sequence[int], dial: Dial
    ) -> list[tuple[int, Reach]]:
        """Which of these ports accept a connection."""

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        """Who answers on a port; by the exchange `talk` where it is not the one that its number calls for."""

    async def tls(self, endpoint: Endpoint, dial: Dial, starttls: str) -> TlsSeen:
        """The TLS of an endpoint."""

    async def http(
        self, endpoint: Endpoint, dial: Dial, is_tls: bool, allowed: Allowed
    ) -> HttpSeen:
        """A web site."""

    def close(self) -> None:
        """End what is shared by all looks."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a look needs, shared by all the pieces of one process."""

    probes: Probes
    gate: PerimeterGate
    dial: Dial
    clock: Clock
    rules: str
    minute: int


def not_done(piece: Piece, reason: str, *, at: float, rules: str, minute: int) -> Done:
    """The result of a piece that the sweep did not come to: every probe that it would have made is a gap."""
    seen = [msgspec.structs.replace(s, reason=reason, at=at) for s in owed(piece)]
    return Done(key=key_of(piece, rules, minute), piece=piece, seen=seen, stopped=reason)


def endpoints_of(piece: Piece) -> list[Endpoint]:
    """The endpoint under each of its names, or under its address alone."""
    names = [lead.name for lead in piece.leads] or [""]
    return [Endpoint(piece.address, piece.port, name, piece.transport) for name in names]


def owed(piece: Piece) -> list[AnySeen]:
    """The observations that a piece is expected to make, all marked as stopped."""
    reach = Reach.STOPPED
    if piece.kind is Kind.ZONE:
        return [ZoneSeen(reach=reach, domain=piece.name)]
    if piece.kind is Kind.MAIL:
        return [MailSeen(reach=reach, domain=piece.name)]
    if piece.kind is Kind.HOST:
        return [HostSeen(reach=reach, name=piece.name)]
    if piece.kind is Kind.PORTS:
        return [PortsSeen(reach=reach, address=piece.address)]
    if piece.transport == "udp" or piece.kind is Kind.DOOR:
        return []
    ends = endpoints_of(piece)
    found: list[AnySeen] = [
        ServiceSeen(reach=reach, endpoint=end) for end in ends[: piece.is_first]
    ]
    for end in ends:
        if piece.port in TLS_PORTS:
            found.append(TlsSeen(reach=reach, endpoint=end))
        if piece.port in WEB_PORTS | WEB_TLS_PORTS:
            is_tls = piece.port in WEB_TLS_PORTS
            found.append(HttpSeen(reach=reach, endpoint=end, is_tls=is_tls))
    return found


class Look:
    """One piece under way: what it has seen so far, and what it still owes."""

    def __init__(self, piece: Piece, tools: Tools) -> None:
        self.piece, self.tools = piece, tools
        self.seen: list[AnySeen] = []
        self._at = tools.clock()
        self._stopped = ""

    async def run(self) -> None:
        """Do the piece. Never raises but for cancellation: what went wrong is in what `done` gives."""
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                await _KINDS[self.piece.kind](self)
        except TimeoutError:
            self.miss(Reach.SILENT, CUT)
        except NotReached as fault:
            self.miss(fault.reach, fault.reason)

    def done(self) -> Done:
        """The result, with its key."""
        reasons = (s.reason for s in self.seen if s.reach is Reach.STOPPED)
        stopped = self._stopped or next(reasons, "")
        key = key_of(self.piece, self.tools.rules, self.tools.minute)
        return Done(key=key, piece=self.piece, seen=self.seen, stopped=stopped)

    def keep(self, seen: AnySeen) -> None:
        """Keep an observation, dated."""
        self.seen.append(seen if seen.at else msgspec.structs.replace(seen, at=self._at))

    async def ask(self, made: Awaitable[S], otherwise: Callable[[Reach, str], S]) -> S:
        """Wait for a probe, and keep what it saw."""
        seen = await _safely(made, otherwise)
        self.keep(seen)
        return seen

    def miss(self, reach: Reach, reason: str) -> None:
        """Put a gap in the place of each observation that is not there."""
        self._stopped = reason if reach is Reach.STOPPED else ""
        have = {(type(one), one.target) for one in self.seen}
        for blank in owed(self.piece):
            if (type(blank), blank.target) not in have:
                self.keep(msgspec.structs.replace(blank, reach=reach, reason=reason))

    async def zone(self) -> None:
        """The zone, once its right is asked."""
        self._demand_name()
        await self._admit_servers(Touch.DNS)
        made = self.tools.probes.zone(self.piece.name, self.tools.dial)
        await self.ask(made, lambda r, why: ZoneSeen(reach=r, reason=why, domain=self.piece.name))

    async def mail(self) -> None:
        """The mail of the domain, once its right is asked."""
        self._demand_name()
        await self._admit_servers(Touch.MAIL)
        made = self.tools.probes.mail(self.piece.name, self.tools.dial)
        await self.ask(made, lambda r, why: MailSeen(reach=r, reason=why, domain=self.piece.name))

    async def _admit_servers(self, touch: Touch) -> None:
        """Ask the gate for the servers of the domain that the perimeter holds; the others are not asked by the probe."""
        for host in await self.tools.probes.servers(self.piece.name, touch):
            for address in host.addresses:
                self.tools.gate.admit(host.name, tuple(host.chain), address)

    async def host(self) -> None:
        """Where the name leads, and which of its addresses may be touched."""
        self._demand_name()
        name = self.piece.name
        try:
            seen = await self.tools.probes.host(name)
        except NotReached as fault:
            seen = HostSeen(reach=fault.reach, reason=fault.reason, name=name)
        refused = self.tools.gate.refusals(name, tuple(seen.chain), seen.addresses)
        self.keep(msgspec.structs.replace(seen, refused=refused))
        if refused and len(refused) == len(set(seen.addresses)):
            self._outside(name, next(iter(refused.values())), seen.addresses[0])
        elif MANY in refused.values():
            self._outside(name, MANY, seen.addresses[-1])
        elif seen.reach not in (Reach.ANSWERED, Reach.CLOSED) and not self.piece.is_guess:
            self._outside(name, seen.reason, "", seen.reach)

    def _outside(self, name: str, why: str, address: str, reach: Reach = Reach.OUTSIDE) -> None:
        """A name that is not looked at is not evaluated: the report says so where its site would be."""
        end = Endpoint(address, 443, name)
        self.keep(TlsSeen(reach=reach, reason=why, endpoint=end))
        self.keep(HttpSeen(reach=reach, reason=why, endpoint=end, is_tls=True))

    async def ports(self) -> None:
        """The ports of the address that its rights let be tried."""
        address, gate = self.piece.address, self.tools.gate
        right = self._demand_address()
        found = await self.tools.probes.ports(address, right, self.tools.dial)
        stops = [reach for _, reach in found if reach is Reach.STOPPED]
        names = await self.tools.probes.reverse(address)
        by_reach = {
            reach: sorted(port for port, r in found if r is reach)
            for reach in (Reach.ANSWERED, Reach.CLOSED, Reach.SILENT)
        }
        reach, reason = Reach.ANSWERED, ""
        if stops:
            reach = Reach.STOPPED
            reason = gate.switch.why(asyncio.get_running_loop().time()) or "Balayage interrompu."
        elif not by_reach[Reach.ANSWERED] and not by_reach[Reach.CLOSED]:
            reach, reason = Reach.SILENT, "Aucun port de cette adresse ne répond."
        self.keep(
            PortsSeen(
                reach=reach, reason=reason, address=address, open=by_reach[Reach.ANSWERED],
                closed=by_reach[Reach.CLOSED], silent=by_reach[Reach.SILENT], reverse=names,
            )
        )  # fmt: skip

    async def door(self) -> None:
        """Whether a port that fell silent is filtered: it is tried again, then others of its machine, which must answer
        after it: a watch that shuts us out altogether is no repair."""
        piece, probes = self.piece, self.tools.probes
        touch = self._demand_address()
        if why := refused_port(touch, piece.port, piece.transport):
            raise NotReached(Reach.OUTSIDE, why)
        for _ in range(DOOR_TRIES):
            found = await probes.doors(piece.address, [piece.port], self.tools.dial)
            if (piece.port, Reach.SILENT) not in found:
                return
        others = [port for port in piece.witnesses if not refused_port(touch, port, "tcp")]
        found = await probes.doors(piece.address, others, self.tools.dial)
        is_open = [port for port, reach in found if reach is Reach.ANSWERED]
        is_closed = [port for port, reach in found if reach is Reach.CLOSED]
        self.keep(
            PortsSeen(
                reach=Reach.ANSWERED if is_open or is_closed else Reach.SILENT,
                address=piece.address, open=is_open, closed=is_closed, silent=[piece.port],
            )
        )  # fmt: skip

    async def endpoint(self) -> None:
        """The service of a port, then its TLS and its site under each name."""
        touch = self._demand_address()
        if why := refused_port(touch, self.piece.port, self.piece.transport):
            raise NotReached(Reach.OUTSIDE, why)
        ends = endpoints_of(self.piece)
        if self.piece.transport == "udp":
            await self._datagram(ends[0])
            return
        service, is_asked = "", self.piece.is_first and Touch.SERVICES in touch
        if is_asked:
            service = (await self._service(ends[0])).service
        if not self.piece.leads:
            await self._site(ends[0], service, touch)
        for lead, end in zip(self.piece.leads, ends, strict=False):
            right = self.tools.gate.admit(lead.name, lead.chain, end.address)
            if right:
                await self._site(end, service, right.touch)
            else:
                self._outside(lead.name, right.refusal, end.address)
        if is_asked:
            await self._listen(ends[0])

    async def _listen(self, end: Endpoint) -> None:
        """Where a port of web sites bears none, who speaks there: an SSH server behind 443 is one all the same."""
        sites = [s for s in self.seen if isinstance(s, TlsSeen | HttpSeen)]
        odd = [s for s in sites if s.reach in _ODD]
        if not odd or any(s.reach is Reach.ANSWERED for s in sites):
            return
        (found,) = (s for s in self.seen if isinstance(s, ServiceSeen))
        if is_guess(found):
            made = self.tools.probes.service(end, self.tools.dial, "listen")
            heard = await _safely(
                made, lambda r, why: ServiceSeen(reach=r, reason=why, endpoint=end)
            )
            if heard.reach is not Reach.ANSWERED or not (heard.service or heard.banner):
                return
            self.seen = [s for s in self.seen if s is not found]
            self.keep(heard)
            found = heard
        usual = (
            {p.service for p in exposure_ports() if p.port == end.port}
            | WEB_SERVICES
            | TLS_SERVICES
        )
        if found.reach is Reach.ANSWERED and found.service and found.service not in usual:
            why = f"Ce port porte un autre service que celui de son numéro ({found.service})."
            self.seen = [s for s in self.seen if s not in odd]
            for one in odd:
                self.keep(msgspec.structs.replace(one, reach=Reach.NOT_OFFERED, reason=why))

    async def _datagram(self, end: Endpoint) -> None:
        """One question. No answer is what nearly every address gives: it is neither a service nor a gap."""
        made = self.tools.probes.service(end, self.tools.dial)
        seen = await _safely(made, lambda r, why: ServiceSeen(reach=r, reason=why, endpoint=end))
        if seen.reach not in (Reach.SILENT, Reach.CLOSED, Reach.UNREACHABLE):
            self.keep(seen)

    async def _service(self, end: Endpoint) -> ServiceSeen:
        made = self.tools.probes.service(end, self.tools.dial)
        return await self.ask(made, lambda r, why: ServiceSeen(reach=r, reason=why, endpoint=end))

    async def _site(self, end: Endpoint, service: str, touch: frozenset[Touch]) -> None:
        probes, dial = self.tools.probes, self.tools.dial
        starttls, is_site = STARTTLS_PORTS.get(end.port, ""), False
        has_tls = end.port in TLS_PORTS or service in TLS_SERVICES
        may_tls = Touch.TLS in touch and (
            end.port not in MAIL_PORTS or touch & {Touch.MAIL, Touch.SERVICES}
        )
        if may_tls and (has_tls or starttls):
            made = probes.tls(end, dial, "" if has_tls else starttls)
            tls = await self.ask(
                made, lambda r, why: TlsSeen(reach=r, reason=why, endpoint=end, starttls=starttls)
            )
            # A site in clear where TLS is expected is a site: it is looked at as it is.
            is_site = end.port in WEB_TLS_PORTS and tls.reach in (Reach.ANSWERED, Reach.NOT_OFFERED)
            has_tls = has_tls and tls.reach is Reach.ANSWERED
        ports = WEB_TLS_PORTS if has_tls or is_site else WEB_PORTS
        is_web = service in WEB_SERVICES or end.port in ports
        if is_web and Touch.HTTP in touch:
            web = probes.http(end, dial, has_tls, self.tools.gate.allowed)
            await self.ask(
                web, lambda r, why: HttpSeen(reach=r, reason=why, endpoint=end, is_tls=has_tls)
            )

    def _demand_name(self) -> None:
        """Raise NotReached when the name may no longer be touched, or when the sweep is stopped."""
        self._demand_going()
        right = self.tools.gate.scope().name(self.piece.name)
        if not right:
            raise NotReached(Reach.OUTSIDE, right.refusal)

    def _demand_address(self) -> frozenset[Touch]:
        """What may be touched at the address, the names that lead to it admitted. Raises NotReached."""
        self._demand_going()
        gate, address = self.tools.gate, self.piece.address
        refusals = [gate.admit(lead.name, lead.chain, address).refusal for lead in self.piece.leads]
        right = gate.right(address)
        if not right:
            raise NotReached(Reach.OUTSIDE, next((r for r in refusals if r), right.refusal))
        return right.touch

    def _demand_going(self) -> None:
        if why := self.tools.gate.switch.why(asyncio.get_running_loop().time()):
            raise NotReached(Reach.STOPPED, why)


async def _safely(made: Awaitable[S], otherwise: Callable[[Reach, str], S]) -> S:
    """What a probe saw. One that breaks on what it is sent is a mistake of ours: a gap, and not the sweep's end."""
    try:
        return await made
    except NotReached as fault:
        return otherwise(fault.reach, fault.reason)
    except (TimeoutError, asyncio.CancelledError):
        raise
    except Exception as fault:  # noqa: BLE001 (one hostile answer must not cost the whole sweep)
        reason = f"La sonde n’a pas su lire la réponse ({type(fault).__name__})."
        return otherwise(Reach.BROKEN, reason)


_KINDS: Final[dict[Kind, Callable[[Look], Awaitable[None]]]] = {
    Kind.ZONE: Look.zone,
    Kind.MAIL: Look.mail,
    Kind.HOST: Look.host,
    Kind.PORTS: Look.ports,
    Kind.ENDPOINT: Look.endpoint,
    Kind.DOOR: Look.door,
}
