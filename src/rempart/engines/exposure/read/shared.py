"""What every reader of another tool's file shares: one way to make a claim, and short, clean, harmless texts."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timezone
from functools import lru_cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from rempart.content.foreign_rules import check_of
from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.read.source import LIMITS, Limits
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.services import Product
from rempart.kernel.errors import UnreadableSource

HOLE: Final = "hole_known"
_LONGEST: Final = 300
_MOST_SEARCHED: Final = 1 << 16
_FIRST_YEAR: Final = 1970  # Before it an instant has no number of seconds on every system.
_CVE: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,12}")
_NAME: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.\-]{0,252}[A-Za-z0-9_])?")


NO_PLACE: Final = "sans adresse, nom ou port lisible"
NOT_TESTED: Final = "que l’outil n’a pas pu évaluer"


class Claims:
    """The claims of one file, bounded, without doubles. `left` counts what was not kept and `doubtful` what was kept and a
    person should look at, each by its reason in French."""

    def __init__(self, tool: str, limits: Limits = LIMITS) -> None:
        self.tool = tool
        self.found: list[ClaimSeen] = []
        self.left: Counter[str] = Counter()
        self.doubtful: Counter[str] = Counter()
        self.is_cut = False  # the file ends too early, and what came before is kept
        self._limits = limits
        self._known: dict[tuple[Endpoint, str, str, str, str], tuple[str, ...]] = {}
        self._endpoints: dict[tuple[str, int, str, str], Endpoint] = {}

    def endpoint(
        self, address: str, port: int, name: str = "", transport: str = "tcp"
    ) -> Endpoint | None:
        """The endpoint, one object for all its claims; None when the text is no address, name or port."""
        key = (address, port, name, transport)
        known = self._endpoints.get(key)
        if known is None:
            known = endpoint_of(address, port, name, transport)
            if known is None:
                self.left[NO_PLACE] += 1
                return None
            self._endpoints[key] = known
        return known

    def add(
        self,
        endpoint: Endpoint | None,
        rule: str,
        title: str,
        *,
        severity: str = "",
        says: str = "failed",
        confidence: str = "possible",
        evidence: str = "",
        cves: Iterable[str] = (),
        product: Product | None = None,
        at: float = 0.0,
        check: str = "",
        double: str = "",
    ) -> None:
        """Keep one claim, once. `double` tells apart two results of one rule on one endpoint. Raises UnreadableSource."""
        if endpoint is None:
            return
        holes = tuple(sorted({cve for cve in cves if _CVE.fullmatch(cve)})) if cves else ()
        key = (endpoint, rule, double, severity, says)
        known = self._known.get(key)
        if known is not None and not set(holes) - set(known):
            return
        if len(self.found) >= self._limits.claims:
            raise UnreadableSource(
                f"Ce fichier contient plus de {self._limits.claims} résultats.",
                todo="Découpez-le par établissement ou par plage d’adresses.",
            )
        self._known[key] = holes if known is None else (*known, *holes)
        mapped = check or check_of(self.tool, rule, evidence, says=says)
        self.found.append(
            ClaimSeen(
                reach=Reach.ANSWERED,
                at=at,
                endpoint=endpoint,
                tool=self.tool,
                rule=short(rule),
                title=short(title or rule),
                check=mapped or (HOLE if holes else ""),
                severity=severity if severity in SEVERITIES else "",
                says=says,
                confidence=confidence,
                evidence=short(evidence),
                cves=list(holes),
                product=product,
            )
        )


def endpoint_of(address: str, port: int, name: str = "", transport: str = "tcp") -> Endpoint | None:
    """An endpoint from texts of another tool: a name given as an address becomes the name."""
    if not 0 <= port <= 65535 or transport not in {"tcp", "udp"}:
        return None
    text = address.strip().strip("[]")
    host = name.strip().rstrip(".").lower()
    if host and not _NAME.fullmatch(host):
        host = ""
    if plain := _address(text):
        return Endpoint(plain, port, "" if host == text else host, transport)
    if not host and text and _NAME.fullmatch(text):
        host = text.rstrip(".").lower()
    return Endpoint("", port, host, transport) if host else None


@lru_cache(maxsize=1024)
def _address(text: str) -> str:
    """An address in its usual writing, "" when it is none."""
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def place_of(url: str) -> tuple[str, int]:
    """Host and port of an address « https://host:8443/path » or « host:443 »; ("", 0) when there is none."""
    text = url.strip()[:2048]
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", 0
    usual = {"https": 443, "http": 80, "ftp": 21, "ssh": 22}.get(parts.scheme, 0)
    return host, port if port is not None else usual


def page_of(url: str) -> str:
    """An address without its identifiers, its question and its fragment, which may hold secrets."""
    try:
        parts = urlsplit(url.strip()[:2048])
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    place = f"{host}:{port}" if port else host
    return short(f"{parts.scheme}://{place}{parts.path}" if parts.scheme else place)


def short(text: str) -> str:
    """One line of printable text, cut at a bound."""
    line = " ".join(text[: 4 * _LONGEST].split())
    clean = line if line.isprintable() else "".join(char for char in line if char.isprintable())
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"


def holes_in(text: str) -> list[str]:
    """The numbers of CVE that a text names, within its first characters."""
    return list(dict.fromkeys(_CVE.findall(text[:_MOST_SEARCHED])))


def severity_of_score(score: float) -> str:
    """The word of a CVSS score (specification of CVSS 3.1, section 5)."""
    for least, word in ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low")):
        if score >= least:
            return word
    return "info"


def number(text: object) -> float:
    """A number, 0 when it is none."""
    try:
        found = float(str(text).strip() or 0)
    except ValueError:
        return 0.0
    return found if found == found and abs(found) < 1e15 else 0.0


def instant_of(text: str, *, zone: timezone | None = None) -> float:
    """Unix seconds of an instant in ISO 8601, 0 when it is none, or has no time zone and none is given for it."""
    try:
        found = datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        return 0.0
    if found.tzinfo is None and zone is not None:
        found = found.replace(tzinfo=zone)
    return found.timestamp() if found.tzinfo is not None and found.year > _FIRST_YEAR else 0.0
