"""Unscored items on DNS zones, trusts and the collection itself."""

import re
from collections.abc import Iterator

from rempart.engines.directory.model import Fact, Kind, Trust
from rempart.engines.directory.registry import Context, Hit, NotApplicable, NotMeasured, check

_ZONE = re.compile(r"^dc=([^,]+),(.*)$", re.IGNORECASE)
_VERSION = re.compile(r"\d+(?:\.\d+)*")


@check("warning_dnszone_duplicated_zones", Fact.DNS_ZONES)
def duplicated_zones(ctx: Context) -> Iterator[Hit]:
    """Zones of one name in several partitions, and those that a replication conflict renamed."""
    d = ctx.directory
    places: dict[str, list[int]] = {}
    for row in d.rows(Kind.DNS_ZONE).tolist():
        found = _ZONE.match(d.dns[row])
        name = (found[1] if found else d.names[row].partition("@")[0]).lower()
        places.setdefault(re.split(r"\\0acnf:|\ncnf:", name)[0], []).append(row)
    if not places:
        raise NotApplicable("Cet annuaire ne contient aucune zone DNS.")
    for name, rows in places.items():
        if name == "rootdnsservers":
            continue
        for row in rows if len(rows) > 1 else []:
            yield Hit(row, f"la zone {name} existe {len(rows)} fois")


@check("warning_trusts_tgt_deleg", Fact.TRUSTS, Fact.TRUST_TGT_DELEGATION)
def delegating_trusts(ctx: Context) -> Iterator[Hit]:
    """Incoming trusts that let tickets of our accounts be delegated to the other side."""
    if not ctx.directory.trusts:
        raise NotApplicable("L’annuaire n’a aucune relation d’approbation.")
    for trust in ctx.directory.trusts:
        if trust.inbound and trust.bit(Trust.ENABLE_TGT_DELEGATION):
            row = trust.row if trust.row >= 0 else trust.domain
            yield Hit(row, f"délégation permise avec {trust.partner}")


def _numbers(text: str) -> tuple[int, ...] | None:
    found = _VERSION.search(text)
    return tuple(int(part) for part in found[0].split(".")) if found else None


@check("warning_tool_version")
def old_collector(ctx: Context) -> Iterator[Hit]:
    """Collections made by a collector older than the versions known to read everything."""
    d = ctx.directory
    if not d.sources:
        raise NotMeasured("La collecte ne dit pas d’où elle vient.")
    wanted = {str(name).lower(): str(version) for name, version in ctx.param("versions").items()}
    home = next(iter(d.rows(Kind.DOMAIN).tolist()), 0)
    known = False
    for source in d.sources:
        name = source.collector.lower()
        least = next((version for tool, version in wanted.items() if tool in name), None)
        found = _numbers(name.partition(" ")[2] or name)
        if least is None or found is None:
            continue
        known = True
        if found < (_numbers(least) or ()):
            yield Hit(home, f"collecte faite par {source.collector}, version attendue {least}")
    if not known:
        raise NotMeasured("La collecte ne dit pas quelle version de collecteur l’a faite.")
