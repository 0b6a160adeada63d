"""What a service that answers says of itself: data open to anyone, old versions of protocols, passwords in clear."""

from collections.abc import Iterator
from typing import Final

from rempart.engines.exposure.checks.service_families import evidence_of, kind_of, label_of, shown
from rempart.engines.exposure.registry import (
    Confidence,
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import ServiceSeen

_PORTAL_KINDS: Final = frozenset({"vpn", "bastion", "remote_desktop"})
_MAIL: Final = {
    "smtp": "Envoi de courrier",
    "imap": "Boîtes aux lettres (IMAP)",
    "pop3": "Boîtes aux lettres (POP3)",
}
_CONSOLE_KINDS: Final = frozenset({"admin", "nas", "firewall"})


@check("service_open_data", ServiceSeen)
def open_data(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """A store, a screen or an engine that gives itself to anyone, without a password."""
    if "open" not in seen.details:
        return
    if seen.details["open"] == "yes":
        yield failed(
            f"{label_of(seen.service)} : le service s’ouvre sans mot de passe.", evidence_of(seen)
        )
    else:
        yield passed("Le service demande à être identifié.")


@check("service_rdp_without_nla", ServiceSeen)
def rdp_without_nla(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """A remote desktop that opens a session before it knows who comes."""
    if seen.service != "rdp":
        return
    if seen.details.get("nla") == "no":
        said = seen.details.get("security", "")
        yield failed("Le bureau à distance s’ouvre avant d’identifier la personne.", said)
    elif seen.details.get("nla") == "yes":
        yield passed("L’identification est exigée avant l’ouverture (NLA).")
    else:
        yield unmeasured("Le serveur n’a pas dit ce qu’il exige.")


@check("service_smb1", ServiceSeen)
def smb1(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """The first version of SMB, that the worms of 2017 went through."""
    if seen.service != "smb":
        return
    if seen.details.get("smb1") == "yes":
        yield failed("Le serveur parle encore la version 1 de SMB.", evidence_of(seen))
    elif seen.details.get("smb1") == "no":
        yield passed(evidence_of(seen))
    else:
        yield unmeasured("Le serveur n’a pas répondu sur la version 1.")


@check("service_ftp_clear", ServiceSeen)
def ftp_clear(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """A file transfer that takes passwords in clear."""
    if seen.service != "ftp":
        return
    product = seen.products[0].id if seen.products else ""
    if seen.details.get("tls") == "no":
        yield failed(
            "Le serveur ne propose pas de chiffrer (AUTH TLS).", seen.banner, product=product
        )
    elif seen.details.get("tls") == "yes":
        yield passed("Le serveur propose TLS.")
    else:
        yield unmeasured("Le serveur ne dit pas s’il sait chiffrer.")


@check("service_mail_clear", ServiceSeen)
def mail_clear(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """A mail server that takes passwords before the connection is encrypted."""
    if seen.service not in _MAIL:
        return
    product = seen.products[0].id if seen.products else ""
    offers, asks = seen.details.get("tls"), seen.details.get("clear_password")
    if asks is None:
        yield unmeasured("Le serveur ne dit pas ce qu’il propose avant TLS.")
    elif asks == "yes" and offers == "no":
        said = (
            f"{_MAIL[seen.service]} : les mots de passe passent en clair, sans moyen de chiffrer."
        )
        yield failed(said, evidence_of(seen), product=product)
    elif asks == "yes":
        said = f"{_MAIL[seen.service]} : un mot de passe est accepté avant le passage à TLS."
        yield failed(said, evidence_of(seen), product=product, severity="medium")
    elif seen.service == "smtp" and offers == "no":
        yield not_applicable("Ce serveur ne demande pas de mot de passe.")
    else:
        yield passed("Aucun mot de passe n’est accepté avant TLS.")


@check("service_ssh_exposed", ServiceSeen)
def ssh_exposed(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """An administration by SSH that anyone may knock at."""
    if seen.service == "ssh":
        product = seen.products[0].id if seen.products else ""
        yield failed(
            "Un accès SSH répond à toute adresse d’internet.", seen.banner, product=product
        )
    elif seen.endpoint.port in {22, 2222} and seen.service:
        yield passed(f"Autre service : {label_of(seen.service)}.")


@check("service_ssh_weak", ServiceSeen)
def ssh_weak(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """Algorithms of SSH that are not to be offered any more; the lists are figures of the content."""
    if seen.service != "ssh":
        return
    if seen.details.get("protocol", "2.0").startswith("1.") and seen.details["protocol"] != "1.99":
        yield failed("Le serveur ne parle que la version 1 de SSH.", seen.banner, severity="high")
        return
    if "kex" not in seen.details:
        yield unmeasured(seen.details.get("algorithms_reason", "Algorithmes non annoncés."))
        return
    weak = [
        f"{name} ({kind})"
        for kind in ("kex", "host_keys", "ciphers", "macs")
        for name in seen.details.get(kind, "").split(",")
        if name in context.params.get(kind, ())
    ]
    if seen.details["protocol"] == "1.99":
        weak.insert(0, "SSH 1")
    if weak:
        yield failed(f"Le serveur propose encore : {', '.join(weak[:8])}.", seen.banner)
    else:
        yield passed(seen.banner)


@check("service_dicom_open", ServiceSeen)
def dicom_open(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """An imaging server that answers to an application that it has never heard of."""
    if seen.service != "dicom":
        return
    association = seen.details.get("association", "")
    if association == "accepted":
        echo = "et a répondu à C-ECHO" if seen.details.get("echo") == "yes" else "sans C-ECHO"
        yield failed(f"Le serveur a accepté notre association {echo}.", evidence_of(seen))
    elif association == "rejected":
        yield passed(f"Le serveur refuse les inconnus : {seen.details.get('cause', '')}.")
    else:
        yield unmeasured("Le serveur n’a ni accepté ni refusé l’association.")


@check("service_anonymous_directory", ServiceSeen)
def anonymous_directory(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """A directory that tells its bases to a visitor without a name."""
    if seen.service != "ldap":
        return
    bases = seen.details.get("namingcontexts", "")
    if seen.details.get("anonymous") == "yes" and bases:
        yield failed(
            f"L’annuaire donne sa base à un visiteur sans nom : {bases}.", evidence_of(seen)
        )
    elif seen.details.get("anonymous"):
        yield passed("L’annuaire ne donne pas sa base à un visiteur sans nom.")
    else:
        yield unmeasured("L’annuaire n’a pas répondu à la lecture de sa racine.")


@check("service_unrecognised", ServiceSeen)
def unrecognised(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
    """A port that answers, and of which nobody can say what it is."""
    if seen.service:
        yield passed(label_of(seen.service))
    else:
        said = seen.banner[:160] or seen.details.get("unexpected", "")
        detail = f"Le port {seen.endpoint.port} est ouvert et ce qui y répond n’a pas été reconnu."
        yield failed(detail, said, confidence=Confidence.POSSIBLE)


@check("service_access_portal", HttpSeen)
def access_portal(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A remote access whose version does not show: it is for its owner to say."""
    portals = [p for p in seen.products if kind_of(p) in _PORTAL_KINDS]
    for product in portals:
        if product.version:
            yield passed(f"{shown(product)} : la version se voit, les failles sont cherchées.")
        else:
            detail = f"{product.name} : un portail d’accès est là, et sa version ne se voit pas."
            yield failed(detail, product.proof, product=product.id)
    if not portals:
        yield not_applicable("Aucun portail d’accès n’a été reconnu ici.")


@check("service_admin_console", HttpSeen)
def admin_console(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """The administration of an equipment or of a storage, open to the internet."""
    consoles = [p for p in seen.products if kind_of(p) in _CONSOLE_KINDS]
    for product in consoles:
        detail = f"L’administration de {shown(product)} se montre sur internet."
        yield failed(detail, product.proof, product=product.id)
    if not consoles:
        yield passed("Aucune console d’équipement n’a été reconnue.")
