"""What a perimeter allows on a given day: asked of each name and of each address before anything is touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from rempart.engines.exposure.names import (
    METADATA,
    Address,
    address_of,
    host_name,
    special,
    with_parents,
)
from rempart.engines.exposure.perimeter import (
    Asset,
    AssetKind,
    Consent,
    Perimeter,
    Touch,
    excluded_value,
    network_of,
    normal_value,
)
from rempart.kernel.errors import RempartError

OPT_IN_PORTS: Final = {
    Touch.MEDICAL: frozenset(
        {104, 2575, 2761, 2762, 4242, 4006, 6661, 6662, 6663, 11112, 11113}
    ),
    Touch.INDUSTRIAL: frozenset(
        {102, 502, 789, 1883, 1911, 1962, 2404, 3671, 4840, 4911, 5094, 8883, 9600, 20000, 44818, 47808}
    ),
}  # fmt: skip
"""Ports of equipment that care or the building leans on: never opened unless the perimeter says so."""

OPT_IN_UDP: Final = frozenset({19, 69, 111, 123, 137, 161, 389, 623, 1900, 3702, 5353, 11211})
"""UDP services that answer more than they are asked, and management boards, of which old ones bear little."""

OPT_IN_WORDS: Final = {
    Touch.MEDICAL: "les équipements médicaux",
    Touch.INDUSTRIAL: "les équipements techniques",
    Touch.AMPLIFICATION: "les services UDP",
}


class NoConsent(RempartError):
    """A perimeter that nobody in a position to do so allows to be touched today: nothing is probed."""


@dataclass(frozen=True, slots=True)
class Right:
    """What may be done with a name or an address: `refusal` is French, and empty when it may be touched."""

    refusal: str = ""
    touch: frozenset[Touch] = frozenset()
    follows: bool = False  # addresses that the name leads to may be touched too
    is_excluded: bool = False  # refused because the perimeter says never

    def __bool__(self) -> bool:
        return not self.refusal


class Scope:
    """The perimeter of one day, made to be asked quickly: each question costs a few look-ups, whatever its size."""

    def __init__(self, perimeter: Perimeter, day: date) -> None:
        self.perimeter, self.day = perimeter, day
        self._domains: dict[str, Asset] = {}
        self._hosts: dict[str, Asset] = {}
        self._ranges: dict[tuple[int, int], dict[int, Asset]] = {}
        for asset in perimeter.assets:
            self._learn(asset)
        self._lengths = sorted(self._ranges, key=lambda key: -key[1])
        excluded = [excluded_value(text) for text in perimeter.excluded]
        self._no_names = frozenset(e for e in excluded if isinstance(e, str))
        self._no_ranges = [e for e in excluded if not isinstance(e, str)]

    def name(self, text: str) -> Right:
        """What may be done with a name. Never raises: what is no name is outside."""
        found = self._of_name(text)
        return found if isinstance(found, Right) else self._right(found, host_name(text))

    def address(self, text: str) -> Right:
        """What may be done with an address that no name brought. Never raises."""
        found = self._of_address(text)
        return found if isinstance(found, Right) else self._right(found, str(address_of(text)))

    def name_outside(self, text: str) -> Right | None:
        """Why a name is not of the perimeter, None when it is, whoever consents to what. Never raises."""
        found = self._of_name(text)
        return found if isinstance(found, Right) else None

    def address_outside(self, text: str) -> Right | None:
        """Why an address is not of the perimeter, None when it is, whoever consents to what. Never raises."""
        found = self._of_address(text)
        return found if isinstance(found, Right) else None

    def _of_name(self, text: str) -> Asset | Right:
        try:
            name = host_name(text)
        except ValueError:
            return Right(f"« {text[:80]} » n’est pas un nom.")
        parents = with_parents(name)
        if any(parent in self._no_names for parent in parents):
            return Right(f"{name} est exclu du périmètre.", is_excluded=True)
        asset = self._hosts.get(name)
        if asset is None:
            declared = (self._domains.get(parent) for parent in parents)
            asset = next(
                (a for a in declared if a and (a.subdomains or normal_value(a) == name)), None
            )
        if asset is None:
            return Right(f"{name} n’est pas dans le périmètre.")
        return asset

    def _of_address(self, text: str) -> Asset | Right:
        try:
            address = address_of(text)
        except ValueError:
            return Right(f"« {text[:80]} » n’est pas une adresse.")
        if self._is_excluded(address):
            return Right(f"{address} est exclue du périmètre.", is_excluded=True)
        asset = self._written(address)
        if asset is None:
            why = special(address)
            return Right(
                f"{address} n’est pas dans le périmètre{f' : c’est {why}' if why else ''}."
            )
        return asset

    def led(self, name: str, chain: Sequence[str], address: str) -> Right:
        """What may be done with an address that a name leads to, through the names of `chain` (CNAME), last last.

        An address that the perimeter writes down may be touched under the name. Another one only when the name
        says `addresses: follow`, when no name of the chain is outside, and when it is an address of the internet.
        """
        of_name = self.name(name)
        if not of_name:
            return of_name
        own = self.address(address)
        if own:
            return Right(touch=of_name.touch & own.touch)
        try:
            known = address_of(address)
        except ValueError:
            return own
        if self._is_excluded(known) or self._written(known) is not None:
            return own
        if why := special(known):
            return Right(f"{name} mène à {known}, {why} : non touchée.")
        outside = next((link for link in chain if not self.name(link)), "")
        if outside:
            return Right(f"{name} est un alias de {outside}, qui n’est pas dans le périmètre.")
        if not of_name.follows:
            return Right(
                f"{name} mène à {known}, qui n’est pas dans le périmètre (hébergement partagé ?) : "
                "déclarez l’adresse, ou « addresses: follow » pour ce nom."
            )
        return Right(touch=of_name.touch)

    def consents(self) -> list[Consent]:
        """The consents in force on the day, each once."""
        found = [a.consent or self.perimeter.consent for a in self.perimeter.assets]
        return list(dict.fromkeys(c for c in found if c and c.on <= self.day <= c.until))

    def _learn(self, asset: Asset) -> None:
        value = normal_value(asset)
        if asset.kind is AssetKind.DOMAIN:
            self._domains[value] = asset
        elif asset.kind is AssetKind.HOST:
            self._hosts[value] = asset
        else:
            network = network_of(value if "/" in value else f"{value}/{_whole(value)}")
            table = self._ranges.setdefault((network.version, network.prefixlen), {})
            table[int(network.network_address)] = asset

    def _written(self, address: Address) -> Asset | None:
        number, bits = int(address), address.max_prefixlen
        for version, length in self._lengths:
            if version == address.version:
                asset = self._ranges[version, length].get(number >> bits - length << bits - length)
                if asset is not None and (length == bits or address not in METADATA):
                    return asset
        return None

    def _is_excluded(self, address: Address) -> bool:
        return any(_inside(address, network) for network in self._no_ranges)

    def _right(self, asset: Asset, shown: str) -> Right:
        consent = asset.consent or self.perimeter.consent
        if consent is None:
            return Right(f"{shown} : personne n’a consenti à ce qu’on le touche.")
        if self.day < consent.on:
            return Right(
                f"{shown} : le consentement de {consent.by} ne commence que le {consent.on:%d/%m/%Y}."
            )
        if self.day > consent.until:
            return Right(
                f"{shown} : le consentement de {consent.by} a pris fin le {consent.until:%d/%m/%Y}."
            )
        touch = self.perimeter.touch if asset.touch is None else asset.touch
        return Right(touch=frozenset(touch), follows=asset.addresses == "follow")


def refused_port(touch: Iterable[Touch], port: int, transport: str) -> str:
    """Why a port may not be opened under these rights, French; "" when it may."""
    allowed = frozenset(touch)
    for kind, ports in OPT_IN_PORTS.items():
        if port in ports and kind not in allowed:
            return f"Le périmètre ne permet pas {OPT_IN_WORDS[kind]} (port {port})."
    if transport == "udp" and port in OPT_IN_UDP and Touch.AMPLIFICATION not in allowed:
        return f"Le périmètre ne permet pas {OPT_IN_WORDS[Touch.AMPLIFICATION]} (port {port})."
    return ""


def demand_consent(perimeter: Perimeter, day: date) -> Scope:
    """The scope of the day. Raises NoConsent when no asset may be touched on it: no option passes it."""
    scope = Scope(perimeter, day)
    if scope.consents():
        return scope
    given = [a.consent or perimeter.consent for a in perimeter.assets]
    known = sorted({c for c in given if c}, key=lambda c: c.until)
    if not known:
        found = "Personne n’a consenti à ce que ce périmètre soit touché."
    elif all(c.on > day for c in known):
        found = f"Le consentement ne commence que le {known[0].on:%d/%m/%Y}, et ce poste est au {day:%d/%m/%Y}."
    else:
        found = f"Le consentement a pris fin le {known[-1].until:%d/%m/%Y}, et ce poste est au {day:%d/%m/%Y}."
    raise NoConsent(
        found + " Rien n’a été touché.",
        expected="Un consentement en cours : qui (by), à quel titre (function), du (on), au (until).",
        todo="Faites-le signer par une personne qui en a le pouvoir, puis écrivez-le dans le périmètre.",
    )


def _whole(value: str) -> int:
    return address_of(value).max_prefixlen


def _inside(address: Address, network: IPv4Network | IPv6Network) -> bool:
    return address.version == network.version and address in network
