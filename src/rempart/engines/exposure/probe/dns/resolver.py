"""Resolution from the root, or through a resolver given, with DNSSEC always verified here.

One object serves a whole sweep: delegations, keys and answers are kept, so that the servers of `fr` are asked once
for a thousand domains of `fr`. Every function comes back at its deadline, with what is known and what is not.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from rempart.engines.exposure.probe.dns import allowance, rdata, wire
from rempart.engines.exposure.probe.dns.aliases import IN_A_RING, MOST_ALIASES, TOO_MANY, Path, path
from rempart.engines.exposure.probe.dns.answers import (
    Cut,
    Found,
    anchors_of,
    glue_of,
    is_lame,
    no_server,
    refusal,
    speaks_of_digest,
    worst,
)
from rempart.engines.exposure.probe.dns.chain import Chain, Judged, Trust
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.kept import Kept, forget
from rempart.engines.exposure.probe.dns.names import ROOT, is_under, parent_of
from rempart.engines.exposure.probe.dns.questions import Reply, Wait
from rempart.engines.exposure.probe.dns.shared import Shared
from rempart.engines.exposure.probe.dns.wire import Message
from rempart.engines.exposure.seen.common import Reach

# The thirteen root servers, and the two keys of the root (IANA, root hints and trust anchors, read in 2026).
ROOT_SERVERS: Final = (
    "198.41.0.4", "170.247.170.2", "192.33.4.12", "199.7.91.13", "192.203.230.10", "192.5.5.241",
    "192.112.36.4", "198.97.190.53", "192.36.148.17", "192.58.128.30", "193.0.14.129", "199.7.83.42",
    "202.12.27.33",
)  # fmt: skip
ROOT_ANCHORS: Final = {
    ".": (
        "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
        "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
    )
}
MOST_REFERRALS: Final = 16
# Servers without an address given that are looked for, by depth: what they lead to may be without one too.
TRIED: Final = (4, 2, 1, 1)
BARREN_SECONDS: Final = 5.0  # what led nowhere is not tried again sooner (RFC 9520 §3.2)
MOST_HOSTS: Final = 13
MOST_KEPT: Final = 4000
MOST_RECORDS_KEPT: Final = 64  # of one referral: the DS of a longer one is asked for
MOST_BYTES_KEPT: Final = 8192  # of one answer: a longer one is asked again if it is wanted again


class Resolver:
    """Give `forwarder` to ask one resolver (the establishment's), else the way goes from `hints`.

    `now` is the instant of the start, in Unix seconds (UTC): engines have no clock. `domain_seconds` bounds the work
    on one domain. `exchange` may be shared; it is opened when first used, and closed by `close`.
    """

    def __init__(
        self,
        *,
        now: float,
        hints: Sequence[str] = ROOT_SERVERS,
        forwarder: str = "",
        anchors: Mapping[str, Sequence[str]] = ROOT_ANCHORS,
        exchange: Exchange | None = None,
        domain_seconds: float = 15.0,
    ) -> None:
        self.exchange = exchange or Exchange()
        self.forwarder = forwarder
        self.domain_seconds = domain_seconds
        self._now, self._started = now, 0.0
        self._root = Cut(ROOT, (), {}, addresses=tuple(hints))
        self._cuts: Kept[bytes, Cut] = Kept(5000)
        # These two are trimmed once a look, and not once a question.
        self._replies: dict[tuple[bytes, int], tuple[Wait, Cut]] = {}
        self._found: dict[tuple[bytes, int], Found] = {}
        self._resolving: Shared[bytes, tuple[str, ...]] = Shared()
        self.trust = Trust(anchors_of(anchors), self._fetch, self.now)

    async def open(self) -> float:
        """Open the sockets if they are not, and give the deadline of a domain that begins now (loop time).

        What is asked until then, in this task and in those that it starts, is counted on that domain (`allowance`).
        """
        allowance.begin()
        await self.exchange.open()
        forget(self._replies, MOST_KEPT)
        forget(self._found, MOST_KEPT)
        self._loop = asyncio.get_running_loop()
        loop_now = self._loop.time()
        self._started = self._started or loop_now
        return loop_now + self.domain_seconds

    def close(self) -> None:
        """Close the sockets."""
        self.exchange.close()

    def now(self) -> float:
        """The instant, Unix seconds: that given at the start, and what has passed since."""
        return self._now + (self._loop.time() - self._started if self._started else 0.0)

    # ── the way down ─────────────────────────────────────────────────────────

    def nearest(self, name: bytes) -> Cut:
        """The deepest delegation known at or above a name."""
        while name != ROOT:
            known = self._cuts.get(name)
            if known is not None:
                return known
            name = parent_of(name)
        return self._root

    def ahead(self, names: Sequence[tuple[bytes, int]], ends_at: float) -> None:
        """Send at once the questions that will be asked; `find` then only waits. For names of delegations known."""
        for key in names:
            if key in self._replies or key in self._found:
                continue
            cut = self._root if self.forwarder else self.nearest(key[0])
            servers = (self.forwarder,) if self.forwarder else cut.addresses
            if servers:
                self._ask(servers, key, ends_at, cut)

    def _ask(
        self, servers: Sequence[str], key: tuple[bytes, int], ends_at: float, cut: Cut
    ) -> Wait:
        is_recursive = bool(self.forwarder)
        if not allowance.take():
            spent = Reply(None, "", Reach.BROKEN, allowance.SPENT)
            return Wait(b"", b"", (), ends_at, is_recursive, 0, reply=spent)
        wait = self.exchange.ask(servers, *key, ends_at=ends_at, is_recursive=is_recursive)
        self._replies[key] = wait, cut
        return wait

    async def reply(
        self, name: bytes, kind: int, ends_at: float, depth: int = 0
    ) -> tuple[Reply, Cut]:
        """The answer of the servers responsible for (name, type), and the delegation that they stand for."""
        key = name, kind
        flying, cut = self._replies.get(key, (None, self._root))
        if self.forwarder:
            return await (flying or self._ask((self.forwarder,), key, ends_at, cut)), cut
        if flying is None:
            cut = self.nearest(parent_of(name) if kind == wire.DS else name)
        excluded: tuple[str, ...] = ()
        for _ in range(MOST_REFERRALS):
            if flying is None:
                servers = [
                    s for s in await self.addresses(cut, ends_at, depth) if s not in excluded
                ]
                if not servers:
                    return Reply(None, "", Reach.SILENT, no_server(cut, bool(excluded))), cut
                flying = self._ask(servers, key, ends_at, cut)
            reply, flying = await flying, None
            if reply.message is None:
                self._replies.pop(key, None)
                return reply, cut
            if reply.message.flags & wire.AUTHORITATIVE or reply.message.answer:
                return reply, cut
            lower = self._referral(reply.message, cut, name)
            if lower is not None:
                cut, excluded = lower, ()
            elif is_lame(reply.message):
                excluded = (*excluded, reply.server)
            else:
                return reply, cut
        return Reply(
            None, "", Reach.BROKEN, "Les renvois entre serveurs de noms ne finissent pas."
        ), cut

    async def beside(self, name: bytes, ends_at: float) -> None:
        """Wait for the delegation that the look at the zone of `name` is asking for, if it is: it is asked for once."""
        flying, _ = self._replies.get((name, wire.NS), (None, None))
        if flying is not None and not self.forwarder and flying.ends_at <= ends_at:
            await flying

    def _arrived(self, name: bytes, kind: int) -> tuple[Reply, Cut] | None:
        """What `reply` would give at once: most answers are there, asked ahead, when they are wanted."""
        known = self._replies.get((name, kind))
        reply = known[0].reply if known is not None else None
        if known is None or reply is None or reply.message is None:
            return None
        is_theirs = reply.message.flags & wire.AUTHORITATIVE or reply.message.answer
        return (reply, known[1]) if is_theirs else None

    def _referral(self, message: Message, cut: Cut, name: bytes) -> Cut | None:
        """The delegation that a message points to, strictly below `cut`; kept for all that stands under it."""
        hosts: list[bytes] = []
        owner = b""
        for record in message.authority:
            if record.kind == wire.NS and len(record.name) > len(cut.name):
                if not owner and is_under(name, record.name) and is_under(record.name, cut.name):
                    owner = record.name
                if record.name == owner and record.data not in hosts:
                    hosts.append(record.data)
        if not owner:
            return None
        known = self._cuts.get(owner)
        if known is None:
            hosts = hosts[:MOST_HOSTS]
            glue = glue_of(message.additional, hosts, cut.name)
            referral = message if len(message.authority) <= MOST_RECORDS_KEPT else None
            known = self._cuts[owner] = Cut(owner, tuple(hosts), glue, referral)
        return known

    async def addresses(self, cut: Cut, ends_at: float, depth: int = 0) -> tuple[str, ...]:
        """The addresses of a delegation's servers: those that the parent gave, else resolved, IPv4 first."""
        if cut.addresses:
            return cut.addresses
        given = [a for addresses in cut.glue.values() for a in addresses]
        if given:
            cut.addresses = tuple(sorted(given, key=lambda a: ":" in a))
            return cut.addresses
        if depth >= len(TRIED) or cut.barren_until > self._loop.time():
            return ()
        found = await self._resolving.get(
            cut.name, lambda: self._resolved(cut, ends_at, depth + 1), ends_at
        )
        return found or ()

    async def _resolved(self, cut: Cut, ends_at: float, depth: int) -> tuple[str, ...]:
        found: list[str] = []
        # The address of a host below the delegation could only come from itself.
        hosts = [host for host in cut.hosts if not is_under(host, cut.name)]
        for host in hosts[: TRIED[depth - 1]]:
            answer = await self.find(host, wire.A, ends_at, depth=depth)
            found += [rdata.address(data) for data in answer.data if len(data) == 4]
            if len(found) >= 2:
                break
        now = self._loop.time()
        if not found and now < ends_at and not allowance.is_spent():
            cut.barren_until = now + BARREN_SECONDS
        cut.addresses = tuple(found)
        return cut.addresses

    async def _fetch(self, name: bytes, kind: int, ends_at: float) -> Reply:
        """What the chain of trust needs; a DS is taken from the referral when it was in it."""
        if kind == wire.DS and not self.forwarder:
            known = self._cuts.get(name)
            if (
                known is not None
                and known.referral is not None
                and speaks_of_digest(known.referral)
            ):
                return Reply(known.referral)
        reply, _ = await self.reply(name, kind, ends_at)
        return reply

    # ── answers ──────────────────────────────────────────────────────────────

    async def find(self, name: bytes, kind: int, ends_at: float, *, depth: int = 0) -> Found:
        """The data of (name, type), aliases followed, verified. Never raises on what servers send."""
        known = self._found.get((name, kind))
        if known is not None:
            return known
        aliases: list[bytes] = []
        state: Judged | None = None
        at = name
        while True:
            reply, cut = self._arrived(at, kind) or await self.reply(at, kind, ends_at, depth)
            message = reply.message
            if message is None:
                return Found(at, kind, reply.reach, reply.reason, aliases=tuple(aliases))
            if message.rcode not in (wire.NOERROR, wire.NXDOMAIN):
                return Found(
                    at,
                    kind,
                    Reach.BROKEN,
                    refusal(message.rcode),
                    message.rcode,
                    aliases=tuple(aliases),
                )
            way = path(message, at, kind, cut.name)
            trust = self.trust
            judged = trust.at_once(at, kind, message, cut.name, way) or await trust.looked_into(
                at, kind, message, cut.name, way, ends_at
            )
            state = judged if state is None else worst(state, judged)
            aliases += way.passed
            last = way.passed[-1] if way.passed else at
            if way.is_ring or last in aliases[:-1]:
                return Found(last, kind, Reach.BROKEN, IN_A_RING, aliases=tuple(aliases))
            if way.data is not None or last == at:
                return self._keep(name, last, kind, message, way, aliases, state, cut)
            if len(aliases) > MOST_ALIASES:
                break
            at = last
        return Found(at, kind, Reach.BROKEN, TOO_MANY, aliases=tuple(aliases))

    def _keep(
        self,
        name: bytes,
        last: bytes,
        kind: int,
        message: Message,
        way: Path,
        aliases: list[bytes],
        judged: Judged,
        cut: Cut,
    ) -> Found:
        found = Found(
            last,
            kind,
            Reach.ANSWERED,
            rcode=message.rcode,
            data=tuple(way.data.data) if way.data is not None else (),
            aliases=tuple(aliases),
            state=judged.state,
            state_reason=judged.reason,
            expires_at=judged.expires_at,
            begins_at=judged.begins_at,
            proof=judged.denial.proof,
            zone=cut.name,
        )
        if judged.state is not State.UNKNOWN and sum(map(len, found.data)) <= MOST_BYTES_KEPT:
            self._found[name, kind] = found
        self._replies.pop((name, kind), None)
        return found

    async def verified_by_it(self, name: bytes, kind: int, ends_at: float) -> Reply:
        """What the resolver given says when it is let verify by itself."""
        return await self.exchange.ask(
            (self.forwarder,), name, kind, ends_at=ends_at, is_recursive=True, is_checked=True
        )

    async def chain(self, name: bytes, ends_at: float) -> Chain:
        """The chain of trust at a name."""
        return await self.trust.chain(name, ends_at)
