"""Pieces of work: small, pure, redone without harm, the same on one machine or on many.

A piece says what to look at and nothing of how; its key (rules, target, minute of the sweep) names its result
wherever it is computed. `plan_pieces` gives the first ones, and a `Planner` those that their results call for:
names lead to addresses, addresses to ports, ports to services and sites.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import product
from typing import Final

import msgspec
from msgspec import Struct

from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure.names import address_of, host_name
from rempart.engines.exposure.perimeter import (
    WIDEST_RANGE,
    Asset,
    AssetKind,
    Perimeter,
    Touch,
    fingerprint,
    network_of,
    normal_value,
)
from rempart.engines.exposure.scope import Scope, refused_port
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.snapshot import AnySeen

USUAL_NAMES: Final = (
    "www", "mail", "webmail", "owa", "autodiscover", "smtp", "imap", "vpn", "ssl", "extranet", "portail", "acces",
    "citrix", "ftp", "sftp", "rdv", "patient", "intranet", "glpi", "pacs", "imagerie", "labo", "resultats",
)  # fmt: skip
"""Names tried under a domain whose sub-domains belong to the perimeter: one question each, to its name servers."""

NAMES_A_PIECE: Final = 16  # names of one address looked at in one piece


class Kind(StrEnum):
    """What a piece looks at."""

    ZONE = "zone"
    MAIL = "mail"
    HOST = "host"
    PORTS = "ports"
    ENDPOINT = "endpoint"
    DOOR = "door"  # of a retest: whether a port that fell silent is filtered


class Lead(Struct, frozen=True, order=True, gc=False):
    """A name that leads to an address, through these aliases."""

    name: str
    chain: tuple[str, ...] = ()


class Piece(Struct, frozen=True, order=True, kw_only=True, gc=False):
    """One piece of work. `is_first`: the piece of its port that also asks which service answers; `is_guess`: a name
    that nobody said exists; `witnesses`: ports of the same machine that used to answer (DOOR)."""

    kind: Kind
    name: str = ""
    address: str = ""
    port: int = 0
    leads: tuple[Lead, ...] = ()
    transport: str = "tcp"
    is_first: bool = True
    is_guess: bool = False
    witnesses: tuple[int, ...] = ()

    @property
    def target(self) -> str:
        """What it looks at, as a person would name it."""
        if self.kind in (Kind.ZONE, Kind.MAIL, Kind.HOST):
            return self.name
        return f"{self.address}:{self.port}" if self.port else self.address

    @property
    def group(self) -> str:
        """Pieces of one group are done by one process: it alone holds the budget of the host."""
        return self.address or self.name


class Done(Struct, frozen=True, kw_only=True):
    """What a piece brought. `stopped` (French) says why it was not done to its end: it is done again on resumption."""

    key: str
    piece: Piece
    seen: list[AnySeen]
    stopped: str = ""


def rules_hash(perimeter: Perimeter, tool_version: str) -> str:
    """SHA-256 of what decides a result beside the target and the time: the perimeter and the version of the probes."""
    text = f"{fingerprint(perimeter)}\n{tool_version}"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def key_of(piece: Piece, rules: str, minute: int) -> str:
    """The name of a result: the same rules, target and minute give the same key on every machine."""
    body = msgspec.json.encode((rules, minute, piece))
    return hashlib.sha256(body).hexdigest()[:40]


def plan_pieces(scope: Scope) -> list[Piece]:
    """The first pieces of a perimeter, sorted: zones, mail and names, and the ports of written addresses.

    What the scope refuses (excluded, without consent) is left out: it is never touched.
    """
    found: dict[tuple[Kind, str], Piece] = {}
    for asset in scope.perimeter.assets:
        for piece in _first(scope, asset):
            # A name that is declared is no guess, even where it is a usual one.
            if (key := (piece.kind, piece.target)) not in found or found[key].is_guess:
                found[key] = piece
    return sorted(found.values())


def _first(scope: Scope, asset: Asset) -> Iterator[Piece]:
    value = normal_value(asset)
    if asset.kind is AssetKind.DOMAIN:
        touch = scope.name(value).touch
        if Touch.DNS in touch:
            yield Piece(kind=Kind.ZONE, name=value)
        if Touch.MAIL in touch:
            yield Piece(kind=Kind.MAIL, name=value)
        under = USUAL_NAMES if asset.subdomains else ()
        if touches_ports(touch):
            yield Piece(kind=Kind.HOST, name=value)
        for name in (f"{label}.{value}" for label in under):
            if touches_ports(scope.name(name).touch):
                yield Piece(kind=Kind.HOST, name=name, is_guess=True)
    elif asset.kind is AssetKind.HOST:
        yield from host_pieces(scope, [value])
    else:
        yield from (
            _ports(a) for a in _addresses(asset, value) if touches_ports(scope.address(a).touch)
        )


def host_pieces(scope: Scope, names: Iterable[str]) -> Iterator[Piece]:
    """One piece for each name that the scope holds and whose addresses may be looked at."""
    for text in names:
        try:
            name = host_name(text)
        except ValueError:
            continue
        if touches_ports(scope.name(name).touch):
            yield Piece(kind=Kind.HOST, name=name)


def touches_ports(touch: Iterable[Touch]) -> bool:
    """Whether these rights let a port be opened."""
    return bool(frozenset(touch) - {Touch.DNS, Touch.MAIL})


def _addresses(asset: Asset, value: str) -> Iterator[str]:
    if asset.kind is AssetKind.ADDRESS:
        yield value
        return
    network = network_of(value)
    if network.num_addresses <= WIDEST_RANGE:
        # The first and the last are tried too: a provider's range is often routed, and each address of it used.
        yield from (str(address) for address in network)


def _ports(address: str) -> Piece:
    return Piece(kind=Kind.PORTS, address=address)


class Planner:
    """Turns what has been done into what remains to do. It keeps names, addresses and open ports: nothing heavier."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._names: set[Piece] = set()
        self._addresses: set[str] = set()
        self._planned: set[Piece] = set()
        self._tried: set[str] = set()
        self._leads: dict[str, set[Lead]] = {}
        self._open: dict[str, set[int]] = {}
        self._asked: set[str] = set()  # addresses whose ports were tried, UDP ones not yet
        for piece in plan_pieces(scope):
            if piece.kind is Kind.PORTS:
                self._addresses.add(piece.address)
            else:
                self._names.add(piece)

    def take(self, done: Done) -> None:
        """Learn from one result."""
        for seen in done.seen:
            if isinstance(seen, HostSeen):
                lead = Lead(seen.name, tuple(seen.chain))
                for address in seen.addresses:
                    if address not in seen.refused:
                        self._leads.setdefault(address, set()).add(lead)
                        self._addresses.add(address)
            elif isinstance(seen, PortsSeen):
                self._open.setdefault(seen.address, set()).update(seen.open)
                self._asked.add(seen.address)
            elif isinstance(seen, ZoneSeen | MailSeen):
                self._names.update(host_pieces(self._scope, names_in(seen)))

    def next(self) -> list[Piece]:
        """The pieces to do now, sorted; empty when all is done. Names come before addresses, and addresses before
        ports: an endpoint is asked under all of its names."""
        known = {(p.kind, p.name) for p in self._planned} if self._names else set()
        fresh = {p for p in self._names if (p.kind, p.name) not in known}
        self._names = set()
        if not fresh:
            fresh = {self._try(address) for address in self._addresses - self._tried}
            self._tried |= self._addresses
        if not fresh:
            fresh = {*self._endpoints(), *self._datagrams()} - self._planned
            self._open, self._asked = {}, set()
        self._planned |= fresh
        return sorted(fresh)

    def _try(self, address: str) -> Piece:
        leads = sorted(self._leads.get(address, ()))[:NAMES_A_PIECE]
        return Piece(kind=Kind.PORTS, address=address, leads=tuple(leads))

    def _datagrams(self) -> Iterator[Piece]:
        """UDP ports cannot be tried: each that the rights allow is asked its one question."""
        wanted = [p for p in exposure_ports() if p.transport == "udp"]
        for address in self._asked:
            leads = sorted(self._leads.get(address, ()))[:NAMES_A_PIECE]
            touch = self._scope.address(address).touch.union(
                *(self._scope.led(lead.name, lead.chain, address).touch for lead in leads)
            )
            for one in wanted:
                if Touch(one.group) in touch and not refused_port(touch, one.port, "udp"):
                    yield Piece(
                        kind=Kind.ENDPOINT, address=address, port=one.port, leads=tuple(leads),
                        transport="udp",
                    )  # fmt: skip

    def _endpoints(self) -> Iterator[Piece]:
        for address, ports in self._open.items():
            leads = sorted(self._leads.get(address, ()))
            starts = range(0, max(len(leads), 1), NAMES_A_PIECE)
            for port, start in product(ports, starts):
                yield Piece(
                    kind=Kind.ENDPOINT,
                    address=address,
                    port=port,
                    leads=tuple(leads[start : start + NAMES_A_PIECE]),
                    is_first=start == 0,
                )


