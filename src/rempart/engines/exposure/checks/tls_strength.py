"""Checks on what a certificate is made of: key, signature, usages, revocation, transparency."""

from collections.abc import Iterable

from rempart.engines.exposure.checks.tls_certificates import lowered, no_chain, own_certificates
from rempart.engines.exposure.checks.tls_names import covers_by_common_name
from rempart.engines.exposure.registry import (
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.tls import CertificateSeen, TlsSeen, Trust


def _key(one: CertificateSeen) -> str:
    return f"{one.key_kind.upper()} {one.key_bits} bits" + (f" ({one.curve})" if one.curve else "")


@check("tls_key_size", TlsSeen)
def key_size(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """RSA of 2048 bits at least, elliptic of 250 at least; RSA under 3072 is told for information."""
    own = own_certificates(seen)
    if not own:
        yield no_chain(seen)
        return
    weak = [one for one in own if _is_short(one, int(context.params["rsa_bits"]), context)]
    if weak:
        yield failed(f"La clé du certificat est trop courte : {_key(weak[0])}.", _key(weak[0]))
        return
    later = [
        one for one in own if _is_short(one, int(context.params["rsa_bits_after_2030"]), context)
    ]
    if later:
        day = context.params["after"]
        yield failed(
            f"La clé du certificat, {_key(later[0])}, ne suffira plus après {day}.",
            _key(later[0]),
            severity="info",
        )
    elif unknown := [one for one in own if not one.key_bits]:
        yield unmeasured(f"Clé d’un type inconnu : {unknown[0].key_kind}.")
    else:
        yield passed(", ".join(_key(one) for one in own))


def _is_short(one: CertificateSeen, rsa_bits: int, context: Context) -> bool:
    if not one.key_bits:
        return False
    if one.key_kind in {"rsa", "dsa"}:
        return one.key_bits < rsa_bits
    return one.key_bits < int(context.params["elliptic_bits"])


@check("tls_signature_hash", TlsSeen)
def signature_hash(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No certificate signed with MD5 or SHA-1. The signature of a root proves nothing, and is not looked at."""
    if not seen.chains:
        yield no_chain(seen)
        return
    signed = [one for chain in seen.chains for one in chain.certificates if not _is_root(one, seen)]
    bad = [one for one in signed if one.signature_hash in context.params["refused"]]
    if bad:
        yield failed(
            f"Un certificat est signé avec {bad[0].signature_hash.upper()}, qui se contrefait.",
            f"{bad[0].subject} : {bad[0].signature_hash}",
        )
    else:
        yield passed(", ".join(sorted({one.signature_hash or "sans" for one in signed})))


def _is_root(one: CertificateSeen, seen: TlsSeen) -> bool:
    return one.is_self_signed and one not in own_certificates(seen)


@check("tls_usages", TlsSeen)
def usages(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The certificate is made for a server, and is not an authority."""
    own = own_certificates(seen)
    if not own:
        yield no_chain(seen)
        return
    for one in own:
        extended = one.extended_usages
        if extended is not None and not {"server", "any"} & set(extended):
            detail = "Le certificat n’est pas fait pour un serveur."
            yield failed(detail, f"usages étendus : {', '.join(extended)}")
            return
        if one.is_authority and not one.is_self_signed:
            detail = (
                "Le certificat du serveur est celui d’une autorité : il peut en signer d’autres."
            )
            yield failed(detail, "basicConstraints : CA")
            return
    told = own[0].extended_usages
    yield passed("usages étendus : " + (", ".join(told) if told is not None else "non précisés"))


@check("tls_no_alternative_name", TlsSeen)
def no_alternative_name(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """Names are in subjectAltName: browsers no longer read the common name."""
    own = own_certificates(seen)
    if not own:
        yield no_chain(seen)
    elif bad := [one for one in own if not one.names and not one.addresses]:
        yield failed(
            _without_names(bad[0], seen.endpoint.name), bad[0].subject, severity=lowered(seen)
        )
    else:
        yield passed(", ".join([*own[0].names, *own[0].addresses][:8]))


def _without_names(certificate: CertificateSeen, host: str) -> str:
    """What the common name says in their stead, French."""
    said, common = "Le certificat n’a pas de noms alternatifs (SAN)", certificate.common_name
    if not common:
        return f"{said}."
    if host and covers_by_common_name(certificate, host):
        return f"{said} : {host} n’y est que le nom principal (CN), qui ne compte plus."
    more = f", et ce n’est pas {host}" if host else ""
    return f"{said} ; son nom principal (CN), qui ne compte plus, est {common}{more}."


@check("tls_no_revocation", TlsSeen)
def no_revocation(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The certificate says where its revocation is published; those of ten days and less need not."""
    own = [one for one in own_certificates(seen) if not one.is_self_signed]
    short = int(context.params["short_lived_days"]) * 86400
    lasting = [one for one in own if one.not_after - one.not_before > short]
    if not seen.chains:
        yield no_chain(seen)
    elif not own:
        yield not_applicable("Un certificat signé par lui-même n’a pas d’autorité qui le révoque.")
    elif bad := [one for one in lasting if not one.crl_urls and not one.ocsp_urls]:
        yield failed(
            "Le certificat ne dit pas où vérifier qu’il n’est pas révoqué.", bad[0].subject
        )
    elif not lasting:
        yield passed("certificat de quelques jours : il expire avant d’être révoqué")
    else:
        yield passed(", ".join([*lasting[0].crl_urls, *lasting[0].ocsp_urls][:3]))


@check("tls_no_staple", TlsSeen)
def no_staple(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """A server whose certificate demands a stapled answer must send one; others may."""
    if not seen.chains:
        yield no_chain(seen)
        return
    with_ocsp = [chain for chain in seen.chains if chain.certificates[0].ocsp_urls]
    demanded = [chain for chain in seen.chains if chain.certificates[0].must_staple]
    if any(chain.has_staple is False for chain in demanded):
        detail = "Le certificat exige une réponse OCSP jointe (« must staple »), et le serveur n’en joint pas."
        yield failed(detail, "must staple", severity="medium")
    elif not with_ocsp:
        yield not_applicable("L’autorité de ce certificat ne publie pas de réponses OCSP.")
    elif any(chain.has_staple for chain in with_ocsp):
        yield passed("réponse OCSP jointe")
    elif all(chain.has_staple is None for chain in with_ocsp):
        yield unmeasured("La réponse jointe n’a pas été demandée pour ce certificat.")
    else:
        yield failed(
            "Le serveur ne joint pas la réponse OCSP de son certificat.", "pas de réponse jointe"
        )


@check("tls_no_transparency", TlsSeen)
def no_transparency(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """A certificate of a public authority is in the public logs. A store of one's own tells nothing of them."""
    public = [chain for chain in seen.chains if chain.trust == Trust.TRUSTED]
    if not seen.chains:
        yield no_chain(seen)
    elif not public:
        yield not_applicable("Le certificat ne vient pas d’une autorité publique.")
    elif seen.handshake_timestamps or all(c.certificates[0].timestamps for c in public):
        count = seen.handshake_timestamps or public[0].certificates[0].timestamps
        yield passed(f"{count} horodatages de journaux publics")
    else:
        yield failed("Rien ne prouve que le certificat est dans les journaux publics.", "aucun SCT")
