"""What should not answer on the internet: one check a family of services, one verdict an endpoint.

A family is known by its services (what a handshake or a banner proved), by its usual ports (where nothing else could
be told), and by the kinds of products that a web page shows. A port that is closed is good; one that let the request
die is not measured.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from rempart.content.fingerprints import exposure_ports, exposure_products
from rempart.engines.exposure.registry import (
    Confidence,
    Context,
    Verdict,
    check,
    failed,
    passed,
    unmeasured,
)
from rempart.engines.exposure.screens import is_guess
from rempart.engines.exposure.seen.common import Reach, Seen
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import Product, ServiceSeen

ALL_REACHES: Final = tuple(Reach)
_OTHER_LABELS: Final = {"tls": "Service chiffré (TLS)"}
"""Services that are told by their words, and that no port of the list is usual for."""


@dataclass(frozen=True, slots=True)
class Family:
    """Services that one check looks for, and kinds of products that say the same on a web page."""

    id: str
    services: frozenset[str]
    kinds: frozenset[str] = frozenset()

    @property
    def ports(self) -> frozenset[int]:
        """TCP ports of the list where one of these services usually is."""
        return _usual(self.services, "tcp")


@cache
def _usual(services: frozenset[str], transport: str) -> frozenset[int]:
    """Ports of the list where one of these services usually is."""
    known = (p for p in exposure_ports() if p.service in services)
    return frozenset(p.port for p in known if p.transport == transport)


FAMILIES: Final = (
    Family("service_remote_desktop", frozenset({"rdp"})),
    Family("service_windows_share", frozenset({"smb", "netbios", "msrpc"})),
    Family("service_telnet", frozenset({"telnet", "rlogin", "rsh", "rexec", "finger"})),
    Family("service_screen_sharing", frozenset({"vnc", "x11"})),
    Family("service_winrm", frozenset({"winrm"})),
    Family("service_database", frozenset({"mssql", "mysql", "postgresql", "oracle"})),
    Family(
        "service_data_store",
        frozenset({"redis", "mongodb", "memcached", "elasticsearch", "couchdb", "influxdb", "kibana"}),
    ),
    Family("service_file_share", frozenset({"nfs", "rsync", "iscsi", "rpcbind"})),
    Family("service_containers", frozenset({"docker", "kubernetes", "kubelet", "etcd", "consul"}), frozenset({"container"})),
    Family("service_hypervisor", frozenset({"vmware_auth", "libvirt"}), frozenset({"hypervisor", "backup"})),
    Family("service_management_board", frozenset({"ipmi"}), frozenset({"management_board"})),
    Family("service_directory", frozenset({"ldap", "kerberos"})),
    Family("service_snmp", frozenset({"snmp"})),
    Family("service_printer", frozenset({"printer", "ipp"}), frozenset({"printer"})),
    Family("service_camera", frozenset({"rtsp"}), frozenset({"camera"})),
    Family("service_dicom", frozenset({"dicom", "dicom_tls"})),
    Family("service_hl7", frozenset({"mllp"})),
    Family("service_medical_web", frozenset({"orthanc"}), frozenset({"medical"})),
    Family("service_building", frozenset({"modbus", "s7", "niagara", "niagara_tls", "bacnet", "knx"}), frozenset({"building"})),
    Family("service_mqtt", frozenset({"mqtt", "mqtt_tls"})),
    Family("service_amplifier", frozenset({"ntp", "ssdp", "cldap", "memcached_udp", "chargen"})),
    Family("service_network_admin", frozenset({"smart_install", "winbox", "ajp"})),
    Family("service_remote_support", frozenset(), frozenset({"remote_support"})),
)  # fmt: skip


def verdicts_of(family: Family, seen: Seen) -> Iterator[Verdict]:
    """What one family says of one observation; nothing when the observation does not concern it."""
    if isinstance(seen, ServiceSeen):
        yield from _of_service(family, seen)
    elif isinstance(seen, HttpSeen) and family.kinds:
        yield from _of_site(family, seen)
    elif isinstance(seen, PortsSeen):
        yield from _of_ports(family, seen)


def label_of(service: str, port: int = 0) -> str:
    """« Bureau à distance (RDP) » of a service; of several labels, that of its port: a printer has three."""
    labels = {p.port: p.label for p in reversed(exposure_ports()) if p.service == service}
    return labels.get(port) or next(reversed(labels.values()), _OTHER_LABELS.get(service, service))


def shown(product: Product) -> str:
    """« Orthanc 1.12.1 »."""
    return f"{product.name} {product.version}".strip()


def _of_service(family: Family, seen: ServiceSeen) -> Iterator[Verdict]:
    is_usual = seen.endpoint.transport == "tcp" and seen.endpoint.port in family.ports
    is_udp_usual = seen.endpoint.transport == "udp" and seen.endpoint.port in _usual(
        family.services, "udp"
    )
    if seen.reach is Reach.ANSWERED and seen.service in family.services:
        yield found(seen)
    elif not (is_usual or is_udp_usual):
        return
    elif seen.reach is Reach.CLOSED:
        yield passed("Rien n’écoute sur ce port.")
    elif seen.reach is not Reach.ANSWERED:
        yield unmeasured(seen.reason or "La sonde n’a pas obtenu de réponse.")
    elif not seen.service:
        yield unmeasured("Le port est ouvert, mais ce qui y répond n’a pas été reconnu.")
    else:
        yield passed(f"Autre service : {label_of(seen.service)}.")


def found(seen: ServiceSeen, **more: str) -> Verdict:
    """A service of the family answers; where only its number or its silence tell, the finding is a possibility."""
    proof = seen.details.get("proof", "")
    label = label_of(seen.service, seen.endpoint.port)
    detail = f"{label} : le service répond depuis internet."
    if proof == "silence":
        detail = f"{label} : le port est ouvert et se tait, comme le fait ce service."
    elif proof == "port":
        detail = f"{label} : le port est ouvert ; rien ne lui a été demandé."
    product = seen.products[0].id if seen.products else ""
    confidence = Confidence.POSSIBLE if is_guess(seen) else Confidence.CONFIRMED
    return failed(detail, evidence_of(seen), confidence=confidence, product=product, **more)


def evidence_of(seen: ServiceSeen) -> str:
    """What was heard, short."""
    if seen.banner:
        return seen.banner[:160]
    told = [f"{key}={value}" for key, value in sorted(seen.details.items()) if key != "proof"]
    return (", ".join(told) or f"port {seen.endpoint.port}/{seen.endpoint.transport} ouvert")[:160]


def _of_site(family: Family, seen: HttpSeen) -> Iterator[Verdict]:
    if seen.reach is Reach.CLOSED:
        return
    if seen.reach is not Reach.ANSWERED:
        yield unmeasured(seen.reason or "Le site n’a pas répondu.")
        return
    mine = [p for p in seen.products if kind_of(p) in family.kinds]
    for product in mine:
        detail = f"{shown(product)} se montre sur internet."
        yield failed(detail, product.proof, product=product.id)
    if not mine:
        yield passed("Aucun produit de cette famille n’a été reconnu.")


def kind_of(product: Product) -> str:
    """The family of a product, "" when the content does not know it."""
    known = exposure_products().get(product.id)
    return known.kind if known else ""


def _of_ports(family: Family, seen: PortsSeen) -> Iterator[Verdict]:
    if seen.reach is not Reach.ANSWERED:
        is_whole = seen.reach is Reach.SILENT and seen.silent
        if is_whole and family.ports and not family.ports & set(seen.silent):
            # Every port that the rights allow was tried, and none of these: they are not silent.
            yield unmeasured(
                f"Le périmètre ne permet pas d’essayer : {_listed(sorted(family.ports))}.",
                is_outside=True,
            )
        elif family.ports:
            yield unmeasured(seen.reason or "Les ports n’ont pas été essayés.")
        return
    silent = sorted(family.ports & set(seen.silent))
    closed = sorted(family.ports & set(seen.closed))
    if silent:
        yield unmeasured(f"Sans réponse : {_listed(silent)}. Un pare-feu qui se tait ou une perte.")
    elif closed and not family.ports & set(seen.open):
        yield passed(f"Fermé : {_listed(closed)}.")


def _listed(ports: Iterable[int]) -> str:
    numbers = [str(port) for port in ports]
    return f"port{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _register(family: Family) -> None:
    also = (HttpSeen, PortsSeen) if family.kinds else (PortsSeen,)

    @check(family.id, ServiceSeen, reaches=ALL_REACHES, also=also)
    def one(seen: Seen, context: Context) -> Iterable[Verdict]:
        return verdicts_of(family, seen)


for _family in FAMILIES:
    _register(_family)