def names_in(seen: ZoneSeen | MailSeen) -> list[str]:
    """Host names that an observation of a zone or of mail speaks of: its servers, and its aliases."""
    servers = [server.name for server in seen.servers]
    return servers if isinstance(seen, MailSeen) else servers + [a.name for a in seen.aliases]


def declared_names(perimeter: Perimeter) -> list[str]:
    """The names that the perimeter declares, normal and sorted."""
    names = (a for a in perimeter.assets if a.kind in (AssetKind.DOMAIN, AssetKind.HOST))
    return sorted({normal_value(asset) for asset in names})


def grouped(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces by group, in the order in which groups first come."""
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(piece.group, []).append(piece)
    return list(groups.values())


def pieces_for(target: str, address: str = "") -> list[Piece]:
    """The pieces that look again at one target (« chu.example », « www.chu.example:443 »): what a retest redoes.

    `address` is that of the endpoint when the target is under a name; a retest resolves the name again. Empty when the
    target is neither a name nor an endpoint.
    """
    host, _, port = target.rpartition(":")
    if not port.isdigit() or not host:
        try:
            name = host_name(target)
        except ValueError:
            return []
        return [Piece(kind=Kind.ZONE, name=name), Piece(kind=Kind.MAIL, name=name)]
    try:
        return [Piece(kind=Kind.ENDPOINT, address=str(address_of(host)), port=int(port))]
    except ValueError:
        pass  # it is under a name
    try:
        known, lead = str(address_of(address)) if address else "", Lead(host_name(host))
    except ValueError:
        return []
    return [Piece(kind=Kind.ENDPOINT, address=known, port=int(port), leads=(lead,))]
