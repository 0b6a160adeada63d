"""Endpoints where nothing listens, or that are filtered: what lets a finding of an earlier sweep be called mended."""

from collections.abc import Iterable

from rempart.engines.exposure.products import endpoint_of
from rempart.engines.exposure.seen.common import Endpoint, Reach, Seen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen


def closed_endpoints(seen: Iterable[Seen]) -> list[str]:
    """« www.exemple.fr:3389 », « 192.0.2.1:3389 »: connections refused, and none accepted nor left unanswered.

    A name is closed on a port when every address that it leads to is. A silent port is not closed: from here, a
    firewall that drops and a network that fails look the same.
    """
    seen = list(seen)
    by_address = _closed_ports(one for one in seen if isinstance(one, PortsSeen))
    by_host = {Endpoint(address, 0).label[:-1]: ports for address, ports in by_address.items()}
    nothing: frozenset[int] = frozenset()
    for one in seen:
        if isinstance(one, HostSeen) and one.addresses and not one.refused:
            shared = frozenset.intersection(*(by_address.get(a, nothing) for a in one.addresses))
            host = f"{one.name}:"
            by_host[host] = by_host.get(host, nothing) | shared
    probed = [one for one in seen if endpoint_of(one)]
    alone = {one.target for one in probed if one.reach is Reach.CLOSED}
    kept = {one.target for one in probed if one.reach is not Reach.CLOSED}
    found = [
        target
        for host, ports in by_host.items()
        for port in ports
        if (target := f"{host}{port}") not in kept and target not in alone
    ]
    found += alone - kept
    found.sort()
    return found


def _closed_ports(seen: Iterable[PortsSeen]) -> dict[str, frozenset[int]]:
    """The ports of each address that refuse, and that never accept nor stay silent. Most addresses share one set."""
    looks: dict[str, list[PortsSeen]] = {}
    for one in seen:
        looks.setdefault(one.address, []).append(one)
    known: dict[frozenset[int], frozenset[int]] = {}
    found = {}
    for address, ports in looks.items():
        refused = frozenset[int]().union(*(one.closed for one in ports))
        closed = refused.difference(*(one.open for one in ports), *(one.silent for one in ports))
        found[address] = known.setdefault(closed, closed)
    return found


def filtered_endpoints(seen: Iterable[Seen]) -> dict[str, PortsSeen]:
    """Targets that let every request die while their machine answers elsewhere, with what proves it.

    A piece of kind DOOR makes that proof, in a retest: the port was tried again and again, then other ports, which
    answered. A sweep does not: hundreds of connections may have woken a watch that shuts us out, one port after another.
    """
    seen = list(seen)
    proofs = {
        (one.address, port): one
        for one in seen
        if isinstance(one, PortsSeen) and (one.open or one.closed)
        for port in one.silent
    }
    said: dict[str, list[PortsSeen | None]] = {}
    for one in seen:
        endpoint = endpoint_of(one)
        if endpoint is not None and one.reach is not Reach.CLOSED:
            place = (endpoint.address, endpoint.port)
            is_mute = one.reach is Reach.SILENT and endpoint.transport == "tcp"
            said.setdefault(one.target, []).append(proofs.get(place) if is_mute else None)
    return {target: found[0] for target, found in said.items() if all(found) and found[0]}
