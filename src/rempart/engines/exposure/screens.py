"""Addresses whose open ports prove nothing: something stands before the machine and accepts in its place.

A protection against floods, or a trap, completes every connection: a hundred ports look open, and none of the services
that their numbers call for is there. What a handshake proved stands; what was only guessed from a number does not.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from rempart.engines.exposure.products import endpoint_of
from rempart.engines.exposure.seen.common import Reach, Seen
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.kernel.french import grouped

GUESSES: Final = frozenset({"port", "silence"})
"""Values of `ServiceSeen.details["proof"]` that rest on the number of the port alone."""

MANY_OPEN: Final = 40  # of the hundred or so that are tried: no machine has as many services
SHARE_OPEN: Final = 0.6
MANY_MUTE: Final = 3


def doubted(seen: Iterable[Seen]) -> list[Seen]:
    """The same observations, those that rest on an open port alone being gaps where an open port proves nothing."""
    seen = list(seen)
    why = _everything_open(seen)
    for address in _mute(seen):
        why.setdefault(
            address,
            "Cette machine accepte les connexions et se tait sur tous ses ports : un port ouvert n’y prouve rien.",
        )
    return [_gap(one, why) for one in seen] if why else seen


def is_guess(seen: Seen) -> bool:
    """Whether an observation of a service rests on the number of its port alone."""
    return isinstance(seen, ServiceSeen) and seen.details.get("proof") in GUESSES


def _gap(seen: Seen, why: dict[str, str]) -> Seen:
    if not (isinstance(seen, ServiceSeen) and is_guess(seen) and seen.endpoint.address in why):
        return seen
    return msgspec.structs.replace(
        seen, reach=Reach.SILENT, reason=why[seen.endpoint.address], service="", details={}
    )


def _everything_open(seen: Iterable[Seen]) -> dict[str, str]:
    found = {}
    for one in seen:
        if isinstance(one, PortsSeen) and len(one.open) >= MANY_OPEN:
            tried = len(one.open) + len(one.closed) + len(one.silent)
            if len(one.open) >= SHARE_OPEN * tried:
                found[one.address] = (
                    f"Cette adresse accepte une connexion sur {len(one.open)} ports des {grouped(tried)} essayés : un "
                    "équipement répond à sa place, et un port ouvert n’y prouve rien."
                )
    return found


def _mute(seen: Iterable[Seen]) -> list[str]:
    """Addresses where several services that speak when spoken to stayed silent, and where nothing spoke at all."""
    silent: dict[str, set[int]] = {}
    speaks = set()
    for one in seen:
        endpoint = endpoint_of(one)
        if endpoint is None or endpoint.transport != "tcp":
            continue
        if one.reach is Reach.ANSWERED and not is_guess(one):
            speaks.add(endpoint.address)
        elif one.reach is Reach.SILENT:
            silent.setdefault(endpoint.address, set()).add(endpoint.port)
    return sorted(a for a, ports in silent.items() if len(ports) >= MANY_MUTE and a not in speaks)
