"""The perimeter: what is declared, who consents, until when, and what may be touched. Nothing is probed without it.

The file is YAML, written by hand or by the platform, or the same in JSON:

    name: Centre hospitalier d’Exemple
    finess: "010000024"
    consent:
      by: Camille Martin
      function: directrice générale
      on: 2026-10-01
      until: 2027-09-30
      document: Décision 2026-41
    touch: [dns, mail, tls, http, services]
    assets:
      - {kind: domain, value: chu.example, subdomains: true, addresses: follow}
      - {kind: range, value: 192.0.2.0/28}
    excluded: [imagerie.chu.example, 192.0.2.9]
"""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import yaml
from msgspec import Meta, Struct

from rempart.engines.exposure.faults import fault_words
from rempart.engines.exposure.hours import Hours, check_hours
from rempart.engines.exposure.names import Address, address_of, host_name
from rempart.engines.exposure.probe.dns.suffix import registrable
from rempart.kernel.errors import UnreadableSource

LONGEST_FILE: Final = 16 << 20
DEEPEST: Final = 40  # collections inside one another
WIDEST_RANGE: Final = 4096  # addresses that one range may have us try: a /20
MOST_ADDRESSES: Final = 65536  # of all ranges together
WIDEST_IPV6: Final = 48  # an IPv6 range wider than a site's is nobody's to declare

Text = Annotated[str, Meta(min_length=1, max_length=1000)]


class Touch(StrEnum):
    """What may be looked at. The last three are never touched unless the file names them."""

    DNS = "dns"
    MAIL = "mail"
    TLS = "tls"
    HTTP = "http"
    SERVICES = "services"
    MEDICAL = "medical"
    INDUSTRIAL = "industrial"
    AMPLIFICATION = "amplification"


USUAL: Final = (Touch.DNS, Touch.MAIL, Touch.TLS, Touch.HTTP, Touch.SERVICES)


class Consent(Struct, forbid_unknown_fields=True, frozen=True):
    """Who allows it, in what capacity, from a day to a day, both included."""

    by: Text
    function: Text
    on: date
    until: date
    document: str = ""


class AssetKind(StrEnum):
    """What an asset names."""

    DOMAIN = "domain"
    HOST = "host"
    ADDRESS = "address"
    RANGE = "range"


class Asset(Struct, forbid_unknown_fields=True, frozen=True):
    """One thing declared. `addresses: follow` lets the addresses that a name leads to be touched, though not written."""

    kind: AssetKind
    value: Text
    subdomains: bool = False  # of a domain: names under it belong to it too
    addresses: Literal["written", "follow"] = "written"
    touch: list[Touch] | None = None  # None: the perimeter's
    consent: Consent | None = None  # None: the perimeter's
    note: str = ""


class Limits(Struct, forbid_unknown_fields=True, frozen=True):
    """What a host may be asked: connections at once, new ones a second, and seconds of the whole sweep."""

    connections: Annotated[int, Meta(ge=2, le=64)] = 4
    per_second: Annotated[float, Meta(gt=0, le=100)] = 8.0
    seconds_per_host: Annotated[float, Meta(gt=0, le=86400)] = 1200.0
    seconds: Annotated[float, Meta(gt=0, le=604800)] = 6 * 3600.0


class Perimeter(Struct, forbid_unknown_fields=True, frozen=True):
    """A whole perimeter, as its file states it."""

    name: Text
    assets: list[Asset]
    consent: Consent | None = None
    touch: list[Touch] = msgspec.field(default_factory=lambda: list(USUAL))
    limits: Limits = Limits()
    hours: Hours = Hours()
    excluded: list[Text] = []
    finess: str = ""
    dkim_selectors: list[Text] = []
    # Addresses of the resolver to ask; empty: that of the command, else the way from the root.
    resolvers: list[Text] = []


def read_perimeter(path: Path) -> Perimeter:
    """The perimeter of a YAML or JSON file. Raises UnreadableSource, with the place of the first fault."""
    try:
        # A device or a pipe may never end, and says a size of nothing.
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ValueError("ce n’est pas un fichier")
        if path.stat().st_size > LONGEST_FILE:
            raise ValueError("fichier de plus de 16 Mo")
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError) as fault:
        raise UnreadableSource(
            f"Périmètre illisible : {path} ({fault_words(fault)}).",
            expected="Un fichier YAML ou JSON en UTF-8.",
        ) from fault
    return parse_perimeter(text, str(path))


def parse_perimeter(text: str, origin: str = "périmètre") -> Perimeter:
    """The perimeter that a YAML or JSON text states, checked. Raises UnreadableSource."""
    try:
        found = msgspec.convert(_plain(text), Perimeter)
        check_perimeter(found)
    except (ValueError, yaml.YAMLError, msgspec.ValidationError, RecursionError) as fault:
        raise UnreadableSource(
            f"Périmètre illisible : {origin} ({fault_words(fault)}).",
            expected="name, consent (by, function, on, until), et assets : kind (domain, host, address, range) et value.",
            todo="Corrigez l’endroit cité ; l’exemple samples/perimetre-exemple.yaml montre toutes les clés.",
        ) from fault
    return found


def _plain(text: str) -> Any:
    """The text as plain values: JSON when it is, which YAML does not wholly take (tabs, « \\/ »), else YAML."""
    if text.lstrip()[:1] == "{":
        try:
            return json.loads(text, object_pairs_hook=_once)
        except json.JSONDecodeError:
            pass  # a YAML of one line begins so too
    _check_bounds(yaml.parse(text, Loader=_Loader))
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping whose keys are written once: of two « excluded », the first would be forgotten. Raises ValueError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for k, (key, _) in enumerate(pairs) if key in dict(pairs[:k]))
        raise ValueError(f"la clé {twice} est écrite deux fois")
    return found


