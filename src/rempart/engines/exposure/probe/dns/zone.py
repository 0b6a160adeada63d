"""What a zone shows: its delegation as the registry and as itself tell it, its servers, DNSSEC, aliases that hang."""

import hashlib
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from rempart.engines.exposure.dial import Dial, NotReached, ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.chain import Chain
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.facts import caa_text, fact, name_text
from rempart.engines.exposure.probe.dns.lies import confirmed, without_inventions
from rempart.engines.exposure.probe.dns.names import is_under, parent_of, to_text, to_wire
from rempart.engines.exposure.probe.dns.questions import Reply, Wait
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.dns.suffix import registrable
from rempart.engines.exposure.probe.dns.transfer import Copy, ask_copy, ask_recursion
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import (
    AliasSeen,
    DnssecSeen,
    Fact,
    ServerSeen,
    SoaSeen,
    ZoneSeen,
)

# Names that most establishments publish, often as an alias to a hosted service.
USUAL_NAMES: Final = ("www", "webmail", "autodiscover", "vpn")
MOST_SERVERS: Final = 13
MOST_NAMES: Final = 60
_ALIAS_AT_TOP: Final = (
    "Le domaine lui-même est un alias, ce que le protocole refuse : sa zone ne se lit pas."
)
_BROKEN_ABOVE: Final = "La zone au-dessus du domaine ne se vérifie pas."


@dataclass(slots=True)
class _Work:
    """One domain under way."""

    name: bytes
    resolver: Resolver
    dial: Dial
    ends_at: float
    aliases: set[bytes]

    def find(self, name: bytes, kind: int) -> Coroutine[None, None, Found]:
        return self.resolver.find(name, kind, self.ends_at)


@dataclass(frozen=True, slots=True)
class _Held:
    """What a zone holds: A, AAAA and the answer for a name that nobody made; its aliases, of `names` looked at."""

    answers: tuple[Found, Found, Found]
    chain: Chain
    caa: Fact
    names: frozenset[bytes]
    aliases: list[AliasSeen]
    unread: dict[str, str]


async def look_at_zone(
    domain: str, *, resolver: Resolver, dial: Dial, names: Sequence[str] = ()
) -> ZoneSeen:
    """Look at one domain; `names` are hosts known below it, whose aliases are followed too. Never raises on what
    servers send: what could not be read is unknown, with its reason. Bounded by the resolver's `domain_seconds`."""
    ends_at = await resolver.open()
    sent = resolver.exchange.sent
    try:
        name = to_wire(domain)
        below = [wire_name for text in names if is_under(wire_name := to_wire(text), name)]
    except ProtocolFault as fault:
        return ZoneSeen(reach=Reach.BROKEN, reason=str(fault), domain=domain, at=resolver.now())
    below += [_child(label, name) for label in USUAL_NAMES]
    work = _Work(name, resolver, dial, ends_at, set(below[:MOST_NAMES]))
    try:
        seen = await _look(work, domain)
    except NotReached as fault:
        return ZoneSeen(reach=fault.reach, reason=fault.reason, domain=domain, at=resolver.now())
    sent = resolver.exchange.sent - sent
    return structs.replace(seen, at=resolver.now(), queries=sent)


