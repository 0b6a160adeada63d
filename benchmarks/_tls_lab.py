"""Servers of TLS on loopback, of ten kinds: a small authority, nginx, and tlslite-ng for what OpenSSL no longer speaks.

Used by the benchmark and by the tests. All is made in one folder, and stopped on the way out.
"""

import datetime
import ipaddress
import socket
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM = serialization.Encoding.PEM
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
DAY = datetime.timedelta(days=1)
Key = Any

STRONG = "ECDHE+AESGCM:ECDHE+CHACHA20"
ALL = "ALL:@SECLEVEL=0"


@cache
def key(kind: str) -> Key:
    """One key a kind, made once: « ec », « ec521 », « ed25519 », « dsa », or bits of RSA."""
    match kind:
        case "ec":
            return ec.generate_private_key(ec.SECP256R1())
        case "ec192":
            return ec.generate_private_key(ec.SECP192R1())
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "dsa":
            return dsa.generate_private_key(2048)
    return rsa.generate_private_key(65537, int(kind))


@dataclass(slots=True)
class Leaf:
    """What one certificate of a server says; days are counted from now."""

    name: str
    kind: str = "2048"
    starts: float = -30
    ends: float = 90
    names: Sequence[str] | None = None
    digest: hashes.HashAlgorithm | None = field(default_factory=hashes.SHA256)
    is_self_signed: bool = False
    usages: Sequence[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.SERVER_AUTH,)
    has_revocation: bool = True
    is_authority: bool = False
    has_names: bool = True
    has_timestamps: bool = False
    must_staple: bool = False


class Authority:
    """A root and the intermediate that signs servers."""

    def __init__(self, name: str = "Racine des essais") -> None:
        self.now = datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
        self._root_key, self._key = key("2048"), rsa.generate_private_key(65537, 2048)
        self.root = self._issue(name, name, self._root_key, self._root_key)
        self.intermediate = self._issue(f"{name} 2", name, self._key, self._root_key)

    def _issue(self, name: str, issuer: str, own: Key, signer: Key) -> x509.Certificate:
        builder = self._builder(name, issuer, own, -400, 3650)
        constraint = x509.BasicConstraints(ca=True, path_length=None)
        usage = x509.KeyUsage(*(i in (0, 5, 6) for i in range(9)))
        return (
            builder.add_extension(constraint, critical=True)
            .add_extension(usage, critical=True)
            .sign(signer, hashes.SHA256())
        )

    def _builder(
        self, name: str, issuer: str, own: Key, starts: float, ends: float
    ) -> x509.CertificateBuilder:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + starts * DAY)
            .not_valid_after(self.now + ends * DAY)
        )

    def signed_again(
        self, certificate: x509.Certificate, kind: str, digest: str, folder: Path
    ) -> x509.Certificate:
        """The same certificate, signed with another hash by OpenSSL."""
        shape = serialization.PrivateFormat.TraditionalOpenSSL
        private = self._key.private_bytes(PEM, shape, serialization.NoEncryption())
        parts = {"in": pem_of(certificate), "CA": pem_of(self.intermediate), "CAkey": private}
        paths = {}
        for option, data in (parts | {"own": key_pem(kind)}).items():
            paths[option] = str(folder / f"again-{option}.pem")
            Path(paths[option]).write_bytes(data)
        copied = ["openssl", "x509", "-copy_extensions", "copyall"]
        asked = [*copied, "-x509toreq", "-in", paths["in"], "-signkey", paths["own"]]
        request = subprocess.run(asked, check=True, capture_output=True).stdout
        signers = ["-CA", paths["CA"], "-CAkey", paths["CAkey"], "-set_serial", "7"]
        signing = [*copied, "-req", f"-{digest}", "-days", "60", *signers]
        done = subprocess.run(signing, input=request, check=True, capture_output=True)
        return x509.load_pem_x509_certificate(done.stdout)

    def staple(self, certificate: x509.Certificate) -> bytes:
        """An answer of OCSP, DER: the certificate is good."""
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.intermediate,
            algorithm=hashes.SHA1(),  # noqa: S303 (the hash by which OCSP names an issuer)
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=self.now - DAY,
            next_update=self.now + 7 * DAY,
            revocation_time=None,
            revocation_reason=None,
        )
        responder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.intermediate)
        return responder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def leaf(self, leaf: Leaf) -> x509.Certificate:
        """A certificate of a server."""
        issuer = self.intermediate.subject.rfc4514_string().removeprefix("CN=")
        builder = self._builder(
            leaf.name, leaf.name if leaf.is_self_signed else issuer, key(leaf.kind),
            leaf.starts, leaf.ends,
        )  # fmt: skip
        if leaf.has_names:
            names = [_general(name) for name in leaf.names or [leaf.name]]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        constraint = x509.BasicConstraints(ca=leaf.is_authority, path_length=None)
        builder = builder.add_extension(constraint, critical=True)
        if leaf.usages:
            usage = x509.ExtendedKeyUsage(list(leaf.usages))
            builder = builder.add_extension(usage, critical=False)
        if leaf.has_revocation:
            url = x509.UniformResourceIdentifier("http://ocsp.example/")
            access = x509.AccessDescription(x509.AuthorityInformationAccessOID.OCSP, url)
            builder = builder.add_extension(
                x509.AuthorityInformationAccess([access]), critical=False
            )
        if leaf.has_timestamps:
            timestamps = x509.UnrecognizedExtension(SCT_LIST, sct_list())
            builder = builder.add_extension(timestamps, critical=False)
        if leaf.must_staple:
            feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
            builder = builder.add_extension(feature, critical=False)
        signer = key(leaf.kind) if leaf.is_self_signed else self._key
        return builder.sign(signer, leaf.digest)

    @property
    def root_pem(self) -> bytes:
        """The root, to be believed."""
        return self.root.public_bytes(PEM)