def _check_bounds(events: Iterable[Any]) -> None:
    """Raise on an alias (a few lines of them unfold into gigabytes) and on what is nested without end."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("les alias YAML ne sont pas acceptés ici")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise RecursionError
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


# libyaml when the wheel has it: a region's perimeter is read ten times faster.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML as people write it: « on » is a word, 18:00 an hour, and a key is written once."""

    # Theirs takes on, off, no and 010 for values.
    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping, refused when a key comes twice."""
        _once([(str(key.value), None) for key, _ in node.value])
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


for _tag, _shape, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^(?:0|-?[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?[0-9]+\.[0-9]+$", "-0123456789"),
    ("timestamp", r"^\d{4}-\d\d-\d\d$", "0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_shape), list(_first))


def check_perimeter(perimeter: Perimeter) -> None:
    """Raise ValueError (French) on an asset or an exclusion that is not what it says, or on too wide a range."""
    if not perimeter.assets:
        raise ValueError("le périmètre ne déclare aucun bien (assets est vide)")
    check_hours(perimeter.hours)
    seen: set[tuple[str, str]] = set()
    for asset in perimeter.assets:
        key = (asset.kind, normal_value(asset))
        if key in seen:
            raise ValueError(f"« {asset.value} » est déclaré deux fois")
        seen.add(key)
        check_asset(asset)
    check_ranges(perimeter.assets)
    for value in perimeter.excluded:
        excluded_value(value)
    for value in perimeter.resolvers:
        address_of(value)
    for consent in (perimeter.consent, *(a.consent for a in perimeter.assets)):
        if consent is not None and consent.until < consent.on:
            raise ValueError(f"le consentement de {consent.by} finit avant de commencer")


def check_asset(asset: Asset) -> None:
    """Raise ValueError (French) on an asset that is not what it says, or on too wide a range."""
    normal_value(asset)
    is_name = asset.kind in (AssetKind.DOMAIN, AssetKind.HOST)
    if asset.subdomains and asset.kind is not AssetKind.DOMAIN:
        raise ValueError(f"« {asset.value} » : subdomains ne vaut que pour un domaine")
    if asset.addresses == "follow" and not is_name:
        raise ValueError(f"« {asset.value} » : addresses ne vaut que pour un nom")
    if asset.kind is AssetKind.DOMAIN and asset.subdomains and not registrable(asset.value):
        raise ValueError(
            f"« {asset.value} » est un suffixe public : personne n’y consent pour tous"
        )
    if asset.kind is AssetKind.RANGE:
        _check_range(network_of(asset.value))


def check_ranges(assets: Iterable[Asset]) -> None:
    """Raise ValueError (French) when the ranges have too many addresses together: each may be fine, not the sweep."""
    if _addresses_to_try(assets) > MOST_ADDRESSES:
        raise ValueError(f"les plages font plus de {MOST_ADDRESSES} adresses en tout")


def _check_range(network: IPv4Network | IPv6Network) -> None:
    if isinstance(network, IPv4Network) and network.num_addresses > WIDEST_RANGE:
        raise ValueError(f"la plage {network} a plus de {WIDEST_RANGE} adresses : découpez-la")
    if isinstance(network, IPv6Network) and network.prefixlen < WIDEST_IPV6:
        raise ValueError(f"la plage {network} est plus large qu’un /{WIDEST_IPV6}")


def normal_value(asset: Asset) -> str:
    """The value in its one spelling: lower case and Punycode for names, compressed for addresses. Raises ValueError."""
    if asset.kind is AssetKind.ADDRESS:
        return str(address_of(asset.value))
    if asset.kind is AssetKind.RANGE:
        return str(network_of(asset.value))
    return host_name(asset.value)


def network_of(text: str) -> IPv4Network | IPv6Network:
    """A range written in CIDR. Raises ValueError (French)."""
    if "/" not in text:
        raise ValueError(f"« {text} » n’est pas une plage : écrivez 192.0.2.0/28")
    try:
        return ip_network(text.strip())
    except ValueError:
        raise ValueError(
            f"« {text} » n’est pas une plage : écrivez son adresse de début, comme 192.0.2.0/28"
        ) from None


def excluded_value(text: str) -> IPv4Network | IPv6Network | str:
    """What an exclusion names: a range (an address is a range of one), or a name with all that is under it.

    Raises ValueError.
    """
    if "/" in text:
        return network_of(text)
    try:
        address: Address = address_of(text)
    except ValueError:
        return host_name(text)
    if isinstance(address, IPv4Address):
        return IPv4Network(address)
    return IPv6Network(IPv6Address(address))


def _addresses_to_try(assets: Iterable[Asset]) -> int:
    """How many addresses the written ranges have us try. IPv6 ranges too wide are scope only, and count for none."""
    sizes = (network_of(a.value).num_addresses for a in assets if a.kind is AssetKind.RANGE)
    return sum(size for size in sizes if size <= WIDEST_RANGE)


def fingerprint(perimeter: Perimeter) -> str:
    """SHA-256 of what the perimeter says, in hexadecimal: the same for two files that say the same."""
    return hashlib.sha256(msgspec.json.encode(perimeter, order="sorted")).hexdigest()
