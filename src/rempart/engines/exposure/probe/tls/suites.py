"""The cipher suites of SSLv2 to TLS 1.3: registered names, OpenSSL names, and what each is worth.

The table is `content/reference/tls_suites.csv` (code of the IANA registry « TLS Cipher Suites », name, OpenSSL name
when it differs); classes are read from the registered name, which says the exchange, the cipher and the hash.
"""

import csv
from dataclasses import dataclass
from functools import cache
from typing import Final

from rempart.content.loader import content_root

TLS13_CODES: Final = range(0x1300, 0x1400)
_TLS13_ALSO: Final = frozenset({0xC6, 0xC7})  # SM4, registered outside the block

_RARE: Final = (
    "ARIA",
    "CAMELLIA",
    "SEED",
    "PSK",
    "KRB5",
    "SRP",
    "GOST",
    "CECPQ1",
    "ECCPWD",
    "CCM",
    "FORTEZZA",
    "_OLD",
    "DSS",
    "AKE",
    "DH_RSA",
    "ECDH_",
    "FIPS",
)


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite. `classes` holds, when they apply: null, export, anon, rc4, des, rc2, idea, 3des, cbc, aead, pfs, static_rsa."""

    code: int
    name: str
    openssl: str
    authentication: (
        str  # rsa, ecdsa, dss, anon, psk, "" for TLS 1.3 and what is not told by the name
    )
    classes: frozenset[str]

    @property
    def has_prime(self) -> bool:
        """Whether the server sends the parameters of a finite field for each session."""
        return "_DHE_" in self.name or "_DH_anon_" in self.name


def _authentication(exchange: str) -> str:
    last = exchange.replace("_EXPORT1024", "").replace("_EXPORT", "").rpartition("_")[2]
    words = {"RSA": "rsa", "ECDSA": "ecdsa", "DSS": "dss", "anon": "anon", "PSK": "psk"}
    return words.get(last, "")


_MARKS: Final = {
    "null": "_NULL_",
    "export": "EXPORT",
    "anon": "_anon_",
    "rc4": "_RC4_",
    "des": "_DES_",
    "rc2": "_RC2_",
    "idea": "_IDEA_",
    "3des": "3DES",
    "cbc": "_CBC",
}


def _classes(name: str) -> frozenset[str]:
    exchange, _, cipher = name.partition("_WITH_")
    marked = f"{exchange}_WITH_{cipher}_"
    found = {kind for kind, mark in _MARKS.items() if mark in marked}
    # 3DES names hold « DES » too, under another mark: « 3DES_EDE », or « DES_192_EDE3 » in SSLv2.
    if "3DES" in marked or "_EDE3_" in marked:
        found = (found - {"des"}) | {"3des"}
    if "_DES40_" in marked:
        found.add("des")
    if any(mark in marked for mark in ("_GCM", "_CCM", "POLY1305", "AEGIS", "_MGM_")):
        found.add("aead")
    is_tls13 = not cipher
    if is_tls13 or any(mark in f"{exchange}_" for mark in ("DHE_", "CECPQ1_", "_ECCPWD_")):
        found.add("pfs")
    if exchange.replace("_EXPORT1024", "").replace("_EXPORT", "") in (
        "TLS_RSA",
        "SSL_RSA_FIPS",
        "SSL_RSA_OLDFIPS",
    ):
        found.add("static_rsa")
    return frozenset(found)


def _rank(suite: Suite) -> tuple[int, int]:
    """Common suites first: old servers of Microsoft only look at the first 64 of a hello."""
    is_rare = any(mark in suite.name for mark in _RARE) or bool(
        suite.classes & {"anon", "null", "export"}
    )
    return is_rare, -suite.code if "pfs" in suite.classes else suite.code


@cache
def all_suites() -> dict[int, Suite]:
    """Every suite by code, SSLv2 included (codes of three bytes)."""
    text = (content_root() / "reference" / "tls_suites.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        code, name = int(row["code"], 16), row["name"]
        exchange = name.partition("_WITH_")[0]
        found[code] = Suite(
            code, name, row["openssl"] or name, _authentication(exchange), _classes(name)
        )
    return found


@cache
def by_name() -> dict[str, Suite]:
    """Every suite by registered name."""
    return {suite.name: suite for suite in all_suites().values()}


@cache
def tls13_suites() -> tuple[int, ...]:
    """Codes offered with TLS 1.3."""
    return tuple(c for c in all_suites() if c in TLS13_CODES or c in _TLS13_ALSO)


@cache
def legacy_suites() -> tuple[int, ...]:
    """Codes offered with SSLv3 to TLS 1.2, the common ones first."""
    chosen = [s for s in all_suites().values() if s.code <= 0xFFFF and s.code not in tls13_suites()]
    return tuple(suite.code for suite in sorted(chosen, key=_rank))


@cache
def sslv2_suites() -> tuple[int, ...]:
    """Codes of three bytes offered with SSLv2."""
    return tuple(code for code in all_suites() if code > 0xFFFF)


def name_of(code: int) -> str:
    """Registered name, or the code in hexadecimal for one that the table lacks."""
    suite = all_suites().get(code)
    return suite.name if suite else f"0x{code:04X}"


def classes_of(name: str) -> frozenset[str]:
    """Classes of a suite by its registered name; empty for one that the table lacks."""
    suite = by_name().get(name)
    return suite.classes if suite else frozenset()
