"""Web sites on loopback for tests: nginx as it is, a server that says what it is told, and hostile ones."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.judge import concluded, verdicts_on
from rempart.engines.exposure.probe.http import look_at_http
from rempart.engines.exposure.registry import CHECKS, Context, Verdict
from rempart.engines.exposure.seen.common import Endpoint, Seen
from rempart.engines.exposure.seen.http import HttpSeen
from support import loopback
from support.gates import OpenGate

import_module("rempart.engines.exposure.checks")  # registers them

HOST = "www.ch-essai.example"
TODAY = date(2026, 6, 1)


def dial(gate: OpenGate | None = None, seconds: float = 3.0) -> Dial:
    """Connections that give up soon, so that a hostile server costs the tests little."""
    return Dial(gate or OpenGate(), connect_seconds=1.0, seconds=seconds)


def look(
    port: int,
    *,
    is_tls: bool = False,
    name: str = HOST,
    seconds: float = 3.0,
    gate: OpenGate | None = None,
    allowed: Callable[[str, str], bool] = lambda host, address: True,
) -> HttpSeen:
    """Look at one site of loopback."""
    endpoint = Endpoint("127.0.0.1", port, name)
    return asyncio.run(
        look_at_http(endpoint, dial=dial(gate, seconds), is_tls=is_tls, allowed=allowed)
    )


def verdicts(check: str, seen: Seen) -> list[Verdict]:
    """What one check says of what was seen."""
    context = Context(exposure_checks()[check].params, TODAY)
    return list(verdicts_on(CHECKS[check], seen, context))


def outcome(check: str, seen: Seen) -> str:
    """« failed », « passed »…, or "" when the check says nothing."""
    return str(concluded(verdicts(check, seen)) or "")


@dataclass
class Page:
    """What a made-up site answers at one path."""

    body: bytes | str = ""
    status: int = 200
    headers: dict[str, str | list[str]] = field(default_factory=dict)


Site = Mapping[str, Page] | Callable[[str, Mapping[str, str]], Page]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: two of them wait for each other
        server_version, sys_version = "essai", ""

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            if callable(site):
                page = site(self.path, headers)
            else:
                page = site.get(self.path) or site.get("*") or Page("absent", 404)
            body = page.body.encode() if isinstance(page.body, str) else page.body
            self.send_response_only(page.status)
            for name, value in ({"content-type": "text/html"} | page.headers).items():
                for one in value if isinstance(value, list) else [value]:
                    self.send_header(name, one)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.do_GET()

        def log_message(self, *arguments: Any) -> None:
            """Nothing is logged."""

    return Handler


@contextmanager
def site(pages: Site, *, tls: tuple[Path, Path] | None = None, port: int = 0) -> Iterator[int]:
    """A site that answers what it is told; gives its port. `tls` is a certificate and its key."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(pages))
    server.daemon_threads = True
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that runs `talk` on each connection, in a thread; it may be as hostile as it likes."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    ends = threading.Event()
    threads: list[threading.Thread] = []

    def one(link: socket.socket) -> None:
        with link:
            link.settimeout(5)
            try:
                talk(link)
            except OSError:
                return

    def serve() -> None:
        while not ends.is_set():
            try:
                link, _ = server.accept()
            except TimeoutError:
                continue
            threads.append(threading.Thread(target=one, args=(link,)))
            threads[-1].start()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        yield server.getsockname()[1]
    finally:
        ends.set()
        serving.join()
        for thread in threads:
            thread.join(8)
        server.close()


NGINX = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{ access_log off; default_type text/html; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
server {{ listen 127.0.0.1:{port} {kind}; server_name _; root {folder}/site; {body} }} }}
"""


@contextmanager
def nginx(
    folder: Path,
    body: str,
    files: Mapping[str, str] | None = None,
    tls: tuple[Path, Path] | None = None,
) -> Iterator[int]:
    """A real nginx with the directives `body` and the files of its site; gives its port."""
    port = loopback.free_port()
    (folder / "site").mkdir(parents=True)
    for name, text in (files or {}).items():
        path = folder / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kind = "ssl" if tls else ""
    if tls:
        body = f"ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]}; {body}"
    configuration = NGINX.format(folder=folder, port=port, kind=kind, body=body)
    with loopback.nginx(folder, configuration, ("127.0.0.1", port)):
        yield port


def certificate(folder: Path, name: str = HOST) -> tuple[Path, Path]:
    """A self-signed certificate and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "essai.pem", folder / "essai.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
