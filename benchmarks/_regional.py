"""What a sweep of a region would have seen, invented: machines, names, sites, TLS, mail, a zone for twenty of them."""

import random
from collections.abc import Iterator
from typing import Final

from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import DnssecSeen, Fact, ServerSeen, SoaSeen, ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.http import Cookie, HttpSeen, Step
from rempart.engines.exposure.seen.mail import (
    DkimSeen,
    DmarcSeen,
    ExchangerSeen,
    KeySeen,
    MailSeen,
    SpfSeen,
    StsSeen,
)
from rempart.engines.exposure.seen.services import Product, ServiceSeen
from rempart.engines.exposure.seen.tls import (
    CertificateSeen,
    ChainSeen,
    TlsSeen,
    Trust,
    VersionSeen,
    VersionState,
)
from rempart.engines.exposure.snapshot import AnySeen, Snapshot
from rempart.engines.exposure.snapshot_file import in_order

AT: Final = 1_780_000_000.0
NAME: Final = "Région de l’Exemple"
A_ZONE: Final = 20  # machines of one establishment, which has a domain
SUITES: Final = {
    "TLSv1.3": ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"],
    "TLSv1.2": [
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_GCM_SHA256",
    ],
    "TLSv1.1": ["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"],
    "TLSv1.0": ["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA"],
}  # fmt: skip
PRODUCTS: Final = (
    ("nginx", "nginx", "1.18.0"), ("apache", "Apache httpd", "2.4.57"), ("iis", "Microsoft IIS", "10.0"),
    ("fortigate", "Fortinet FortiGate", ""), ("exchange", "Microsoft Exchange", "15.2.1544.4"),
)  # fmt: skip
OTHERS: Final = (
    (22, "ssh"),
    (21, "ftp"),
    (3389, "rdp"),
    (104, "dicom"),
    (1433, "mssql"),
    (8080, "http"),
)