async def _look(work: _Work, domain: str) -> ZoneSeen:
    found = await work.find(work.name, wire.NS)
    if found.doubt:
        return ZoneSeen(reach=Reach.BROKEN, reason=found.doubt, domain=domain)
    if found.denies:
        return ZoneSeen(reach=Reach.ANSWERED, domain=domain, is_missing=True)
    is_delegated = work.resolver.nearest(work.name).name == work.name
    if found.is_known and (not found.data or found.aliases) and not is_delegated:
        return await _host(work, domain, found)
    parent = _parent(work)
    if not parent.values and found.reach is not Reach.ANSWERED:
        return ZoneSeen(reach=found.reach, reason=found.reason, domain=domain)
    child = Fact(reason=_ALIAS_AT_TOP) if found.aliases else fact(found, name_text)
    if found.aliases:
        work.aliases.add(work.name)
    _prepare(work)
    servers = await _servers(work, sorted({*parent.values, *child.values}))
    asked = _ask_each(work, servers)
    # What the zone holds is read while the slowest of its servers is waited for: one that is dead costs no more.
    held = await _held(work) if found.reach is Reach.ANSWERED else None
    answers = [await reply for reply in asked]
    told = [_told(s, r) for s, r in zip(servers, answers, strict=True)]
    if servers and not any(reply.message for reply in answers):
        reason = next((s.reason for s in told if s.reason), found.reason)
        reaches = {s.reach for s in told} - {Reach.ANSWERED}
        return ZoneSeen(
            reach=reaches.pop() if len(reaches) == 1 else Reach.SILENT,
            reason=reason, domain=domain, parent_servers=parent, child_servers=child, servers=told,
        )  # fmt: skip
    told = [await _own(work, server) for server in told]
    soa, judged = await _soa(work, answers)
    held = await _completed(work, held or await _held(work))
    return ZoneSeen(
        reach=Reach.ANSWERED,
        domain=domain,
        apex=domain,
        parent_servers=parent,
        child_servers=child,
        servers=told,
        soa=soa,
        dnssec=await _dnssec(work, held.chain, [*([judged] if judged else []), *held.answers]),
        caa=held.caa,
        addresses=fact(held.answers[0], rdata.address),
        six_addresses=fact(held.answers[1], rdata.address),
        wildcard=_wildcard(held.answers[2]),
        aliases=held.aliases,
        unread=list(held.unread),
        unread_reason=next(iter(held.unread.values()), ""),
    )


async def _held(work: _Work) -> _Held:
    """The records of the zone, by whichever of its servers answers."""
    name, names = work.name, frozenset(work.aliases)
    one, six = await work.find(name, wire.A), await work.find(name, wire.AAAA)
    nobody = await work.find(_nobody(name), wire.A)
    answers = one, six, await without_inventions(nobody, work.resolver, work.ends_at)
    chain = await work.resolver.chain(name, work.ends_at)
    aliases, unread = await _aliases(work, names)
    return _Held(answers, chain, await _caa(work), names, aliases, unread)


async def _completed(work: _Work, held: _Held) -> _Held:
    """The same with the aliases that a copy of the zone told."""
    if work.aliases == held.names:
        return held
    aliases, unread = await _aliases(work, work.aliases)
    return replace(held, aliases=aliases, unread=unread)


async def _host(work: _Work, domain: str, found: Found) -> ZoneSeen:
    """A name that is no zone of its own: its addresses, aliases and issuers, its zone being judged elsewhere."""
    one, six = await work.find(work.name, wire.A), await work.find(work.name, wire.AAAA)
    work.aliases.add(work.name)
    chain = await work.resolver.chain(work.name, work.ends_at)
    aliases, unread = await _aliases(work, work.aliases)
    return ZoneSeen(
        reach=Reach.ANSWERED,
        domain=domain,
        apex=to_text(found.zone if found.zone != b"\0" else work.name),
        dnssec=await _dnssec(work, chain, [one, six]),
        caa=await _caa(work),
        addresses=fact(one, rdata.address),
        six_addresses=fact(six, rdata.address),
        aliases=aliases,
        unread=list(unread),
        unread_reason=next(iter(unread.values()), ""),
    )


def _parent(work: _Work) -> Fact:
    """The servers that the registry names; unknown through a resolver, or where one server plays both parts."""
    cut = work.resolver.nearest(work.name)
    if cut.name != work.name or not cut.hosts:
        return Fact(is_known=False, reason="La zone parente n’a pas été interrogée directement.")
    return Fact(is_known=True, values=sorted(map(to_text, cut.hosts)))


def _prepare(work: _Work) -> None:
    """Everything that will be asked, sent at once."""
    name = work.name
    asked = [(name, kind) for kind in (wire.A, wire.AAAA, wire.CAA)]
    referral = work.resolver.nearest(name).referral
    if referral is None or any(record.kind == wire.DS for record in referral.authority):
        asked.append((name, wire.DNSKEY))
    asked += [(_nobody(name), wire.A), *((alias, wire.A) for alias in work.aliases)]
    work.resolver.ahead(asked, work.ends_at)


