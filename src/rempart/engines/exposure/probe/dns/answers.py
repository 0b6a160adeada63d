"""Answers as the resolver gives them, and how a message is read on the way: aliases, referrals, glue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.chain import Judged
from rempart.engines.exposure.probe.dns.denial import Proof
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.names import ROOT, is_under, to_text, to_wire
from rempart.engines.exposure.probe.dns.wire import Message, Record
from rempart.engines.exposure.seen.common import Reach

_UNPROVEN: Final = "Ce domaine n’existerait pas, sans que rien ne le prouve."


class Found(Struct, frozen=True, gc=False):
    """What came of (name, type). Only with `reach` ANSWERED is an empty `data` an absence; `reason` is French.

    `aliases` are the names gone through, `name` the last one; `state` is DNSSEC's word on the whole way.
    """

    name: bytes
    kind: int
    reach: Reach
    reason: str = ""
    rcode: int = 0
    data: tuple[bytes, ...] = ()
    aliases: tuple[bytes, ...] = ()
    state: State = State.UNKNOWN
    state_reason: str = ""
    expires_at: int = 0
    begins_at: int = 0
    proof: Proof = Proof.NOTHING
    zone: bytes = ROOT

    @property
    def is_known(self) -> bool:
        """Whether the answer is a fact: it came, and DNSSEC does not call it a lie."""
        return self.reach is Reach.ANSWERED and self.state is not State.BOGUS

    @property
    def is_absent(self) -> bool:
        """Whether it is a fact that nothing of that type is there."""
        return self.is_known and not self.data

    @property
    def denies(self) -> bool:
        """Whether it says that no such name exists at all."""
        return self.is_known and self.rcode == wire.NXDOMAIN and not self.aliases

    @property
    def doubt(self) -> str:
        """Why a name that is said not to exist may exist all the same, French: the chain of trust could not be
        followed, and whoever answers may lie. "" when it is proven, or when nothing is signed there."""
        is_unproven = self.denies and self.state is State.UNKNOWN
        return f"{_UNPROVEN} {self.state_reason}".strip() if is_unproven else ""

    @property
    def why(self) -> str:
        """Why it is not a fact, French."""
        if self.reach is not Reach.ANSWERED:
            return self.reason
        return f"Réponse que DNSSEC dément : {self.state_reason}" if not self.is_known else ""


@dataclass(slots=True, eq=False)
class Cut:
    """A delegation: the hosts that the parent names, the addresses that it gives, and its whole referral."""

    name: bytes
    hosts: tuple[bytes, ...]
    glue: dict[bytes, list[str]]
    referral: Message | None = None
    addresses: tuple[str, ...] = ()
    barren_until: float = (
        0.0  # nothing was found for its servers: loop time until which nobody looks again
    )


def anchors_of(anchors: Mapping[str, Sequence[str]]) -> dict[bytes, list[rdata.Digest]]:
    """`tag algorithm kind hexadecimal` → DS. Raises ValueError on anything else."""
    found: dict[bytes, list[rdata.Digest]] = {}
    for name, lines in anchors.items():
        for line in lines:
            tag, algorithm, kind, *digest = line.split()
            one = rdata.Digest(int(tag), int(algorithm), int(kind), bytes.fromhex("".join(digest)))
            found.setdefault(to_wire(name), []).append(one)
    return found


def glue_of(
    additional: Sequence[Record], hosts: Sequence[bytes], zone: bytes
) -> dict[bytes, list[str]]:
    """Addresses given with a referral, kept only for hosts that stand below the zone that gives them."""
    found: dict[bytes, list[str]] = {}
    for record in additional:
        if (
            record.kind in (wire.A, wire.AAAA)
            and record.name in hosts
            and is_under(record.name, zone)
        ):
            try:
                found.setdefault(record.name, []).append(rdata.address(record.data))
            except ProtocolFault:
                continue
    return found


def speaks_of_digest(message: Message) -> bool:
    """Whether a referral brings a DS, or the proof that there is none."""
    return any(r.kind in (wire.DS, wire.NSEC, wire.NSEC3) for r in message.authority)


def is_lame(message: Message) -> bool:
    """A server that was named, and says neither yes nor no: it points elsewhere, or knows nothing."""
    return (
        not message.is_authoritative
        and not message.answer
        and message.rcode == wire.NOERROR
        and not any(record.kind == wire.SOA for record in message.authority)
    )


def worst(one: Judged, other: Judged) -> Judged:
    """The worse of two judgements, the latest when they are equal."""
    if one.state is other.state:
        return other
    order = (State.SECURE, State.INSECURE, State.UNKNOWN, State.BOGUS)
    return other if order.index(other.state) >= order.index(one.state) else one


def no_server(cut: Cut, is_lame: bool) -> str:
    """Why nobody could be asked for a delegation, French."""
    if is_lame:
        return f"Aucun des serveurs annoncés pour {to_text(cut.name)} ne dit en être responsable."
    return f"Aucune adresse connue pour les serveurs de {to_text(cut.name)}."


def refusal(rcode: int) -> str:
    """What a response code says, French."""
    said = {1: "question incomprise", 2: "panne du serveur", 4: "non pris en charge", 5: "refus"}
    return f"Les serveurs de noms répondent « {said.get(rcode, f'code {rcode}')} »."
