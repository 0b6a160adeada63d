"""Endpoints where nothing listens: what lets a finding of an earlier sweep be called mended."""

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
    by_address: dict[str, set[int]] = {}
    for one in seen:
        if isinstance(one, PortsSeen):
            by_address.setdefault(one.address, set()).update(one.closed)
    for one in seen:
        if isinstance(one, PortsSeen):
            by_address[one.address] -= {*one.open, *one.silent}
    found = {
        Endpoint(address, port).label for address, ports in by_address.items() for port in ports
    }
    for one in seen:
        if isinstance(one, HostSeen) and one.addresses and not one.refused:
            shared = set.intersection(*(by_address.get(a, set()) for a in one.addresses))
            found |= {Endpoint("", port, one.name).label for port in shared}
    probed = [one for one in seen if endpoint_of(one)]
    found |= {one.target for one in probed if one.reach is Reach.CLOSED}
    return sorted(found - {one.target for one in probed if one.reach is not Reach.CLOSED})