async def _servers(work: _Work, hosts: list[str]) -> list[ServerSeen]:
    """Each name of the delegation with its addresses."""
    cut = work.resolver.nearest(work.name)
    servers = []
    for host in hosts[:MOST_SERVERS]:
        name = to_wire(host)
        given = cut.glue.get(name, []) if cut.name == work.name else []
        found = None if given else await work.find(name, wire.A)
        addresses = given or (fact(found, rdata.address).values if found else [])
        addresses = [a for a in addresses if ":" not in a] or addresses
        if found is None or addresses:
            servers.append(ServerSeen(name=host, address=addresses[0]))
        else:
            six = await work.find(name, wire.AAAA)
            is_missing = found.is_absent and six.is_absent
            reason = found.why or ("" if is_missing else "Serveur joignable en IPv6 seulement.")
            servers.append(
                ServerSeen(
                    name=host,
                    reach=Reach.ANSWERED if is_missing else Reach.UNREACHABLE,
                    reason="Ce nom ne mène à aucune adresse." if is_missing else reason,
                    is_missing=is_missing,
                )
            )
    return servers


def _ask_each(work: _Work, servers: list[ServerSeen]) -> list[Wait]:
    exchange = work.resolver.exchange
    return [
        exchange.ask([s.address] if s.address else [], work.name, wire.SOA, ends_at=work.ends_at)
        for s in servers
    ]


def _told(server: ServerSeen, reply: Reply) -> ServerSeen:
    """What one server said of the zone."""
    if not server.address:
        return server
    message = reply.message
    if message is None:
        return ServerSeen(
            name=server.name, address=server.address, reach=reply.reach, reason=reply.reason
        )
    serials = []
    for record in message.answer:
        if record.kind == wire.SOA:
            serials.append(rdata.soa(record.data).serial)
    return ServerSeen(
        name=server.name,
        address=server.address,
        rcode=message.rcode,
        is_authoritative=message.is_authoritative and bool(serials),
        serial=serials[0] if serials else 0,
    )


async def _own(work: _Work, server: ServerSeen) -> ServerSeen:
    """Ask more of a server of the perimeter: the gate says which ones are. Raises NotReached when the work stops."""
    if server.reach is not Reach.ANSWERED or not server.address:
        return server
    port = work.resolver.exchange.port
    try:
        await work.dial.gate.enter(server.address, port, "udp")
    except NotReached as fault:
        if fault.reach is Reach.STOPPED:
            raise
        return server
    try:
        recursion, why = await ask_recursion(
            server.address, exchange=work.resolver.exchange, ends_at=work.ends_at
        )
    finally:
        work.dial.gate.leave(server.address)
    copy = Copy("", reason="Ce serveur ne répond pas de la zone.")
    if server.is_authoritative:
        copy = await ask_copy(work.name, server.address, port=port, dial=work.dial)
        work.aliases.update(copy.aliases)
    return ServerSeen(
        name=server.name, address=server.address, rcode=server.rcode, serial=server.serial,
        is_authoritative=server.is_authoritative, is_ours=True,
        transfer=copy.state, transfer_records=copy.records, transfer_reason=copy.reason,
        recursion=recursion, recursion_reason=why,
    )  # fmt: skip


async def _soa(work: _Work, answers: list[Reply]) -> tuple[SoaSeen | None, Found | None]:
    """The start of authority of the first server that is responsible, and what DNSSEC says of it."""
    for reply in answers:
        message = reply.message
        data = [r.data for r in message.answer if r.kind == wire.SOA] if message else []
        if message is None or not data or not message.is_authoritative:
            continue
        judged = await work.resolver.trust.judge(
            work.name, wire.SOA, message, work.name, work.ends_at
        )
        soa = rdata.soa(data[0])
        seen = SoaSeen(
            primary=to_text(soa.primary), mailbox=to_text(soa.mailbox), serial=soa.serial, refresh=soa.refresh,
            retry=soa.retry, expire=soa.expire, minimum=soa.minimum,
        )  # fmt: skip
        return seen, Found(
            work.name, wire.SOA, Reach.ANSWERED, state=judged.state, state_reason=judged.reason,
            expires_at=judged.expires_at, begins_at=judged.begins_at,
        )  # fmt: skip
    return None, None