def region(endpoints: int, *, day: int = 0) -> Snapshot:
    """A sweep that saw so many endpoints, always the same for one `day`; another day differs by one machine in ten."""
    seen: list[AnySeen] = []
    machine = left = 0
    while left < endpoints:
        draw = random.Random(machine * 1000 + (day if machine % 10 == 0 else 0))
        found = list(_machine(machine, draw))
        left += sum(isinstance(one, ServiceSeen) for one in found)
        seen += found
        if machine % A_ZONE == 0:
            seen += [_zone(machine // A_ZONE, draw), _mail(machine // A_ZONE, draw)]
        machine += 1
    at = AT + 86_400 * day
    return Snapshot(
        perimeter=NAME, started_at=at, ended_at=at + 3600, tool_version="bench", seen=in_order(seen), pieces=len(seen)
    )  # fmt: skip


def _machine(number: int, draw: random.Random) -> Iterator[AnySeen]:
    """An address and its name: most often a site, in clear and over TLS, at times mail or what should not be there."""
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    name = f"s{number}.ch{number // A_ZONE}.example"
    yield HostSeen(name=name, addresses=[address], reach=Reach.ANSWERED, at=AT)
    ports = {443, 80} if draw.random() < 0.7 else {443}
    if draw.random() < 0.15:
        ports.add(25)
    if draw.random() < 0.3:
        ports.add(draw.choice(OTHERS)[0])
    tried = sorted({p.port for p in exposure_ports() if p.transport == "tcp"} - ports)
    is_filtered = draw.random() < 0.7
    yield PortsSeen(
        address=address, open=sorted(ports), closed=[] if is_filtered else tried, silent=tried if is_filtered else [],
        reverse=[f"{number}.rev.example"], reach=Reach.ANSWERED, at=AT,
    )  # fmt: skip
    product = draw.choice(PRODUCTS)
    for port in sorted(ports):
        yield from _endpoint(Endpoint(address, port, name), product, draw)


def _endpoint(at: Endpoint, named: tuple[str, str, str], draw: random.Random) -> Iterator[AnySeen]:
    reach = Reach.SILENT if draw.random() < 0.03 else Reach.ANSWERED
    reason = "" if reach is Reach.ANSWERED else "Le serveur n’a pas répondu avant la fin du délai."
    services = {443: "https", 80: "http", 25: "smtp", **dict(OTHERS)}
    product = Product(id=named[0], name=named[1], version=named[2], proof=f"{named[1]}/{named[2]}")
    is_site = at.port in (443, 80, 8080)
    yield ServiceSeen(
        endpoint=at, service=services[at.port] if not reason else "", reach=reach, reason=reason, at=AT,
        banner="" if is_site else f"220 {at.name} ready", products=[product] if is_site and not reason else [],
    )  # fmt: skip
    if at.port in (443, 25):
        yield TlsSeen(endpoint=at, reach=reach, reason=reason, at=AT) if reason else _tls(at, draw)
    if is_site:
        yield (
            HttpSeen(endpoint=at, reach=reach, reason=reason, at=AT, is_tls=at.port == 443)
            if reason
            else _site(at, product, draw)
        )


def _tls(at: Endpoint, draw: random.Random) -> TlsSeen:
    oldest = draw.choice((2, 2, 2, 4))
    spoken = list(SUITES)[:oldest][::-1]
    refused = [v for v in ("SSLv2", "SSLv3", *list(SUITES)[::-1]) if v not in spoken]
    return TlsSeen(
        endpoint=at, reach=Reach.ANSWERED, at=AT, starttls="smtp" if at.port == 25 else "",
        versions=[VersionSeen(version=v, state=VersionState.REFUSED) for v in refused]
        + [VersionSeen(version=v, state=VersionState.OFFERED, suites=list(SUITES[v]), has_server_order=True) for v in spoken],
        groups=["x25519", "secp256r1", "secp384r1"], weak_groups=[], dh_bits=draw.choice((None, 1024, 2048)),
        has_compression=False, has_secure_renegotiation=True, accepts_client_renegotiation=draw.random() < 0.1,
        has_extended_master_secret=True, refuses_downgrade=True, ticket_seconds=7200, early_data_bytes=0, alpn="h2",
        chains=[_chain(at.name, draw)], connections=14,
    )  # fmt: skip


def _chain(name: str, draw: random.Random) -> ChainSeen:
    ends = int(AT) + 86_400 * draw.randrange(-20, 380)
    issuer = f"CN=Autorité {draw.randrange(20)},O=Exemple,C=FR"
    own = CertificateSeen(
        subject=f"CN={name}", issuer=issuer, not_before=ends - 86_400 * 397, not_after=ends, common_name=name,
        sha256=f"{draw.getrandbits(256):064x}", serial=f"{draw.getrandbits(120):x}", names=[name, f"www.{name}"],
        key_kind="rsa", key_bits=draw.choice((2048, 2048, 4096, 1024)), signature_hash="sha256",
        key_usages=["digital_signature", "key_encipherment"], extended_usages=["server_auth"],
        crl_urls=["http://crl.example/a.crl"], ocsp_urls=["http://ocsp.example/"], issuer_urls=["http://ca.example/a.crt"],
        timestamps=2,
    )  # fmt: skip
    above = CertificateSeen(
        subject=issuer, issuer="CN=Racine,O=Exemple,C=FR", not_before=int(AT) - 10**8, not_after=int(AT) + 10**8,
        sha256=f"{draw.getrandbits(256):064x}", key_kind="rsa", key_bits=4096, signature_hash="sha256", is_authority=True,
    )  # fmt: skip
    trust = draw.choice((Trust.TRUSTED, Trust.TRUSTED, Trust.TRUSTED, Trust.INCOMPLETE))
    sent = [own, above] if trust is Trust.TRUSTED else [own]
    return ChainSeen(
        certificates=sent, trust=trust, store="mozilla", has_staple=draw.random() < 0.3
    )


def _site(at: Endpoint, product: Product, draw: random.Random) -> HttpSeen:
    scheme = "https" if at.port == 443 else "http"
    headers = {
        "server": [f"{product.name}/{product.version}"], "content-type": ["text/html; charset=utf-8"],
        "date": ["Thu, 28 May 2026 20:26:40 GMT"], "x-powered-by": ["PHP/8.2.7"], "vary": ["Accept-Encoding"],
    }  # fmt: skip
    if draw.random() < 0.5:
        headers["strict-transport-security"] = ["max-age=31536000; includeSubDomains"]
    if draw.random() < 0.3:
        headers["content-security-policy"] = [
            "default-src 'self'; script-src 'self' 'unsafe-inline'; frame-ancestors 'self'"
        ]
    if draw.random() < 0.4:
        headers["x-content-type-options"] = ["nosniff"]
    return HttpSeen(
        endpoint=at, reach=Reach.ANSWERED, at=AT, is_tls=at.port == 443, status=200, headers=headers,
        steps=[Step(url=f"{scheme}://{at.name}/", status=200)], title=f"Portail {at.name}", page_type="text/html",
        cookies=[Cookie(name="PHPSESSID", is_secure=draw.random() < 0.5, is_http_only=True, is_session=True)],
        favicon_sha256=f"{draw.getrandbits(256):064x}", products=[product], paths_asked=40, page_bytes=18_000,
        libraries=[Product(id="jquery", name="jQuery", version=draw.choice(("1.12.4", "3.7.1")), proof="/jquery.min.js")],
        has_password_field=draw.random() < 0.3,
    )  # fmt: skip


def _zone(number: int, draw: random.Random) -> ZoneSeen:
    domain = f"ch{number}.example"
    servers = [f"ns{k}.hebergeur.example" for k in (1, 2)]
    named = Fact(is_known=True, values=servers)
    signed = draw.random() < 0.2
    return ZoneSeen(
        domain=domain, reach=Reach.ANSWERED, at=AT, parent_servers=named, child_servers=named,
        servers=[
            ServerSeen(name=n, address=f"192.0.2.{k}", is_authoritative=True, serial=2026, transfer="closed", recursion="closed")
            for k, n in enumerate(servers)
        ],
        soa=SoaSeen(primary=servers[0], mailbox="h.example", serial=2026, refresh=7200, retry=3600, expire=1209600, minimum=300),
        dnssec=DnssecSeen(state="secure", algorithms=[13], digests=[2], expires_at=int(AT) + 900_000, begins_at=int(AT) - 900_000)
        if signed
        else DnssecSeen(state="insecure"),
        caa=Fact(is_known=True, values=["0 issue letsencrypt.org"] if draw.random() < 0.3 else []),
        addresses=Fact(is_known=True, values=["192.0.2.9"]), six_addresses=Fact(is_known=True),
        wildcard=Fact(is_known=True), queries=30,
    )  # fmt: skip


def _mail(number: int, draw: random.Random) -> MailSeen:
    domain = f"ch{number}.example"
    policy = draw.choice(("none", "quarantine", "reject", ""))
    return MailSeen(
        domain=domain, reach=Reach.ANSWERED, at=AT, exchangers=Fact(is_known=True, values=[f"10 mx.{domain}"]),
        servers=[
            ExchangerSeen(name=f"mx.{domain}", preference=10, address="192.0.2.25", reach=Reach.ANSWERED, starttls="works", tls_version="TLSv1.3")
        ],
        spf=SpfSeen(records=Fact(is_known=True, values=["v=spf1 mx -all"]), is_whole=True, ending=draw.choice("-~?"), lookups=1),
        dkim=DkimSeen(keys=[KeySeen(selector="s1", bits=draw.choice((1024, 2048)))], tried=["s1"]),
        dmarc=DmarcSeen(
            records=Fact(is_known=True, values=[f"v=DMARC1; p={policy}"] if policy else []), found_at=domain, policy=policy
        ),
        sts=StsSeen(record=Fact(is_known=True)), tls_report=Fact(is_known=True), queries=20,
    )  # fmt: skip
