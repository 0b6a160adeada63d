"""Host names and addresses in one spelling, and the addresses that no name may lead to."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBERS: Final = re.compile(r"([0-9]{1,18})")
LONGEST_NAME: Final = 253
DEVIATIONS: Final = frozenset("ßẞς\u200c\u200d")
"""Characters that IDNA 2003 (the codec of Python) turns into others, and that IDNA 2008 keeps (UTS 46 §7)."""
NAT64: Final = IPv6Network("64:ff9b::/96")
UNICAST: Final = IPv6Network("2000::/3")
"""All that IANA gives of IPv6 to the internet; elsewhere stand forms that carry an IPv4 address (::127.0.0.1)."""
METADATA: Final = frozenset(
    ip_address(text)
    for text in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254")
)
"""Where clouds answer with the secrets of the machine that asks."""


def host_name(text: str) -> str:
    """A domain or host name in lower case and Punycode, without its last dot. Raises ValueError (French)."""
    name = text.strip().rstrip(".").lower()
    try:
        name = name.encode("ascii").decode("ascii") if name.isascii() else _punycode(name)
    except UnicodeError:
        raise ValueError(f"« {text} » n’est pas un nom de domaine") from None
    labels = name.split(".")
    is_name = len(name) <= LONGEST_NAME and all(LABEL.fullmatch(label) for label in labels)
    if not is_name or labels[-1].isdigit():
        raise ValueError(f"« {text} » n’est pas un nom de domaine")
    if len(labels) < 2:
        raise ValueError(f"« {text} » n’est pas un nom complet")
    return name


def _punycode(name: str) -> str:
    """Raises UnicodeError, and ValueError (French) on the letters that the two IDNA standards write differently: the
    codec would lead to the name of somebody else (straße.de is not strasse.de)."""
    if found := sorted(DEVIATIONS & set(name)):
        raise ValueError(
            f"« {name} » : la lettre « {found[0]} » s’écrit de deux façons dans un nom de domaine ; écrivez ce nom en "
            "Punycode (xn--…)"
        )
    return name.encode("idna").decode("ascii")


@lru_cache(maxsize=65536)
def address_of(text: str) -> Address:
    """An IPv4 or IPv6 address; one of IPv4 written in IPv6 (::ffff:192.0.2.1) is the IPv4 one. Raises ValueError."""
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        raise ValueError(f"« {text} » n’est pas une adresse") from None
    if isinstance(address, IPv6Address):
        if address.scope_id:
            raise ValueError(f"« {text} » : une adresse ne porte pas d’interface ici")
        return address.ipv4_mapped or address
    return address


def hidden(address: Address) -> list[Address]:
    """The address, and the IPv4 one that it carries (6to4, Teredo, NAT64): a gateway would lead there."""
    found: list[Address] = [address]
    if isinstance(address, IPv6Address):
        if address.sixtofour is not None:
            found.append(address.sixtofour)
        if address.teredo is not None:
            found.extend(address.teredo)
        if address in NAT64:
            found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def special(address: Address) -> str:
    """Why no name may lead to this address, French; "" for an address of the internet.

    Loopback, private, link-local, shared, multicast, reserved and metadata addresses: IANA registries of special
    purpose addresses, as the standard library has them.
    """
    for one in hidden(address):
        if one in METADATA:
            return "une adresse de métadonnées d’hébergeur"
        if one.is_loopback:
            return "une adresse de cette machine"
        if one.is_link_local:
            return "une adresse du lien local"
        if one.is_multicast or one.is_unspecified:
            return "une adresse qui n’est celle d’aucune machine"
        is_elsewhere = one.version == 6 and one not in UNICAST and one not in NAT64
        if is_elsewhere or not one.is_global:
            return "une adresse privée ou réservée"
    return ""


def is_under(name: str, domain: str) -> bool:
    """Whether a normal name is the domain, or stands under it."""
    return name == domain or name.endswith("." + domain)


def with_parents(name: str) -> list[str]:
    """A normal name and those above it, the nearest first: a.b.example, b.example, example."""
    labels = name.split(".")
    return [".".join(labels[k:]) for k in range(len(labels))]


def place(text: str) -> tuple[int, int, tuple[str | int, ...]]:
    """Where a target stands among others as people count: 127.0.0.2 before 127.0.0.10, srv2 before srv10."""
    host, _, port = text.rpartition(":")
    for said, number in ((text, ""), (host, port)):
        try:
            address = address_of(said)
        except ValueError:
            continue
        return address.version, int(address), (number.zfill(5),)
    parts = NUMBERS.split(text)
    return 9, 0, tuple(int(part) if k % 2 else part for k, part in enumerate(parts))


def sortable(text: str) -> str:
    """The same place as one text, for a database to sort by; of a long one, the beginning."""
    version, address, parts = place(text)
    if address or version != 9:
        return f"{version}{address:039d}{parts[0]}"
    return f"{version}" + "".join(p if isinstance(p, str) else f"{p:010d}" for p in parts)[:180]
