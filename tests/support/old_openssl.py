"""A server of OpenSSL 1.0.2, which still speaks what no library does: `python tests/support/old_openssl.py sslv2 4433 …`.

The library is the one inside the wheel of nassl, whose classes are those of a client. What a server wants is in it all
the same, under names that it keeps to itself: they are read from its table of symbols.
"""

import ctypes
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from ctypes import c_char_p, c_int, c_long, c_ulong, c_void_p
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

HOST = "127.0.0.1"
MODULE = "_nassl_legacy"
SECONDS = 3

_SIGNATURES: Final[dict[str, tuple[Any, ...]]] = {
    "SSL_library_init": (c_int,),
    "SSLv23_server_method": (c_void_p,),
    "SSL_CTX_new": (c_void_p, c_void_p),
    "SSL_CTX_ctrl": (c_long, c_void_p, c_int, c_long, c_void_p),
    "SSL_CTX_set_cipher_list": (c_int, c_void_p, c_char_p),
    "SSL_CTX_use_certificate_chain_file": (c_int, c_void_p, c_char_p),
    "SSL_CTX_use_PrivateKey_file": (c_int, c_void_p, c_char_p, c_int),
    "SSL_new": (c_void_p, c_void_p),
    "SSL_set_fd": (c_int, c_void_p, c_int),
    "SSL_accept": (c_int, c_void_p),
    "SSL_free": (None, c_void_p),
    "RSA_new": (c_void_p,),
    "RSA_generate_key_ex": (c_int, c_void_p, c_int, c_void_p, c_void_p),
    "BN_new": (c_void_p,),
    "BN_set_word": (c_int, c_void_p, c_ulong),
}
"""What comes back, and what is given, of each function of OpenSSL."""

# openssl/ssl.h of the 1.0.2 branch.
_SET_TMP_RSA, _OPTIONS = 2, 32
_NO_COMPRESSION = 0x20000
_PEM = 1

COMPRESSION = "compression"
SUITES: Final = {
    "sslv2": "SSLv2:AES128-SHA",
    "export": "EXPORT:AES128-SHA",
    "single_des": "DES-CBC-SHA:AES128-SHA",
    COMPRESSION: "AES128-GCM-SHA256:AES128-SHA",
}
"""What each server accepts, as a list of OpenSSL; that of compression alone compresses."""


def library() -> Path | None:
    """The library inside nassl; None where it is not installed, or is not one of Linux."""
    found = find_spec("nassl")
    for folder in (found and found.submodule_search_locations) or ():
        for path in Path(folder).glob(f"{MODULE}*.so"):
            with path.open("rb") as file:
                return path if file.read(6) == b"\x7fELF\x02\x01" else None
    return None


def symbols(image: bytes) -> dict[str, int]:
    """Name → address in a 64-bit ELF image of its functions, those of no other use than its own too."""
    (sections,) = struct.unpack_from("<Q", image, 0x28)
    size, count = struct.unpack_from("<HH", image, 0x3A)
    read = [struct.unpack_from("<IIQQQQIIQQ", image, sections + i * size) for i in range(count)]
    found = {}
    for _, kind, _, _, start, length, names, *_ in read:
        if kind != 2:  # SHT_SYMTAB
            continue
        table = image[start : start + length]
        for name, _, _, _, address, _ in struct.iter_unpack("<IBBHQQ", table):
            at = read[names][4] + name
            found[image[at : image.index(b"\0", at)].decode("ascii")] = address
    return found


@dataclass(frozen=True)
class OpenSSL:
    """The functions of the library, by their names."""

    path: Path

    @cached_property
    def _addresses(self) -> dict[str, int]:
        known = symbols(self.path.read_bytes())
        here = ctypes.cast(getattr(ctypes.CDLL(str(self.path)), f"PyInit_{MODULE}"), c_void_p)
        moved = (here.value or 0) - known[f"PyInit_{MODULE}"]
        return {name: known[name] + moved for name in _SIGNATURES}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return ctypes.CFUNCTYPE(*_SIGNATURES[name])(self._addresses[name])

    def context(self, kind: str, certificate: str, key: str) -> int:
        """A context of the server of this kind. Raises RuntimeError when something is refused."""
        self.SSL_library_init()
        context: int = self.SSL_CTX_new(self.SSLv23_server_method())
        short, exponent = self.RSA_new(), self.BN_new()
        self.SSL_CTX_ctrl(context, _OPTIONS, 0 if kind == COMPRESSION else _NO_COMPRESSION, None)
        done = [
            self.SSL_CTX_set_cipher_list(context, SUITES[kind].encode("ascii")),
            self.SSL_CTX_use_certificate_chain_file(context, certificate.encode()),
            self.SSL_CTX_use_PrivateKey_file(context, key.encode(), _PEM),
            self.BN_set_word(exponent, 65537),
            # Export suites want an RSA key that they may use: 512 bits at most.
            self.RSA_generate_key_ex(short, 512, exponent, None),
            self.SSL_CTX_ctrl(context, _SET_TMP_RSA, 0, short),
        ]
        if done != [1] * len(done):
            raise RuntimeError(f"OpenSSL refused: {done}")
        return context


def serve(kind: str, port: int, certificate: str, key: str) -> None:
    """Shake hands with whoever comes, one after the other, for ever."""
    path = library()
    if path is None:
        raise RuntimeError("nassl is not installed")
    openssl = OpenSSL(path)
    context = openssl.context(kind, certificate, key)
    with socket.create_server((HOST, port)) as server:
        while True:
            link, _ = server.accept()
            # Python's own delay would make the socket one that OpenSSL does not wait for.
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SECONDS, 0))
            with link, suppress(OSError):
                session = openssl.SSL_new(context)
                openssl.SSL_set_fd(session, link.fileno())
                openssl.SSL_accept(session)
                openssl.SSL_free(session)
                link.shutdown(socket.SHUT_WR)
                link.recv(1024)  # what was not read would make the system cut the answer short


def command(kind: str, port: int, certificate: Path, key: Path) -> list[str]:
    """The command that runs one of them."""
    return [sys.executable, __file__, kind, str(port), str(certificate), str(key)]


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