def sct_list() -> bytes:
    """A list of one signed certificate timestamp, of a log that does not exist (RFC 6962 §3.3)."""
    stamp = b"\x00" + bytes(32) + (1_750_000_000_000).to_bytes(8) + b"\x00\x00\x04\x03"
    stamp += b"\x00\x08" + bytes(8)
    one = len(stamp).to_bytes(2) + stamp
    listed = len(one).to_bytes(2) + one
    return b"\x04" + bytes([len(listed)]) + listed


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def pem_of(*certificates: x509.Certificate) -> bytes:
    """Certificates, one after the other."""
    return b"".join(one.public_bytes(PEM) for one in certificates)


def key_pem(kind: str) -> bytes:
    """A key as nginx and tlslite read it."""
    shape = serialization.PrivateFormat
    style = shape.PKCS8 if kind == "ed25519" else shape.TraditionalOpenSSL
    return key(kind).private_bytes(PEM, style, serialization.NoEncryption())


@dataclass(slots=True)
class Site:
    """One server of nginx. `more` are lines of its configuration; `chain` the certificates sent after its own."""

    name: str
    leaf: Leaf
    protocols: str = "TLSv1.2 TLSv1.3"
    ciphers: str = STRONG
    has_chain: bool = True
    more: str = "ssl_prefer_server_ciphers on;"
    address: str = "127.0.0.1"
    port: int = 0
    second: str = ""  # kind of a second key
    has_staple: bool = False
    signed_with: str = ""  # a hash that cryptography no longer signs with: OpenSSL signs again
    extra: Sequence[x509.Certificate] = ()  # sent right after its own


def kinds(name: str) -> dict[str, Site]:
    """The ten kinds of configuration of the benchmark."""
    old = {"ciphers": ALL, "more": "ssl_prefer_server_ciphers on;"}
    return {
        "modern": Site(name, Leaf(name, "ec"), "TLSv1.3"),
        "intermediate": Site(name, Leaf(name)),
        "old": Site(name, Leaf(name), "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", **old),
        "tls10": Site(name, Leaf(name), "TLSv1", **old),
        "cbc_rsa": Site(
            name, Leaf(name), "TLSv1.2", "AES128-SHA:AES256-SHA:AES128-SHA256:@SECLEVEL=0"
        ),
        "expired": Site(name, Leaf(name, ends=-0.5)),
        "self_signed": Site(name, Leaf(name, is_self_signed=True), has_chain=False),
        "weak_key": Site(name, Leaf(name, "1024"), "TLSv1 TLSv1.1 TLSv1.2", **old),
        "wrong_host": Site(name, Leaf(name, names=["autre.example"])),
        "no_chain": Site(name, Leaf(name), has_chain=False),
    }


