"""Menus of the administration consoles and DNS zones: what an ordinary account can make others run or reach."""

import re
import struct
from collections.abc import Iterator
from typing import Final

import numpy as np

from rempart.engines.directory.model import Directory, Fact, Kind
from rempart.engines.directory.registry import Context, Hit, NotApplicable, Unmeasured, check
from rempart.kernel.french import counted

_MENUS: Final = ("admincontextmenu", "contextmenu", "shellcontextmenu")
_SHARE: Final = re.compile(r"\\\\([^\\\s\"]+)\\([^\\\s\"]+)")
_PROPERTY_HEADER: Final = struct.Struct("<5I")
_ALLOW_UPDATE: Final = 0x2  # MS-DNSP 2.3.2.1.1
_UNSECURE: Final = 1  # MS-DNSP 2.2.6.1.1, fAllowUpdate


@check("vuln_display_specifier", Fact.CONFIGURATION)
def menus(ctx: Context) -> Iterator[Hit]:
    """Menu entries of the consoles that run a file of a share other than those of domain controllers."""
    d = ctx.directory
    good = {str(name).lower() for name in ctx.param("shares")}
    domains = _holders_of_sysvol(ctx)
    for row in d.rows(Kind.DISPLAY_SPECIFIER).tolist():
        for attribute in _MENUS:
            for value in d.values(row, attribute):
                for server, share in _SHARE.findall(value):
                    if share.lower() not in good or server.lower() not in domains:
                        yield Hit(row, f"{attribute} lance \\\\{server}\\{share}")


def _holders_of_sysvol(ctx: Context) -> set[str]:
    """Lower-case DNS and short names of the domains and of their controllers."""
    d = ctx.directory
    rows = d.rows(Kind.DOMAIN).tolist() + np.flatnonzero(ctx.groups.domain_controllers).tolist()
    names = {d.names[row].lower() for row in rows}
    return names | {name.partition(".")[0] for name in names}


@check("vuln_dnszone_bad_prop", Fact.DNS_ZONES)
def zones(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Zones where anybody may write a record, the names of the domain controllers included."""
    d = ctx.directory
    names = {row: _zone_name(d, row) for row in d.rows(Kind.DNS_ZONE).tolist()}
    rows = [row for row, name in names.items() if name and not name.startswith("..")]
    if not rows:
        raise NotApplicable("Cet annuaire ne contient aucune zone DNS.")
    domains = {d.names[row].lower() for row in d.rows(Kind.DOMAIN).tolist()}
    vital = domains | {f"_msdcs.{name}" for name in domains}
    unreadable = 0
    for row in rows:
        update = allow_update(d.values(row, "dnsproperty"))
        unreadable += update is None
        if update == _UNSECURE:
            yield Hit(
                row,
                "mises à jour dynamiques non sécurisées",
                None if names[row] in vital else max(ctx.points),
            )
    if unreadable:
        yield Unmeasured(
            f"Les propriétés de {counted(unreadable, 'zone')} DNS sur {len(rows)} n’ont pas été lues."
        )


def _zone_name(d: Directory, row: int) -> str:
    return d.dns[row].partition(",")[0].partition("=")[2].lower()


def allow_update(properties: list[str]) -> int | None:
    """fAllowUpdate among the dNSProperty values (hexadecimal) of a zone: 0 none, 1 any, 2 secure.

    0 when no value states it, which is the default of the service; None when there is no value, or one is
    malformed (MS-DNSP 2.3.2.1: length of data, of name, flag, version, id, then data).
    """
    found = 0
    for text in properties:
        try:
            value = bytes.fromhex(text)
            length, _, _, version, identifier = _PROPERTY_HEADER.unpack_from(value)
        except (ValueError, struct.error):
            return None
        data = value[_PROPERTY_HEADER.size : _PROPERTY_HEADER.size + length]
        if version != 1 or len(data) != length:
            return None
        if identifier == _ALLOW_UPDATE and data:
            found = data[0]
    return found if properties else None
