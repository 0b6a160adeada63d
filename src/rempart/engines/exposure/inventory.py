"""What answers on the internet: one line a name, address and port, from all that was seen there."""

from collections.abc import Iterable
from typing import Any

import msgspec

from rempart.engines.exposure.doors import closed_endpoints
from rempart.engines.exposure.moments import instant
from rempart.engines.exposure.products import endpoint_of, products_of
from rempart.engines.exposure.report import EndpointLine
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Endpoint, Reach, Seen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen


def inventory(seen: Iterable[Seen]) -> list[EndpointLine]:
    """Every endpoint that answered, sorted by name, address and port.

    What another tool says of a place that we saw joins our lines of it, those of its name when we know it; its dates
    do not: they are those of its own run. What it says of a whole machine (port 0) is no endpoint, and a port that we
    found closed does not answer.
    """
    seen = list(seen)
    closed = frozenset(closed_endpoints(x for x in seen if not isinstance(x, ClaimSeen)))
    answered = [one for one in seen if one.reach is Reach.ANSWERED]
    claims = [c for c in answered if isinstance(c, ClaimSeen) and _is_there(c.endpoint, closed)]
    lines: dict[Endpoint, EndpointLine] = {}
    for one in answered:
        endpoint = endpoint_of(one)
        if endpoint is not None and not isinstance(one, ClaimSeen):
            _add(lines, endpoint, one)
    ours = _places(lines)
    apart = [claim for claim in claims if not _at(ours, claim.endpoint)]
    # Where only tools looked, one that names both the host and its address tells what the others speak of.
    theirs = _places(c.endpoint for c in apart if c.endpoint.name and c.endpoint.address)
    for claim in claims:
        at = claim.endpoint
        is_whole = bool(at.name and at.address)
        for endpoint in _at(ours, at) or ([] if is_whole else _at(theirs, at)) or [at]:
            _add(lines, endpoint, claim)
    return sorted(lines.values(), key=lambda x: (x.target, x.address, x.port))


_Places = dict[tuple[str, int, str], list[Endpoint]]


def _places(known: Iterable[Endpoint]) -> _Places:
    """Endpoints by what may be said of them: their name, or their address."""
    found: _Places = {}
    for one in dict.fromkeys(known):
        for host in sorted({one.name, one.address} - {""}):
            found.setdefault((host, one.port, one.transport), []).append(one)
    return found


def _at(places: _Places, at: Endpoint) -> list[Endpoint]:
    """Those of the same name, else of the same address."""
    keys = ((host, at.port, at.transport) for host in (at.name, at.address))
    return next((places[key] for key in keys if key in places), [])


def _is_there(at: Endpoint, closed: frozenset[str]) -> bool:
    return bool(at.port) and not {at.label, Endpoint(at.address, at.port).label} & closed


def _add(lines: dict[Endpoint, EndpointLine], endpoint: Endpoint, seen: Seen) -> None:
    line = lines.get(endpoint) or EndpointLine(
        endpoint.label, endpoint.address, endpoint.port, "", seen_at=instant(seen.at)
    )
    lines[endpoint] = msgspec.structs.replace(line, **_said(seen, line))


def _said(seen: Seen, line: EndpointLine) -> dict[str, Any]:
    """What one observation adds to a line; what is known already stays."""
    said: dict[str, Any] = {}
    if isinstance(seen, ServiceSeen) and seen.service:
        said["service"] = seen.service
    elif isinstance(seen, HttpSeen) and not line.service:
        said["service"] = "https" if seen.is_tls else "http"
    elif isinstance(seen, TlsSeen):
        said |= _of_tls(seen, line)
    for product in products_of(seen)[:1]:
        if not line.product:
            said |= {"product": product.name, "version": product.version}
    return said


def _of_tls(seen: TlsSeen, line: EndpointLine) -> dict[str, Any]:
    """Versions spoken, and the last day of the certificate that expires first."""
    said: dict[str, Any] = {}
    if not line.service:
        said["service"] = seen.starttls or "tls"
    if seen.offered:
        said["tls"] = ", ".join(v.version.replace("v", " ", 1) for v in seen.offered)
    ends = [chain.certificates[0].not_after for chain in seen.chains if chain.certificates]
    if ends and (last := instant(min(ends))):
        said["expires_on"] = last[:10]
    return said
