"""The chain of trust: from an anchor down to a zone, label by label (RFC 4035 §5).

A zone is secure when its parent is, its DS verifies, and its keys verify against that DS. It is insecure when
the parent proves that it has no DS. Without a proof it is bogus; without an answer it is unknown.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from msgspec import Struct

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import denial, rdata, wire
from rempart.engines.exposure.probe.dns.aliases import Path, path
from rempart.engines.exposure.probe.dns.denial import Denial, Nsec, Nsec3, Proof
from rempart.engines.exposure.probe.dns.dnssec import (
    EXPIRED,
    NOT_YET,
    VERIFIED,
    KeyRing,
    State,
    key_bits,
    matches,
)
from rempart.engines.exposure.probe.dns.kept import Kept
from rempart.engines.exposure.probe.dns.names import (
    ROOT,
    count_labels,
    is_under,
    parent_of,
    to_text,
)
from rempart.engines.exposure.probe.dns.questions import LATE, Reply
from rempart.engines.exposure.probe.dns.shared import Shared
from rempart.engines.exposure.probe.dns.wire import Message, Rrset

MOST_DIGESTS: Final = 8
Fetch = Callable[[bytes, int, float], Awaitable[Reply]]
Now = Callable[[], float]


class Chain(Struct, frozen=True):
    """How far trust goes at a name: `zone` is the signed zone that holds it when secure."""

    state: State
    zone: bytes = ROOT
    keys: KeyRing | None = None
    reason: str = ""
    algorithms: tuple[int, ...] = ()
    digests: tuple[int, ...] = ()
    bits: tuple[int, ...] = ()  # sizes of the RSA keys
    begins_at: int = 0
    expires_at: int = 0  # of the signature over the keys, Unix seconds


class Judged(Struct, frozen=True, gc=False):
    """What DNSSEC says of one answer; `expires_at` is the first end of the signatures that hold it, 0 without."""

    state: State
    reason: str = ""
    expires_at: int = 0
    begins_at: int = 0
    denial: Denial = denial.NOTHING


UNVERIFIED: Final = "Le serveur de noms interrogé ne laisse pas vérifier DNSSEC."
_CLOCK: Final = (
    "DNSSEC n’est pas vérifié : les signatures de la racine ne valent pas à la date de ce poste, le {day}. "
    "Son horloge est fausse, ou le serveur de noms interrogé rend de vieilles réponses."
)


def _ours(anchor: Chain, now: float) -> str:
    """Why an anchor that does not hold at `now` (Unix seconds) is ours to mend, no domain being to blame; else ""."""
    if anchor.reason.endswith((EXPIRED, NOT_YET)):
        return _CLOCK.format(day=datetime.fromtimestamp(now, UTC).strftime("%d/%m/%Y à %H:%M UTC"))
    # A resolver that leaves out the keys.
    return f"{UNVERIFIED} {anchor.reason}" if anchor.keys is None else ""


class Trust:
    """Chains already built, and the judge of answers. `anchors` maps canonical names to DS records."""

    def __init__(
        self, anchors: Mapping[bytes, Sequence[rdata.Digest]], fetch: Fetch, now: Now
    ) -> None:
        self._anchors = dict(anchors)
        self._fetch, self._now = fetch, now
        self._chains: Kept[bytes, Chain] = Kept(2000)
        self._building: Shared[bytes, Chain] = Shared()

    async def chain(self, name: bytes, ends_at: float) -> Chain:
        """The chain at a name, built once for all who ask at the same time."""
        known = self._chains.get(name)
        if known is not None:
            return known
        built = await self._building.get(name, lambda: self._build(name, ends_at), ends_at)
        return built or Chain(State.UNKNOWN, name, reason=LATE)

    async def _build(self, name: bytes, ends_at: float) -> Chain:
        digests = self._anchors.get(name)
        if digests is not None:
            found = await self._from_digests(name, digests, ends_at)
            if found.state is State.BOGUS and (why := _ours(found, self._now())):
                found = Chain(State.UNKNOWN, name, reason=why)
        elif name == ROOT:
            found = Chain(State.INSECURE, reason="Aucune ancre de confiance n’est donnée.")
        else:
            above = await self.chain(parent_of(name), ends_at)
            found = (
                above
                if above.state is not State.SECURE
                else await self._below(name, above, ends_at)
            )
        if found.state is not State.UNKNOWN:
            self._chains[name] = found
        return found

    async def _below(self, name: bytes, above: Chain, ends_at: float) -> Chain:
        """The chain at `name`, from that of its parent, which is secure."""
        reply = await self._fetch(name, wire.DS, ends_at)
        if reply.message is None or reply.message.rcode not in (wire.NOERROR, wire.NXDOMAIN):
            reason = reply.reason or "Les serveurs de la zone parente refusent de répondre."
            return Chain(State.UNKNOWN, name, reason=reason)
        message = reply.message
        found = message.answer_sets.get((name, wire.DS)) or message.authority_sets.get(
            (name, wire.DS)
        )
        if found is None:
            alias = message.answer_sets.get((name, wire.CNAME))
            # An alias stands alone at its name: no zone begins there (RFC 1034 §3.6.2).
            if alias is not None and self._weigh(alias, above, message).state is State.SECURE:
                return above
            return self._without_digest(name, above, message)
        why, _ = self._verify(above, found, message)
        if why:
            return Chain(
                State.BOGUS, name, reason=f"Le DS de {to_text(name)} ne se vérifie pas. {why}"
            )
        digests = [rdata.digest(data) for data in found.data if len(data) > 4]
        return await self._from_digests(name, digests, ends_at)

    def _without_digest(self, name: bytes, above: Chain, message: Message) -> Chain:
        proved, why = self.deny(name, wire.DS, above, message)
        if proved.proof is Proof.OPT_OUT or (
            proved.proof is Proof.NO_DATA and wire.NS in proved.kinds
        ):
            return Chain(State.INSECURE, name, reason=f"La zone {to_text(name)} n’est pas signée.")
        if proved.proof is not Proof.NOTHING:
            return above
        if why == _DEAR:
            return Chain(State.INSECURE, name, reason=why)
        return Chain(
            State.BOGUS,
            name,
            reason=f"L’absence de DS pour {to_text(name)} n’est pas prouvée. {why}",
        )

    async def _from_digests(
        self, name: bytes, digests: Sequence[rdata.Digest], ends_at: float
    ) -> Chain:
        usable = [d for d in digests if d.algorithm in VERIFIED and d.digest_kind in (1, 2, 4)]
        kinds = tuple(sorted({d.digest_kind for d in digests}))
        if not usable:
            reason = f"La zone {to_text(name)} est signée d’une façon que personne ne vérifie plus."
            return Chain(State.INSECURE, name, reason=reason, digests=kinds)
        reply = await self._fetch(name, wire.DNSKEY, ends_at)
        if reply.message is None or reply.message.rcode not in _SAID:
            reason = reply.reason or f"Les clés de {to_text(name)} n’ont pas pu être lues."
            return Chain(State.UNKNOWN, name, reason=reason, digests=kinds)
        found = reply.message.answer_sets.get((name, wire.DNSKEY))
        if found is None:
            reason = (
                f"La zone parente annonce une signature, mais {to_text(name)} ne publie aucune clé."
            )
            return Chain(State.BOGUS, name, reason=reason, digests=kinds)
        return self._with_keys(name, usable, kinds, found, reply.message)

    def _with_keys(
        self,
        name: bytes,
        usable: Sequence[rdata.Digest],
        kinds: tuple[int, ...],
        found: Rrset,
        whole: Message,
    ) -> Chain:
        keys = []
        for data in islice(found.data, 64):
            try:
                keys.append(rdata.key(data))
            except ProtocolFault:
                continue
        trusted = [k for k in keys if any(matches(name, d, k) for d in usable[:MOST_DIGESTS])]
        algorithms = tuple(sorted({k.algorithm for k in keys}))
        bits = tuple(sorted({size for k in keys if (size := key_bits(k))}))
        if not trusted:
            why, signature = (
                f"Aucune clé de {to_text(name)} ne correspond au DS de la zone parente.",
                None,
            )
        else:
            why, signature = KeyRing(name, trusted).verify(found, self._now(), whole)
            why = why and f"Les clés de {to_text(name)} ne se vérifient pas. {why}"
        return Chain(
            State.BOGUS if why else State.SECURE,
            name,
            KeyRing(name, keys),
            why,
            algorithms,
            kinds,
            bits,
            signature.begins_at if signature else 0,
            signature.expires_at if signature else 0,
        )

    def _verify(
        self, chain: Chain, rrset: Rrset, whole: Message
    ) -> tuple[str, rdata.Signature | None]:
        if chain.keys is None:
            return "La zone n’a pas de clé.", None
        return chain.keys.verify(rrset, self._now(), whole)

    def deny(self, name: bytes, kind: int, chain: Chain, message: Message) -> tuple[Denial, str]:
        """What the verified NSEC and NSEC3 records of an answer prove, and why not when they prove nothing."""
        nsecs, nsec3s, why = self._proofs(chain, message)
        if nsecs:
            return denial.by_nsec(name, kind, nsecs), _ELSEWHERE
        if nsec3s:
            if nsec3s[0][1].iterations > denial.MOST_ITERATIONS:
                return denial.NOTHING, _DEAR
            return denial.by_nsec3(name, kind, chain.zone, nsec3s), _ELSEWHERE
        return denial.NOTHING, why

    def _proofs(self, chain: Chain, message: Message) -> tuple[list[Nsec], list[Nsec3], str]:
        """The NSEC and NSEC3 records that verify, and why the last one that did not."""
        why = "Aucune preuve d’absence n’accompagne la réponse."
        nsecs: list[Nsec] = []
        nsec3s: list[Nsec3] = []
        for rrset in islice(message.authority_sets.values(), 16):
            if rrset.kind not in (wire.NSEC, wire.NSEC3):
                continue
            said, _ = self._verify(chain, rrset, message)
            if said:
                why = said
                continue
            try:
                if rrset.kind == wire.NSEC:
                    nsecs.append((rrset.name, *rdata.nsec(rrset.data[0])))
                else:
                    nsec3s.append((denial.owner_hash(rrset.name), rdata.nsec3(rrset.data[0])))
            except ProtocolFault as fault:
                why = str(fault)
        return nsecs, nsec3s, why

    def _is_from_wildcard(self, rrset: Rrset, chain: Chain, message: Message) -> bool:
        """Whether it is proven that the name itself does not exist, so that a wildcard may answer for it."""
        nsecs, nsec3s, _ = self._proofs(chain, message)
        if nsecs:
            return denial.covers_by_nsec(rrset.name, nsecs)
        return bool(nsec3s) and denial.covers_by_nsec3(rrset.name, chain.zone, nsec3s)

    def at_once(
        self, name: bytes, kind: int, message: Message, zone: bytes, way: Path
    ) -> Judged | None:
        """What `judge` says, when the chain of `zone` is built and nothing else is needed; most answers are so."""
        chain = self._chains.get(zone)
        if chain is None or message.rcode not in _SAID:
            return None
        if chain.state is State.INSECURE:
            # Below a zone that is proven unsigned, there is nothing to verify.
            return Judged(State.INSECURE, chain.reason)
        if chain.state is not State.SECURE:
            return None
        if not way.sets:
            start = _start(message)
            if start is None or _signer(start, zone) != zone:
                return None
            return self._weigh_absence(name, kind, start, chain, message)
        if len(way.sets) != 1:
            return None
        (rrset,) = way.sets
        if _signer(rrset, zone) != zone or not is_under(rrset.name, zone):
            return None
        return self._weigh(rrset, chain, message)

    async def judge(
        self, name: bytes, kind: int, message: Message, zone: bytes, ends_at: float
    ) -> Judged:
        """What DNSSEC says of an answer on (name, kind), asked to the servers of `zone` or below it."""
        way = path(message, name, kind, zone)
        said = self.at_once(name, kind, message, zone, way)
        return said or await self.looked_into(name, kind, message, zone, way, ends_at)

    async def looked_into(
        self, name: bytes, kind: int, message: Message, zone: bytes, way: Path, ends_at: float
    ) -> Judged:
        """The same, for what is not judged at once."""
        worst: Judged | None = None
        for rrset in way.sets:
            one = await self._judge_set(rrset, zone, message, ends_at)
            worst = one if worst is None else _worse(worst, one)
        if worst is not None:
            return worst
        if message.rcode not in (wire.NOERROR, wire.NXDOMAIN):
            return Judged(State.UNKNOWN, "Les serveurs refusent de répondre.")
        return await self._judge_absence(name, kind, message, zone, ends_at)

    async def _judge_set(
        self, rrset: Rrset, zone: bytes, message: Message, ends_at: float
    ) -> Judged:
        signer = _signer(rrset, zone)
        if signer is None:
            return await self._unsigned(rrset.name, zone, ends_at)
        at = signer if is_under(rrset.name, signer) else rrset.name
        chain = self._chains.get(at) or await self.chain(at, ends_at)
        return self._weigh(rrset, chain, message)

    def _weigh(self, rrset: Rrset, chain: Chain, message: Message) -> Judged:
        if chain.state is not State.SECURE:
            return Judged(chain.state, chain.reason)
        why, signature = self._verify(chain, rrset, message)
        if signature is None:
            return Judged(State.BOGUS, why)
        is_wild = signature.labels < count_labels(rrset.name) and rrset.name[:2] != b"\x01*"
        if is_wild and not self._is_from_wildcard(rrset, chain, message):
            return Judged(State.BOGUS, "Un joker répond sans preuve que le nom n’existe pas.")
        return Judged(State.SECURE, "", signature.expires_at, signature.begins_at)

    async def _unsigned(self, name: bytes, zone: bytes, ends_at: float) -> Judged:
        """Data without a signature: fine where the zone that holds them is not signed."""
        chain = await self.chain(zone, ends_at)
        if chain.state is State.SECURE and name != zone and is_under(name, zone):
            chain = await self.chain(name, ends_at)
        if chain.state is not State.SECURE:
            return Judged(chain.state, chain.reason)
        return Judged(State.BOGUS, "Des données sans signature, dans une zone signée.")

    async def _judge_absence(
        self, name: bytes, kind: int, message: Message, zone: bytes, ends_at: float
    ) -> Judged:
        start = _start(message)
        signer = _signer(start, zone) if start else None
        if start is None or signer is None:
            return await self._unsigned(name, zone, ends_at)
        chain = self._chains.get(signer) or await self.chain(signer, ends_at)
        return self._weigh_absence(name, kind, start, chain, message)

    def _weigh_absence(
        self, name: bytes, kind: int, start: Rrset, chain: Chain, message: Message
    ) -> Judged:
        if chain.state is not State.SECURE:
            return Judged(chain.state, chain.reason)
        why, signature = self._verify(chain, start, message)
        if signature is None:
            return Judged(State.BOGUS, why)
        proved, why = self.deny(name, kind, chain, message)
        if proved.proof is Proof.NOTHING:
            return Judged(State.INSECURE if why == _DEAR else State.BOGUS, why)
        return Judged(State.SECURE, "", signature.expires_at, signature.begins_at, proved)


_ELSEWHERE: Final = "La preuve d’absence porte sur d’autres noms."
_DEAR: Final = (
    "Les preuves d’absence demandent trop d’itérations : la zone compte comme non signée."
)
_SAID: Final = (wire.NOERROR, wire.NXDOMAIN)
_ORDER: Final = (State.SECURE, State.INSECURE, State.UNKNOWN, State.BOGUS)


def _worse(one: Judged, other: Judged) -> Judged:
    worse = max(one, other, key=lambda judged: _ORDER.index(judged.state))
    ends = [judged for judged in (one, other) if judged.expires_at]
    if worse.state is not State.SECURE or not ends:
        return worse
    return min(ends, key=lambda judged: judged.expires_at)


def _start(message: Message) -> Rrset | None:
    return next((s for s in message.authority_sets.values() if s.kind == wire.SOA), None)


def _signer(rrset: Rrset, zone: bytes) -> bytes | None:
    """In whose name the first signature that can be read is made: `zone`, mostly."""
    for data in rrset.signatures:
        if data.startswith(zone, 18):
            return zone
        try:
            return rdata.signer(data)
        except ProtocolFault:
            continue
    return None
