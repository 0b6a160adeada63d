"""The socket under an LDAP conversation: TLS, sealing, deadlines, and whole messages of a bounded size."""

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rempart.engines.directory.collect import ber
from rempart.kernel.errors import UnreadableSource

MAX_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes of one answer; a page of Active Directory gives one entry a message, and a value is at most 10 MB."""

_CHUNK: Final = 256 * 1024


class TransportError(Exception):
    """The conversation broke; the message (French) says how."""


class SilentServerError(TransportError):
    """The server did not answer in time."""


def tls_context(ca_file: Path | None, *, insecure: bool) -> ssl.SSLContext:
    """TLS 1.2 or later, the certificate and the name verified unless `insecure`. Raises `UnreadableSource`."""
    # Not `create_default_context`, which some tools replace by one that verifies nothing.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise UnreadableSource(
                f"L’autorité de certification « {ca_file} » ne se lit pas ({error.strerror or error}).",
                expected="Un fichier PEM, qui commence par -----BEGIN CERTIFICATE-----.",
                todo="Exportez le certificat de l’autorité en base 64, et donnez-le par --ca-file.",
            ) from error
    else:
        context.load_default_certs()
    return context


class Transport:
    """Sends bytes and gives whole LDAP messages back, each within `timeout` seconds."""

    def __init__(self, host: str, port: int, timeout: float, *, name: str) -> None:
        """Connect; `name` is what the certificate must say. Raises OSError."""
        self.name = name
        self.timeout = timeout
        self.tls = False
        self._buffer = bytearray()
        self._seal: Callable[[bytes], bytes] | None = None
        self._unseal: Callable[[bytes], bytes] | None = None
        self._socket: socket.socket = socket.create_connection((host, port), timeout)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on under TLS. Raises OSError, and `TransportError` when bytes came before their time."""
        if self._buffer:
            raise TransportError(
                "Le serveur a envoyé des données avant la fin de la négociation TLS."
            )
        self._socket = context.wrap_socket(self._socket, server_hostname=self.name)
        self.tls = True

    def seal_with(self, wrap: Callable[[bytes], bytes], unwrap: Callable[[bytes], bytes]) -> None:
        """From now on, seal what leaves and unseal what comes (RFC 4422 section 3.7: four bytes of length)."""
        self._seal, self._unseal = wrap, unwrap

    def send(self, data: bytes) -> None:
        """Send one message. Raises `TransportError`."""
        if self._seal:
            sealed = self._seal(data)
            data = len(sealed).to_bytes(4, "big") + sealed
        try:
            self._socket.settimeout(self.timeout)
            self._socket.sendall(data)
        except OSError as error:
            raise TransportError(f"La connexion a été coupée ({error}).") from error

    def receive(self) -> bytes:
        """The next whole message. Raises `TransportError` when it is late, too large, not LDAP, or cut."""
        deadline = time.monotonic() + self.timeout
        try:
            while (size := ber.announced(self._buffer)) is None or len(self._buffer) < size:
                if size is not None and size > MAX_MESSAGE:
                    raise TransportError(f"Le serveur annonce un message de {size} octets.")
                self._buffer += self._more(deadline)
        except ber.MalformedError as error:
            raise TransportError("La réponse n’est pas du LDAP.") from error
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _more(self, deadline: float) -> bytes:
        if self._unseal is None:
            return self._read(_CHUNK, deadline)
        size = int.from_bytes(self._exactly(4, deadline), "big")
        if size > MAX_MESSAGE:
            raise TransportError(f"Le serveur annonce un message de {size} octets.")
        return self._unseal(self._exactly(size, deadline))

    def _exactly(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            data += self._read(min(size - len(data), _CHUNK), deadline)
        return bytes(data)

    def _read(self, size: int, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            data = self._socket.recv(size)
        except TimeoutError as error:
            raise SilentServerError(f"Le serveur n’a pas répondu en {self.timeout:g} s.") from error
        except OSError as error:
            raise TransportError(f"La connexion a été coupée ({error}).") from error
        if not data:
            raise TransportError("Le serveur a fermé la connexion.")
        return data

    def close(self) -> None:
        """Close the socket, whatever its state."""
        self._socket.close()
