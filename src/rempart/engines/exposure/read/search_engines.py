"""What Shodan and ONYPHE know of addresses: banners seen by others, at another time."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

import msgspec

from rempart.engines.exposure.read.products import product_of
from rempart.engines.exposure.read.shared import Claims, instant_of, number, severity_of_score
from rempart.kernel.errors import UnreadableSource

SHODAN, ONYPHE = "shodan", "onyphe"
_MOST_HOLES: Final = 500
_NO_BANNER: Final = "qui n’est pas une bannière"


def read_shodan(rows: Iterator[bytes], name: str, claims: Claims) -> None:
    """Banners of Shodan, one a line, or a whole answer of its interface. Raises UnreadableSource."""
    for row in _banners(rows, name, claims, ("matches", "data")):
        hostnames = row.get("hostnames")
        endpoint = claims.endpoint(
            str(row.get("ip_str") or ""),
            int(number(row.get("port"))),
            _first(hostnames),
            str(row.get("transport") or "tcp"),
        )
        crawled = row.get("_shodan")
        module = str((crawled if isinstance(crawled, dict) else row).get("module") or "inconnu")
        at = instant_of(str(row.get("timestamp") or ""), zone=UTC)
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
        for hole, severity, confidence in _holes(row):
            claims.add(
                endpoint, hole, hole, severity=severity, confidence=confidence, cves=[hole],
                product=product, at=at,
            )  # fmt: skip


def _holes(row: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each hole with its severity and how sure it is. Shodan derives them from the version told; those that it tested are
    « verified », and older banners mark with « ! » those that are not there."""
    opts = row.get("opts")
    found = row.get("vulns") or (opts.get("vulns") if isinstance(opts, dict) else None)
    for hole in list(found)[:_MOST_HOLES] if isinstance(found, dict | list) else ():
        name = str(hole).strip().upper()
        if name.startswith("!"):
            continue
        told = found.get(hole) if isinstance(found, dict) else None
        more = told if isinstance(told, dict) else {}
        score = number(more.get("cvss"))
        yield (
            name,
            severity_of_score(score) if score else "",
            "confirmed" if more.get("verified") is True else "possible",
        )


def read_onyphe(rows: Iterator[bytes], name: str, claims: Claims) -> None:
    """Results of ONYPHE, one a line, or a whole answer of its interface. Raises UnreadableSource."""
    for row in _banners(rows, name, claims, ("results",)):
        endpoint = claims.endpoint(
            str(row.get("ip") or ""),
            int(number(row.get("port"))),
            _first(row.get("hostname") or row.get("fqdn")),
            str(row.get("transport") or "tcp"),
        )
        protocol = str(row.get("protocol") or "inconnu")
        at = instant_of(str(row.get("@timestamp") or ""), zone=UTC)
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
        for hole in _listed(row.get("cve"))[:_MOST_HOLES]:
            name_of_hole = hole.strip().upper()
            claims.add(
                endpoint, name_of_hole, name_of_hole, cves=[name_of_hole], product=product, at=at
            )


def _banners(
    rows: Iterator[bytes], name: str, claims: Claims, keys: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
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
            else:
                claims.left[_NO_BANNER] += 1


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
