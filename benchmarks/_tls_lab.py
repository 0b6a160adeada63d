"""Servers of TLS on loopback, of ten kinds: a small authority, nginx, and tlslite-ng for what OpenSSL no longer speaks.

Used by the benchmark and by the tests. All is made in one folder, and stopped on the way out.
"""

import socket
import subprocess
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._tls_pki import Authority, Leaf, key_pem, pem_of
from cryptography import x509
from tests.support import loopback

STRONG = "ECDHE+AESGCM:ECDHE+CHACHA20"
ALL = "ALL:@SECLEVEL=0"


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
        site.port = site.port or loopback.free_port(site.address)
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
    endpoints = [(site.address, site.port) for site in sites[-1:]]
    with loopback.nginx(folder, "\n".join([*parts, "}"]), *endpoints):
        yield


@contextmanager
def s_server(folder: Path, authority: Authority, leaf: Leaf, *options: str) -> Iterator[int]:
    """The test server of OpenSSL, with options that no other server has; gives its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port, base = loopback.free_port(), folder / "s_server"
    base.with_suffix(".pem").write_bytes(pem_of(authority.leaf(leaf), authority.intermediate))
    base.with_suffix(".key").write_bytes(key_pem(leaf.kind))
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet"]
    command += ["-cert", f"{base}.pem", "-key", f"{base}.key", *options]
    # At the end of its standard input it would stop.
    with loopback.listening(command, ("127.0.0.1", port), stdin=subprocess.PIPE):
        yield port


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
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family, backlog=512)
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
