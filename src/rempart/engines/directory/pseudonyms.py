"""Pseudonyms of one report: the same object always gets the same one, and the key alone makes them.

A pseudonym is a code drawn from HMAC-SHA-256 (RFC 2104) of the identifier under a secret key, so that nobody
without the key can try names one after the other. Two reports made with one key can still be compared.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rempart.engines.directory.report import ObjectRef

LABELS: Final = {
    "user": "utilisateur",
    "managed_account": "compte-service",
    "computer": "ordinateur",
    "group": "groupe",
    "domain": "domaine",
    "ou": "ou",
    "container": "conteneur",
    "gpo": "strategie",
    "cert_template": "modele",
    "enterprise_ca": "autorite",
    "root_ca": "autorite",
    "aia_ca": "autorite",
    "site": "site",
    "trust": "approbation",
    "dns_zone": "zone",
}
"""What a pseudonym begins with: the kind stays visible."""

WELL_KNOWN: Final = {
    500: "ADMINISTRATEUR", 501: "INVITÉ", 502: "KRBTGT", 512: "ADMINS DU DOMAINE", 513: "UTILISATEURS DU DOMAINE",
    514: "INVITÉS DU DOMAINE", 515: "ORDINATEURS DU DOMAINE", 516: "CONTRÔLEURS DE DOMAINE",
    517: "ÉDITEURS DE CERTIFICATS", 518: "ADMINISTRATEURS DU SCHÉMA", 519: "ADMINISTRATEURS DE L’ENTREPRISE",
    520: "PROPRIÉTAIRES CRÉATEURS DE LA STRATÉGIE DE GROUPE", 521: "CONTRÔLEURS DE DOMAINE EN LECTURE SEULE",
    522: "CONTRÔLEURS DE DOMAINE CLONABLES", 525: "UTILISATEURS PROTÉGÉS", 526: "ADMINISTRATEURS CLÉS",
    527: "ADMINISTRATEURS CLÉS ENTREPRISE", 544: "ADMINISTRATEURS", 545: "UTILISATEURS", 546: "INVITÉS",
    548: "OPÉRATEURS DE COMPTE", 549: "OPÉRATEURS DE SERVEUR", 550: "OPÉRATEURS D’IMPRESSION",
    551: "OPÉRATEURS DE SAUVEGARDE", 552: "DUPLICATEURS", 553: "SERVEURS RAS ET IAS",
    554: "ACCÈS COMPATIBLE PRÉ-WINDOWS 2000", 555: "UTILISATEURS DU BUREAU À DISTANCE",
    571: "GROUPE DE RÉPLICATION RODC AUTORISÉ", 572: "GROUPE DE RÉPLICATION RODC REFUSÉ",
}  # fmt: skip
"""Names that every domain has (MS-ADTS 6.1.1.6 and well-known SIDs): they say nothing of a hospital."""

WELL_KNOWN_SIDS: Final = {
    "S-1-1-0": "TOUT LE MONDE",
    "S-1-5-7": "ANONYME",
    "S-1-5-9": "CONTRÔLEURS DE DOMAINE DE L’ENTREPRISE",
    "S-1-5-11": "UTILISATEURS AUTHENTIFIÉS",
    "S-1-5-18": "SYSTÈME",
}

CONTAINERS: Final = frozenset(
    [
        "users",
        "computers",
        "builtin",
        "system",
        "configuration",
        "schema",
        "sites",
        "services",
        "partitions",
        "policies",
        "foreignsecurityprincipals",
        "microsoftdns",
        "adminsdholder",
    ]
) | {"domain controllers", "public key services", "certificate templates", "program data"}
"""Containers that every domain has, kept in distinguished names."""

_DOMAIN_SID: Final = re.compile(r"S-1-5-21-\d+-\d+-\d+")
_TAIL: Final = re.compile(r"S-1-[0-59]+(?:-\d+)+$")
_RDN: Final = re.compile(r"(?:[^,\\]|\\.)+", re.DOTALL)
_SPLIT: Final = re.compile(r"[@\\]")


class Pseudonyms:
    """What each name becomes under one key. `used` maps every pseudonym given to the name that it hides."""

    def __init__(self, key: bytes, domains: Iterable[str]) -> None:
        self.key = key
        self.used: dict[str, str] = {}
        self.domains = {d.lower() for d in domains if "." in d}
        self._names: dict[str, str] = {}
        self.sid = lru_cache(maxsize=None)(self._sid)
        self.dn = lru_cache(maxsize=None)(self._dn)

    def code(self, space: str, text: str, length: int = 10) -> str:
        """`length` characters of base 32 that only the key can give for this text in this space."""
        return base64.b32encode(self._digest(space, text)).decode("ascii")[:length]

    def _digest(self, space: str, text: str) -> bytes:
        message = f"{space}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.key, message, "sha256")

    def given(self, pseudonym: str, hidden: str) -> str:
        """The pseudonym, noted with what it hides."""
        if hidden:
            self.used.setdefault(pseudonym, hidden)
        return pseudonym

    def domain(self, text: str) -> str:
        """A DNS name of domain; `.example` is reserved, so it is nobody's (RFC 2606)."""
        return self.given(
            f"domaine-{self.code('domain', text.lower(), 8).lower()}.example", text.lower()
        )

    def _sid(self, text: str) -> str:
        """SIDs with their domain part replaced, wherever they are in the text."""
        return _DOMAIN_SID.sub(self._domain_sid, text)

    def _domain_sid(self, match: re.Match[str]) -> str:
        digest = self._digest("sid", match[0])
        parts = [int.from_bytes(digest[k : k + 4], "big") for k in (0, 4, 8)]
        return self.given("S-1-5-21-" + "-".join(map(str, parts)), match[0])

    def identifier(self, text: str) -> str:
        """The id of an object: a SID keeps its last number, a GUID becomes another."""
        if "S-1-" in text:
            head, _, tail = text.partition("-S-1-")
            if tail and head.lower() in self.domains:
                return f"{self.domain(head).upper()}-S-1-{tail}"
            return self.sid(text)
        digest = self._digest("id", text).hex().upper()
        guid = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
        return self.given(guid, text) if text else ""

    def _dn(self, text: str) -> str:
        """A distinguished name with each component replaced, but for the containers that all domains have."""
        parts = _RDN.findall(text)
        found, rest = [], []
        for k, part in enumerate(parts):
            kind, _, value = part.partition("=")
            if kind.strip().upper() == "DC":
                rest.append(value.strip())
            elif value.strip().lower() in CONTAINERS:
                found.append(f"{kind}={value}")
            else:
                below = ",".join(parts[k:]).lower()
                code = self.code("dn", below)
                found.append(
                    self.given(f"{kind.strip()}={kind.strip().lower()}-{code}", ",".join(parts[k:]))
                )
        if rest:
            found += [f"DC={label}" for label in self.domain(".".join(rest)).split(".")]
        return ",".join(found)

    def short(self, ref: ObjectRef) -> str:
        """The name without its domain."""
        known = well_known(ref.id)
        if known:
            return known
        label = LABELS.get(ref.kind, "objet")
        return f"{label}-{self.code('object', ref.id or ref.name)}"

    def name(self, ref: ObjectRef) -> str:
        """The whole name, `PSEUDONYM@DOMAIN`, in the form that the name had."""
        if not ref.name:
            return ""
        if ref.kind == "domain":
            return self.cased(self.domain(ref.name), ref.name)
        suffix = self.suffix(ref.name)
        if suffix and ref.name.lower().endswith(f".{suffix}"):  # a computer, by its DNS name
            found = f"{self.short(ref)}.{self.domain(suffix)}"
        elif suffix:
            found = f"{self.short(ref)}@{self.domain(suffix)}"
        else:
            found = self.short(ref)
        if well_known(ref.id):
            return found
        return self.given(found, ref.name)

    def suffix(self, text: str) -> str:
        """The domain, lower case, that a name ends with; the longest that fits."""
        low = text.lower()
        fits = [d for d in self.domains if low == d or low.endswith((f"@{d}", f".{d}"))]
        return max(fits, key=len, default="")

    @staticmethod
    def cased(pseudonym: str, like: str) -> str:
        """The pseudonym in capitals when the name was."""
        return pseudonym.upper() if like.isupper() else pseudonym


def well_known(identifier: str) -> str:
    """The name of a principal that every domain has, or nothing."""
    match = _TAIL.search(identifier)
    if match is None:
        return ""
    sid = match[0]
    if sid in WELL_KNOWN_SIDS:
        return WELL_KNOWN_SIDS[sid]
    if not sid.startswith(("S-1-5-21-", "S-1-5-32-")):
        return ""
    return WELL_KNOWN.get(int(sid.rpartition("-")[2]), "")


def short_of(name: str) -> str:
    """The part of a name that a person says: before @, before the first dot of a DNS name."""
    return _SPLIT.split(name)[0]
