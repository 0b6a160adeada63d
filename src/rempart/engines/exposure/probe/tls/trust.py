"""Where a chain leads: paths built by name and signature against a store of roots, without a network.

Dates are not looked at here: an expired certificate has its own check. RFC 5280 §6 for signatures and names.
"""

import ssl
import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.tls.certificates import is_issued_by, parse, read_certificate
from rempart.engines.exposure.seen.tls import CertificateSeen, ChainSeen, Trust

MOST_STEPS: Final = 10
_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Roots that are believed, by the DER of their name. `name` is printed beside what rests on it, French."""

    name: str
    roots: dict[bytes, list[x509.Certificate]] = field(default_factory=dict)
    fingerprints: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, name: str, certificates: Iterable[x509.Certificate]) -> "TrustStore":
        """A store of these roots."""
        roots: dict[bytes, list[x509.Certificate]] = {}
        prints = set()
        for root in certificates:
            fingerprint = root.fingerprint(SHA256())
            if fingerprint not in prints:
                prints.add(fingerprint)
                roots.setdefault(root.subject.public_bytes(), []).append(root)
        return cls(name, roots, frozenset(prints))


NO_STORE: Final = TrustStore("")


def read_store(name: str, pem: bytes) -> TrustStore:
    """A store from PEM text. Raises ValueError when a certificate of it is unreadable."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # roots of old have serial numbers that the standard now refuses
        return TrustStore.of(name, x509.load_pem_x509_certificates(pem))


@cache
def system_store() -> TrustStore:
    """The roots that this machine believes; an empty store where none is found."""
    found: list[x509.Certificate] = []
    for data in _system_files():
        found += _readable(data)
    store = TrustStore.of("", found)
    name = f"magasin de cette machine, {len(store.fingerprints)} autorités"
    return TrustStore(name, store.roots, store.fingerprints) if found else NO_STORE


def _system_files() -> Iterable[bytes]:
    if sys.platform == "win32":
        for data, encoding, _ in ssl.enum_certificates("ROOT"):
            if encoding == "x509_asn":
                yield ssl.DER_cert_to_PEM_cert(data).encode("ascii")
        return
    paths = ssl.get_default_verify_paths()
    if paths.cafile and Path(paths.cafile).is_file():
        yield Path(paths.cafile).read_bytes()
    elif paths.capath and Path(paths.capath).is_dir():
        bundle = Path(paths.capath) / "ca-certificates.crt"
        files = [bundle] if bundle.is_file() else sorted(Path(paths.capath).glob("*.pem"))
        for path in files:
            yield path.read_bytes()


def _readable(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a file of the system, without those that cannot be read."""
    found = []
    for block in pem.split(_BEGIN)[1:]:
        try:
            found.append(parse(ssl.PEM_cert_to_DER_cert((_BEGIN + block).decode("ascii").strip())))
        except (ProtocolFault, ValueError):
            continue
    return found


def read_chain(
    ders: Sequence[bytes], store: TrustStore, *, has_staple: bool | None = None
) -> ChainSeen:
    """The certificates as sent, and where they lead. Raises ProtocolFault when the first is unreadable."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # a name that is too long is theirs to mend, not the reader's
        return _read_chain(ders, store, has_staple)


def _read_chain(ders: Sequence[bytes], store: TrustStore, has_staple: bool | None) -> ChainSeen:
    facts: list[CertificateSeen] = [read_certificate(ders[0])]
    opened, reason = [parse(ders[0])], ""
    for der in ders[1:]:
        try:
            facts.append(read_certificate(der))
            opened.append(parse(der))
        except ProtocolFault as fault:
            reason = str(fault)
            break
    trust: Trust | None = None
    if store.fingerprints and not reason:
        trust, reason = _follow(opened, store)
    elif not reason:
        reason = "Aucun magasin d’autorités n’a été donné."
    pairs = zip(opened, opened[1:], strict=False)
    return ChainSeen(
        certificates=facts,
        trust=trust,
        store=store.name,
        in_order=all(below.issuer == above.subject for below, above in pairs),
        sends_root=len(facts) > 1 and any(found.is_self_signed for found in facts[1:]),
        has_staple=has_staple,
        reason=reason,
    )


def _follow(chain: Sequence[x509.Certificate], store: TrustStore) -> tuple[Trust | None, str]:
    """From the server's certificate up to a root; a reason when this machine cannot check a signature."""
    current, left = chain[0], list(chain[1:])
    for _ in range(MOST_STEPS):
        if current.fingerprint(SHA256()) in store.fingerprints:
            return Trust.TRUSTED, ""
        roots = store.roots.get(current.issuer.public_bytes(), [])
        if any(is_issued_by(current, root) for root in roots):
            return Trust.TRUSTED, ""
        if current.issuer == current.subject:
            if is_issued_by(current, current) is False:
                return Trust.BROKEN, ""
            return (Trust.SELF_SIGNED if current is chain[0] else Trust.UNKNOWN_ROOT), ""
        above = [found for found in left if found.subject == current.issuer]
        signed = [(found, is_issued_by(current, found)) for found in above]
        holding = next((found for found, holds in signed if holds), None)
        if holding is None:
            if any(holds is None for _, holds in signed):
                return None, "Cette machine ne sait pas vérifier la signature d’un certificat."
            return (Trust.BROKEN if above else Trust.INCOMPLETE), ""
        left.remove(holding)
        current = holding
    return None, "La chaîne est trop longue pour être suivie."
