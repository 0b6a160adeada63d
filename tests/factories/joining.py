"""A sweep whose snapshot is here, and files of other tools that agree with it, contradict it, and speak of others."""

from datetime import timedelta
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from factories.exposure import a_perimeter, an_exposure_audit
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen, VersionSeen, VersionState
from rempart.engines.exposure.snapshot import AnySeen, Snapshot
from rempart.engines.exposure.snapshot_file import packed
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import actions
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import jobs

WWW: Final = "203.0.113.10"
ALONE, AGREED, DISPUTED = "service_screen_sharing", "service_telnet", "tls_sslv3"
COLUMNS: Final = {"target": "Adresse", "port": "Port", "rule": "Référence", "title": "Constat"}
TABLE: Final = (
    "Adresse;Port;Référence;Constat;Gravité\nwww.chu.example;8081;AX-40;Console ouverte;majeure\n"
)
MAPPING: Final = (
    'tool: "audit de l’État"\nencoding: utf-8\n'
    "columns: {target: Adresse, port: Port, rule: Référence, title: Constat, severity: Gravité}\n"
)


def seen_of_a_site() -> list[AnySeen]:
    """A site with TLS 1.2 alone, and a telnet that answers beside it."""
    site, telnet = (Endpoint(WWW, port, "www.chu.example") for port in (443, 23))
    versions = [
        VersionSeen(version=name, state=VersionState.REFUSED)
        for name in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.3")
    ]
    suites = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
    versions.append(VersionSeen(version="TLSv1.2", state=VersionState.OFFERED, suites=suites))
    return [
        PortsSeen(reach=Reach.ANSWERED, address=WWW, open=[23, 443]),
        ServiceSeen(reach=Reach.ANSWERED, endpoint=telnet, service="telnet"),
        TlsSeen(reach=Reach.ANSWERED, endpoint=site, versions=versions),
    ]


def a_snapshot(days_ago: float = 2, **fields: Any) -> Snapshot:
    """What a sweep of this site saw."""
    at = (timezone.now() - timedelta(days=days_ago)).timestamp()
    values: dict[str, Any] = {"perimeter": "CH", "started_at": at - 60, "ended_at": at, "pieces": 9}
    return Snapshot(tool_version="1", **(values | {"seen": seen_of_a_site()} | fields))


def a_swept_home(establishment: Establishment, by: User, **fields: Any) -> ExposureAudit:
    """A perimeter, and the audit of the snapshot of its last sweep."""
    a_perimeter(establishment, by)
    return an_exposure_audit(establishment, by, packed(a_snapshot(**fields)))


def nmap_file(*ports: tuple[str, int, str], more: str = "") -> bytes:
    """What nmap writes of open ports (host, number, service), the site having SSLv3 for it."""
    hosts = "".join(_host(host, number, service) for host, number, service in ports)
    return f'<?xml version="1.0"?><nmaprun scanner="nmap">{hosts}{more}</nmaprun>'.encode()


def _host(host: str, number: int, service: str) -> str:
    return (
        f'<host><address addr="{host}" addrtype="ipv4"/><ports><port protocol="tcp" portid="{number}">'
        f'<state state="open"/><service name="{service}"/></port></ports></host>'
    )


SSLV3: Final = (
    f'<host><address addr="{WWW}" addrtype="ipv4"/><ports><port protocol="tcp" portid="443"><state state="open"/>'
    '<service name="https"/><script id="ssl-enum-ciphers" output="C"><table key="SSLv3"><table key="ciphers"><table>'
    '<elem key="name">TLS_RSA_WITH_AES_128_CBC_SHA</elem></table></table></table></script></port></ports></host>'
)
OUTSIDE: Final = "93.184.215.14"


def an_nmap_file() -> bytes:
    """A telnet that we saw, a screen that we did not, an SSLv3 that we contradict, and the machine of somebody else."""
    ports = ((WWW, 23, "telnet"), (WWW, 5900, "vnc"), (OUTSIDE, 23, "telnet"))
    return nmap_file(*ports, more=SSLV3)


def joined(
    establishment: Establishment,
    by: User,
    content: bytes | None = None,
    name: str = "scan.xml",
    **more: Any,
) -> ExposureAudit:
    """A file of another tool, given and read."""
    file = SimpleUploadedFile(name, an_nmap_file() if content is None else content)
    audit = actions.deposit(
        establishment=establishment, file=file, by=by, form=ExposureAudit.Form.IMPORT, **more
    ).audit
    if audit.job_id:
        jobs.perform(audit.job_id)
    audit.refresh_from_db()
    return audit