def _registered(name: bytes) -> bytes:
    """The domain that a person registered, or the name itself."""
    return to_wire(registrable(to_text(name)) or to_text(name))


async def _dnssec(work: _Work, chain: Chain, answers: list[Found]) -> DnssecSeen:
    """The chain's word, unless an answer of the zone itself is bogus. A chain that breaks above the domain that was
    registered is no fault of its zone: the zone above is badly signed, or someone on the way lies."""
    state, reason = chain.state, chain.reason
    if state is State.BOGUS and not is_under(chain.zone, _registered(work.name)):
        return DnssecSeen(reason=f"{_BROKEN_ABOVE} {reason}")
    ends = [(chain.expires_at, chain.begins_at)] if chain.expires_at else []
    for found in answers:
        if found.reach is not Reach.ANSWERED or found.aliases:
            continue
        if found.state is State.BOGUS and state is not State.BOGUS:
            state, reason = State.BOGUS, found.state_reason
        if found.state is State.INSECURE and state is State.SECURE:
            reason = found.state_reason  # its proofs of absence are too dear to be verified
        if found.expires_at:
            ends.append((found.expires_at, found.begins_at))
    first = min(ends, default=(0, 0))
    seen = DnssecSeen(
        state=state.value,
        reason=reason,
        algorithms=list(chain.algorithms),
        digests=list(chain.digests),
        bits=list(chain.bits),
        expires_at=first[0],
        begins_at=first[1],
    )
    return await confirmed(seen, work.name, work.resolver, work.ends_at)


async def _caa(work: _Work) -> Fact:
    """The issuers allowed, at the name or above it up to the domain that was registered (RFC 8659 §3)."""
    name = work.name
    last = _registered(name)
    while True:
        said = fact(await work.find(name, wire.CAA), caa_text)
        if not said.is_absent or name == last or not is_under(parent_of(name), last):
            return said
        name = parent_of(name)


def _wildcard(nobody: Found) -> Fact:
    if nobody.aliases and nobody.is_known:
        return Fact(is_known=True, values=[to_text(nobody.aliases[0])])
    return fact(nobody, rdata.address)


async def _aliases(work: _Work, names: Collection[bytes]) -> tuple[list[AliasSeen], dict[str, str]]:
    """Where each alias leads, and whether anything is there; then the names that could not be read, and why."""
    seen = []
    unread: dict[str, str] = {}
    for name in sorted(names)[:MOST_NAMES]:
        found = await work.find(name, wire.A)
        if not found.aliases:
            if not found.is_known:
                unread[to_text(name)] = found.why
            continue
        target = to_text(found.aliases[-1])
        state, reason, is_free = "answers", "", False
        if not found.is_known:
            state, reason = "unknown", found.why
        elif found.rcode == wire.NXDOMAIN:
            state, is_free = "missing", await _is_free(work, target)
        seen.append(
            AliasSeen(
                name=to_text(name), target=target, state=state, reason=reason, is_free=is_free
            )
        )
    return seen, unread


async def _is_free(work: _Work, target: str) -> bool:
    """Whether anybody could register the domain that an alias leads to."""
    domain = registrable(target)
    if not domain:
        return False
    found = await work.find(to_wire(domain), wire.NS)
    return found.is_known and found.rcode == wire.NXDOMAIN


def _child(label: str, name: bytes) -> bytes:
    return bytes([len(label)]) + label.encode() + name


def _nobody(name: bytes) -> bytes:
    """A name that nobody made: always the same for a domain, so that two sweeps ask the same thing."""
    return _child("rempart-" + hashlib.sha256(name).hexdigest()[:12], name)
