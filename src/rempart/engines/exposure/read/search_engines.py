"""What Shodan and ONYPHE know of addresses: banners seen by others, at another time."""

from collections.abc import Iterator
from typing import Any

import msgspec

from rempart.engines.exposure.read.products import product_of
from rempart.engines.exposure.read.shared import Claims, instant_of, number
from rempart.kernel.errors import UnreadableSource

SHODAN, ONYPHE = "shodan", "onyphe"


def read_shodan(rows: Iterator[bytes], name: str, claims: Claims) -> None:
    """Banners of Shodan, one a line, or a whole answer of its interface. Raises UnreadableSource."""
    for row in _banners(rows, name, ("matches", "data")):
        hostnames = row.get("hostnames")
        endpoint = claims.endpoint(
            str(row.get("ip_str") or ""),
            int(number(row.get("port"))),
            _first(hostnames),
            str(row.get("transport") or "tcp"),
        )
        module = str((row.get("_shodan") or {}).get("module") or "inconnu")
        at = instant_of(str(row.get("timestamp") or "") + "+00:00")
        product = product_of(
            str(row.get("product") or ""),
            str(row.get("version") or ""),
            _first(row.get("cpe23") or row.get("cpe")),
            extra=f"{row.get('info') or ''} {row.get('os') or ''}",
        )
        claims.add(
            endpoint,
            f"service/{module}",
            f"port {row.get('port')}/{row.get('transport') or 'tcp'} ouvert ({module})",
            severity="info",
            evidence=f"{row.get('product') or ''} {row.get('version') or ''}",
            product=product,
            at=at,
        )
        holes = row.get("vulns")
        for hole in list(holes)[:500] if isinstance(holes, dict | list) else ():
            claims.add(endpoint, str(hole), str(hole), cves=[str(hole)], product=product, at=at)


def read_onyphe(rows: Iterator[bytes], name: str, claims: Claims) -> None:
    """Results of ONYPHE, one a line, or a whole answer of its interface. Raises UnreadableSource."""
    for row in _banners(rows, name, ("results",)):
        endpoint = claims.endpoint(
            str(row.get("ip") or ""),
            int(number(row.get("port"))),
            _first(row.get("hostname") or row.get("fqdn")),
            str(row.get("transport") or "tcp"),
        )
        protocol = str(row.get("protocol") or "inconnu")
        at = instant_of(str(row.get("@timestamp") or ""))
        product = product_of(
            str(row.get("product") or ""),
            str(row.get("productversion") or ""),
            _first(row.get("cpe")),
            extra=f"{row.get('osdistribution') or ''} {row.get('os') or ''}",
        )
        claims.add(
            endpoint,
            f"service/{protocol}",
            f"port {row.get('port')} ouvert ({protocol})",
            severity="info",
            evidence=f"{row.get('product') or ''} {row.get('productversion') or ''}",
            product=product,
            at=at,
        )
        for hole in _listed(row.get("cve"))[:500]:
            claims.add(endpoint, hole, hole, cves=[hole], product=product, at=at)


def _banners(rows: Iterator[bytes], name: str, keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The banners of each line; those of a whole answer when the line is one."""
    for number_of_line, line in enumerate(rows, 1):
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise UnreadableSource(
                f"« {name} », ligne {number_of_line} : ce n’est pas du JSON lisible.",
                expected="Attendu : un objet JSON par ligne.",
                todo="Téléchargez le fichier de nouveau.",
            ) from fault
        for found in _unfolded(row, keys):
            if isinstance(found, dict):
                yield found


def _unfolded(row: Any, keys: tuple[str, ...]) -> list[Any]:
    if isinstance(row, list):
        return row
    if isinstance(row, dict):
        for key in keys:
            if isinstance(row.get(key), list):
                own = {"ip_str": row.get("ip_str"), "hostnames": row.get("hostnames")}
                return [{**own, **x} for x in row[key] if isinstance(x, dict)]
    return [row]


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(x) for x in value] if isinstance(value, list) else []


def _first(value: Any) -> str:
    return next(iter(_listed(value)), "")
