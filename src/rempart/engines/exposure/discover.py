"""Assets that a perimeter might lack: proposed with their reasons, touched by nobody, accepted by a person.

Sources: names of certificates, servers of zones and of mail, aliases, reverse names, what other tools name in their
reports, and extracts of Certificate Transparency given as files. Nothing here opens a connection.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.engines.exposure.names import (
    Address,
    address_of,
    host_name,
    place,
    special,
    with_parents,
)
from rempart.engines.exposure.perimeter import (
    AssetKind,
    Perimeter,
    excluded_value,
    network_of,
    normal_value,
)
from rempart.engines.exposure.probe.dns.suffix import registrable
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.snapshot import AnySeen
from rempart.engines.exposure.work import USUAL_NAMES
from rempart.kernel.errors import UnreadableSource

LONGEST_FILE: Final = 256 << 20
MOST_NAMES: Final = 200_000
REASONS_KEPT: Final = 5
_FOLLOWS: Final = ", addresses: follow"
_PERMISSION: Final = (
    "  # « addresses: follow » laisse toucher les adresses où un nom mène : votre domaine déclaré le permet déjà à ses",
    "  # sous-domaines. Retirez-le d’un nom hébergé avec d’autres.",
)
COLUMNS: Final = (
    "name_value",
    "common_name",
    "dns_names",
    "name",
    "domain",
    "host",
    "nom",
    "domaine",
)


@dataclass(slots=True)
class Proposal:
    """One asset proposed. `is_near`: under a domain that was registered by one already declared; `follows`: under one
    that is declared with its sub-domains and lets the addresses of its names be touched."""

    kind: AssetKind
    value: str
    is_near: bool
    why: list[str] = field(default_factory=list)
    follows: bool = False


def propose(
    perimeter: Perimeter, seen: Iterable[AnySeen], extracts: Iterable[str] = ()
) -> list[Proposal]:
    """What is not in the perimeter yet, the nearest first, each with at most five reasons (French).

    What is declared, excluded, or was looked at, is not proposed again, nor what is known not to exist; a name under a domain that is declared with its
    sub-domains is, because a sweep looks at the names that it is told of alone. `extracts` are names as files give them: one that is no name
    is left out, and `*.x` counts for x.
    """
    declared = {
        normal_value(a) for a in perimeter.assets if a.kind in (AssetKind.DOMAIN, AssetKind.HOST)
    }
    near = {registrable(name) for name in declared} - {""}
    covers, seen = _Covers(perimeter), list(seen)
    declared |= {one.name for one in seen if isinstance(one, HostSeen)} | _dead(seen)
    found: dict[str, Proposal] = {}
    for text, why in (*_named(seen), *((name, "extrait donné") for name in extracts)):
        try:
            name = host_name(text.strip().removeprefix("*."))
        except ValueError:
            continue
        if name in declared or covers.name(name) or len(found) >= MOST_NAMES:
            continue
        known = found.setdefault(name, Proposal(AssetKind.HOST, name, registrable(name) in near))
        known.follows = covers.follows(name)
        if why not in known.why and len(known.why) < REASONS_KEPT:
            known.why.append(why)
    for text, why in _addressed(seen):
        try:
            address = str(address_of(text))
        except ValueError:
            continue
        if not covers.address(address) and address not in found:
            found[address] = Proposal(AssetKind.ADDRESS, address, False, [why])
    return sorted(found.values(), key=lambda p: (not p.is_near, p.kind, place(p.value)))


def read_names(path: Path) -> Iterator[str]:
    """The names of a file: JSON of crt.sh, a CSV with a column of names, or one name a line. Raises UnreadableSource."""
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise ValueError("fichier de plus de 256 Mo")
        text = path.read_text("utf-8-sig")
        yield from _from_json(text) if text.lstrip()[:1] in ("[", "{") else _from_lines(text)
    except (OSError, ValueError, RecursionError, csv.Error) as fault:
        raise UnreadableSource(
            f"Extrait de noms illisible : {path} ({fault}).",
            expected="Le JSON de crt.sh, un CSV avec une colonne name_value ou name, ou un nom par ligne.",
        ) from fault


def proposals_yaml(perimeter: Perimeter, proposals: Iterable[Proposal]) -> str:
    """The proposals as YAML that a person reviews: assets to copy into the perimeter, reasons as comments."""
    lines = [
        f"# Propositions pour le périmètre « {_plain(perimeter.name)} ».",
        "# Rien de ceci n’a été touché. Ne gardez que ce qui est à l’établissement, puis recopiez les lignes dans",
        "# « assets » : le consentement du périmètre, ou celui que vous écrirez, les couvrira.",
        "assets:",
    ]
    for is_near, title in (
        (True, "Sous un domaine déjà déclaré"),
        (False, "Ailleurs : à vérifier"),
    ):
        part = [p for p in proposals if p.is_near is is_near]
        if part:
            lines.append(f"  # {title}")
        if any(p.follows for p in part):
            lines += _PERMISSION
        for p in part:
            more = _FOLLOWS if p.follows else ""
            lines.append(
                f"  - {{kind: {p.kind}, value: {p.value}{more}}}  # {_plain(' ; '.join(p.why))}"
            )
    if len(lines) == 4:
        lines[-1] = "assets: []"
    return "\n".join(lines) + "\n"


class _Covers:
    """What the perimeter names already, consented or not, and what it excludes."""

    def __init__(self, perimeter: Perimeter) -> None:
        names = [a for a in perimeter.assets if a.kind in (AssetKind.DOMAIN, AssetKind.HOST)]
        excluded = [excluded_value(text) for text in perimeter.excluded]
        domains = [a for a in names if a.subdomains]
        # What has its own consent or its own limits is left to the person who wrote them.
        own = [normal_value(a) for a in domains if a.consent is not None or a.touch is not None]
        self._under = {*own, *(e for e in excluded if isinstance(e, str))}
        self._follow = {normal_value(a): a.addresses == "follow" for a in domains}
        self._usual = {f"{label}.{normal_value(a)}" for a in domains for label in USUAL_NAMES}
        ranges = [a.value for a in perimeter.assets if a.kind is AssetKind.RANGE]
        self._ranges = [network_of(text) for text in ranges]
        self._ranges += [e for e in excluded if not isinstance(e, str)]
        written = [a.value for a in perimeter.assets if a.kind is AssetKind.ADDRESS]
        self._addresses: set[Address] = {address_of(text) for text in written}

    def name(self, name: str) -> bool:
        """Whether it is excluded, or looked at without being told of."""
        return name in self._usual or not self._under.isdisjoint(with_parents(name))

    def follows(self, name: str) -> bool:
        """Whether the nearest domain declared above a name already lets the addresses of its names be touched."""
        return next((self._follow[n] for n in with_parents(name) if n in self._follow), False)

    def address(self, text: str) -> bool:
        """Whether it is declared or excluded, or of a kind that nobody declares from a name."""
        address = address_of(text)
        if address in self._addresses or special(address):
            return True
        return any(address.version == n.version and address in n for n in self._ranges)


def _named(seen: Iterable[AnySeen]) -> Iterator[tuple[str, str]]:
    """(name, why) of every name that observations speak of."""
    for one in seen:
        if isinstance(one, TlsSeen):
            why = f"certificat de {one.target}"
            own = [chain.certificates[0] for chain in one.chains if chain.certificates]
            yield from ((n, why) for c in own for n in (*c.names, c.common_name))
        elif isinstance(one, ZoneSeen):
            yield from ((s.name, f"serveur de noms de {one.domain}") for s in one.servers)
            yield from ((a.target, f"alias de {a.name}") for a in one.aliases)
        elif isinstance(one, MailSeen):
            yield from ((s.name, f"serveur de courriel de {one.domain}") for s in one.servers)
            yield from ((n, f"SPF de {one.domain}") for n in one.spf.includes)
        elif isinstance(one, HostSeen):
            yield from ((n, f"alias de {one.name}") for n in one.chain)
        elif isinstance(one, PortsSeen):
            yield from ((n, f"nom inverse de {one.address}") for n in one.reverse)
        elif isinstance(one, ClaimSeen) and one.endpoint.name:
            yield one.endpoint.name, f"rapport de {one.tool}"


def _dead(seen: Iterable[AnySeen]) -> set[str]:
    """Names that the DNS said to lead nowhere: targets of dead aliases, lost servers of zones and of mail."""
    found: set[str] = set()
    for one in seen:
        if isinstance(one, ZoneSeen):
            found |= {alias.target for alias in one.aliases if alias.state == "missing"}
        if isinstance(one, ZoneSeen | MailSeen):
            found |= {server.name for server in one.servers if server.is_missing}
            found |= {one.domain} if one.is_missing else set()
        elif isinstance(one, HostSeen) and one.reach is Reach.ANSWERED and not one.addresses:
            found |= set(one.chain)
    return {name.rstrip(".").lower() for name in found}


def _addressed(seen: Iterable[AnySeen]) -> Iterator[tuple[str, str]]:
    """Addresses to which declared names lead, and that were not touched; those that another tool names alone."""
    for one in seen:
        if isinstance(one, HostSeen):
            yield from ((address, f"adresse de {one.name}") for address in one.refused)
        elif isinstance(one, ClaimSeen) and not one.endpoint.name and one.endpoint.address:
            yield one.endpoint.address, f"rapport de {one.tool}"


def _from_json(text: str) -> Iterator[str]:
    """Names of the rows of crt.sh, or of any list of objects that has such keys."""
    rows = msgspec.json.decode(text)
    for row in rows if isinstance(rows, list) else [rows]:
        if isinstance(row, str):
            yield row
        elif isinstance(row, dict):
            yield from _cells(row)


def _cells(row: dict[Any, Any]) -> Iterator[str]:
    for key in COLUMNS:
        value = row.get(key)
        for cell in value if isinstance(value, list) else [value]:
            if isinstance(cell, str):
                yield from cell.split("\n")


def _from_lines(text: str) -> Iterator[str]:
    lines = text.splitlines()
    head = lines[0].lower() if lines else ""
    separator = next((c for c in (";", ",", "\t") if c in head), "")
    if not separator and head.strip('" ') not in COLUMNS:
        yield from (line for line in lines if not line.startswith("#"))
        return
    reader = csv.DictReader(io.StringIO(text), delimiter=separator or ";")
    reader.fieldnames = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if not set(reader.fieldnames) & set(COLUMNS):
        raise ValueError("aucune colonne de noms")
    for row in reader:
        yield from _cells(row)


def _plain(text: str) -> str:
    """The text without what would end a comment of YAML."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
