"""Products as other tools name them, turned into ours: by CPE first, then by name."""

import re
from functools import cache, lru_cache
from typing import Final

from rempart.content.exposure_versions import version_names
from rempart.content.fingerprints import exposure_products
from rempart.engines.exposure.feeds.names import key_of_cpe
from rempart.engines.exposure.feeds.versions import parse
from rempart.engines.exposure.seen.services import Product

_PACKAGED: Final = re.compile(
    r"debian|ubuntu|red hat|rhel|centos|fedora|suse|raspbian|alpine|\+deb\d|\.el\d|ubuntu\d",
    re.IGNORECASE,
)
_VERSION: Final = re.compile(r"[vVrR]?\d[0-9A-Za-z.\-_()+~]{0,40}")


@lru_cache(maxsize=4096)
def product_of(name: str, version: str = "", cpe: str = "", *, extra: str = "") -> Product | None:
    """The product that another tool names; `extra` is what it says beside (system, comment). None without a name."""
    shown = " ".join(name.split())[:80]
    if not shown:
        return None
    key = key_of_cpe(cpe)
    found = _by_key().get(key) or _by_name().get(shown.casefold()) or ""
    known = exposure_products().get(found)
    first = _VERSION.match(version.strip())
    text = first[0] if first and parse(first[0]) is not None else ""
    mark = _PACKAGED.search(f"{version} {extra}")
    return Product(
        id=found or key.partition(":")[2] or shown.casefold()[:60],
        name=known.name if known else shown,
        vendor=known.vendor if known else key.partition(":")[0],
        version=text,
        cpe=_without_version(cpe),
        proof=f"{shown} {version}".strip()[:120],
        packaged=_distribution(mark[0]) if mark else "",
    )


def _distribution(mark: str) -> str:
    text = mark.casefold()
    if text.startswith(("+deb", "debian", "raspbian")):
        return "debian"
    if text.startswith("ubuntu"):
        return "ubuntu"
    if text.startswith((".el", "red hat", "rhel", "centos", "fedora")):
        return "rhel"
    return text


def _without_version(cpe: str) -> str:
    key = key_of_cpe(cpe)
    return f"cpe:2.3:a:{key}" if key and cpe.startswith(("cpe:/a", "cpe:2.3:a")) else ""


@cache
def _by_key() -> dict[str, str]:
    found = {key: name for name, row in version_names().items() for key in row.keys}
    found.update(
        {key_of_cpe(row.cpe): name for name, row in exposure_products().items() if row.cpe}
    )
    return found


@cache
def _by_name() -> dict[str, str]:
    """Names as the tools write them; the vendor before the name too, « Apache httpd » being nmap's own."""
    found = {"apache httpd": "apache", "microsoft iis httpd": "iis", "postfix smtpd": "postfix"}
    for name, row in exposure_products().items():
        found[row.name.casefold()] = name
        found[f"{row.vendor} {row.name}".casefold()] = name
        found.setdefault(name.replace("_", " "), name)
    return found