_given: set[int] = set()


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nothing listens on, and that was not given before."""
    while True:
        with socket.socket() as probe:
            probe.bind((address, 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


_HEAD = """worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/error.log crit; daemon off;
master_process on; worker_rlimit_nofile 65536;
events {{ worker_connections 16384; }}
http {{
access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; server_names_hash_bucket_size 128;
server_names_hash_max_size 65536;
"""


@contextmanager
def nginx(
    folder: Path, authority: Authority, sites: Sequence[Site], workers: int = 1
) -> Iterator[None]:
    """Serve the sites; those without a port are given a free one."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [_HEAD.format(folder=folder, workers=workers)]
    for rank, site in enumerate(sites):
        site.port = site.port or free_port(site.address)
        lines = []
        for kind in filter(None, (site.leaf.kind, site.second)):
            base = folder / f"{rank}-{kind}"
            leaf = site.leaf
            leaf.kind = kind
            chain = (*site.extra, authority.intermediate) if site.has_chain else ()
            certificate = authority.leaf(leaf)
            if site.signed_with:
                certificate = authority.signed_again(certificate, kind, site.signed_with, folder)
            base.with_suffix(".pem").write_bytes(pem_of(certificate, *chain))
            base.with_suffix(".key").write_bytes(key_pem(kind))
            if site.has_staple:
                base.with_suffix(".ocsp").write_bytes(authority.staple(certificate))
                lines.append(f"ssl_stapling on; ssl_stapling_file {base}.ocsp;")
            lines.append(f"ssl_certificate {base}.pem; ssl_certificate_key {base}.key;")
        parts.append(
            f"server {{ listen {site.address}:{site.port} ssl backlog=4096; server_name {site.name};"
            f"{' '.join(lines)} ssl_protocols {site.protocols}; ssl_ciphers {site.ciphers};"
            f"{site.more} location / {{ return 200 ok; }} }}"
        )
    configuration = folder / "nginx.conf"
    configuration.write_text("\n".join([*parts, "}"]), "utf-8")
    command = [
        "nginx",
        "-p",
        str(folder),
        "-c",
        str(configuration),
        "-e",
        str(folder / "error.log"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_for(process, [(site.address, site.port) for site in sites[-1:]])
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _wait_for(process: subprocess.Popen[bytes], endpoints: Sequence[tuple[str, int]]) -> None:
    limit = time.monotonic() + 20
    for endpoint in endpoints:
        while True:
            with suppress(OSError), socket.create_connection(endpoint, timeout=1):
                break
            if process.poll() is not None or time.monotonic() > limit:
                _, said = process.communicate(timeout=5)
                raise RuntimeError(f"the server did not start: {said.decode('utf-8', 'replace')}")
            time.sleep(0.02)


@contextmanager
def s_server(folder: Path, authority: Authority, leaf: Leaf, *options: str) -> Iterator[int]:
    """The test server of OpenSSL, with options that no other server has; gives its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port, base = free_port(), folder / "s_server"
    base.with_suffix(".pem").write_bytes(pem_of(authority.leaf(leaf), authority.intermediate))
    base.with_suffix(".key").write_bytes(key_pem(leaf.kind))
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet"]
    command += ["-cert", f"{base}.pem", "-key", f"{base}.key", *options]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, **pipes)
    try:
        _wait_for(process, [("127.0.0.1", port)])
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=10)


@contextmanager
def tlslite(
    authority: Authority,
    leaf: Leaf,
    *,
    versions: tuple[tuple[int, int], tuple[int, int]] = ((3, 0), (3, 3)),
    ciphers: Sequence[str] = ("3des", "rc4", "aes128"),
    macs: Sequence[str] = ("sha", "md5", "sha256"),
    root_is_sent: bool = False,
    address: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[int]:
    """A server of tlslite-ng, which still speaks SSLv3, RC4 and 3DES; gives its port."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it reaches for asyncore, which is leaving Python
        from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

    chain = X509CertChain()
    above = (authority.intermediate, authority.root) if root_is_sent else (authority.intermediate,)
    chain.parsePemList(pem_of(authority.leaf(leaf), *above).decode("ascii"))
    private = parsePEMKey(key_pem(leaf.kind).decode("ascii"), private=True)
    settings = HandshakeSettings()
    settings.minVersion, settings.maxVersion = versions
    settings.cipherNames, settings.macNames = list(ciphers), list(macs)
    settings.useEncryptThenMAC = False

    def serve(connection: socket.socket) -> None:
        with suppress(Exception), connection:
            connection.settimeout(5)
            TLSConnection(connection).handshakeServer(
                certChain=chain, privateKey=private, settings=settings
            )

    with threaded(serve, address, port) as used:
        yield used


@contextmanager
def threaded(serve: Any, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A listener that gives each connection to `serve` in a thread of its own; gives its port."""
    listener = socket.create_server((address, port), backlog=512)
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
            threads[-1].start()
            threads[:] = [t for t in threads if t.is_alive()]

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for one in threads:
            one.join(5)
