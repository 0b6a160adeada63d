"""The first message of a client, byte by byte, for each version: no library would send these.

SSLv2 (draft-hickman-netscape-ssl-00), SSLv3 (RFC 6101), TLS 1.0 to 1.3 (RFC 2246, 4346, 5246, 8446).
"""

import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rempart.engines.exposure.probe.tls.groups import LEGACY_GROUPS, TLS13_GROUPS

SSLV2: Final = 0x0002
SSLV3: Final = 0x0300
TLS10: Final = 0x0301
TLS11: Final = 0x0302
TLS12: Final = 0x0303
TLS13: Final = 0x0304
VERSIONS: Final = {
    SSLV2: "SSLv2",
    SSLV3: "SSLv3",
    TLS10: "TLSv1.0",
    TLS11: "TLSv1.1",
    TLS12: "TLSv1.2",
    TLS13: "TLSv1.3",
}

RENEGOTIATION_SCSV: Final = 0x00FF
FALLBACK_SCSV: Final = 0x5600
SIGNATURES: Final = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x081A, 0x081B, 0x081C, 0x0203, 0x0201, 0x0402, 0x0202, 0x0301),
    *(0x0303, 0x0101),
)


class Extension:
    """Numbers of the IANA registry « TLS ExtensionType Values »."""

    SERVER_NAME = 0
    STATUS_REQUEST = 5
    GROUPS = 10
    POINT_FORMATS = 11
    SIGNATURES = 13
    ALPN = 16
    SCT = 18
    EXTENDED_MASTER_SECRET = 23
    SESSION_TICKET = 35
    EARLY_DATA = 42
    SUPPORTED_VERSIONS = 43
    PSK_MODES = 45
    KEY_SHARE = 51
    RENEGOTIATION = 0xFF01


@dataclass(frozen=True, slots=True)
class Asked:
    """What a hello offers beside its suites. `key_share` of TLS 1.3: group and public key, empty to be asked for one."""

    version: int
    name: str = ""
    groups: tuple[int, ...] = ()  # empty: every group that fits the version
    alpn: tuple[str, ...] = ()
    with_facts: bool = False  # compression, stapling, tickets, extended master secret
    key_share: tuple[int, bytes] | None = None
    verify_data: bytes | None = (
        None  # of our last Finished, to renegotiate; b"" asks for a ticket first
    )


def _extension(kind: int, body: bytes) -> bytes:
    return kind.to_bytes(2) + len(body).to_bytes(2) + body


def _words(codes: Iterable[int]) -> bytes:
    numbers = tuple(codes)
    return struct.pack(f">{len(numbers)}H", *numbers)


def _listed(codes: Iterable[int]) -> bytes:
    body = _words(codes)
    return len(body).to_bytes(2) + body


def _server_name(name: str) -> bytes:
    raw = name.encode("ascii", "ignore")
    return _extension(0, (len(raw) + 3).to_bytes(2) + b"\x00" + len(raw).to_bytes(2) + raw)


def _tls13_parts(asked: Asked) -> bytes:
    share = b""
    if asked.key_share is not None:
        group, public = asked.key_share
        share = group.to_bytes(2) + len(public).to_bytes(2) + public
    versions = _extension(Extension.SUPPORTED_VERSIONS, b"\x02\x03\x04")
    modes = _extension(Extension.PSK_MODES, b"\x01\x01")
    return versions + modes + _extension(Extension.KEY_SHARE, len(share).to_bytes(2) + share)


@lru_cache(maxsize=4096)
def _extensions(asked: Asked) -> bytes:
    if asked.version <= SSLV3:
        return b""
    parts = [_server_name(asked.name)] if asked.name else []
    is_13 = asked.version == TLS13
    groups = asked.groups or (TLS13_GROUPS if is_13 else LEGACY_GROUPS)
    parts.append(_extension(Extension.GROUPS, _listed(groups)))
    parts.append(_extension(Extension.POINT_FORMATS, b"\x01\x00"))
    if asked.version >= TLS12:
        parts.append(_extension(Extension.SIGNATURES, _listed(SIGNATURES)))
    if not is_13:
        proof = asked.verify_data or b""
        parts.append(_extension(Extension.RENEGOTIATION, bytes([len(proof)]) + proof))
    if asked.with_facts:
        parts.append(_extension(Extension.STATUS_REQUEST, b"\x01\x00\x00\x00\x00"))
        parts.append(_extension(Extension.SCT, b""))
        if not is_13:
            parts.append(_extension(Extension.EXTENDED_MASTER_SECRET, b""))
    if not is_13 and (asked.with_facts or asked.verify_data is not None):
        parts.append(_extension(Extension.SESSION_TICKET, b""))
    if asked.alpn:
        names = b"".join(bytes([len(p)]) + p.encode("ascii") for p in asked.alpn)
        parts.append(_extension(Extension.ALPN, len(names).to_bytes(2) + names))
    if is_13:
        parts.append(_tls13_parts(asked))
    return b"".join(parts)


def client_hello(asked: Asked, suites: Iterable[int]) -> bytes:
    """The record of one hello, SSLv3 to TLS 1.3, that offers `suites` in that order."""
    body = client_hello_message(asked, suites)
    # The record says TLS 1.0 at most: some servers drop a first record that says more.
    return b"\x16" + min(asked.version, TLS10).to_bytes(2) + len(body).to_bytes(2) + body


def client_hello_message(asked: Asked, suites: Iterable[int], random: bytes = b"") -> bytes:
    """The handshake message of one hello, without its record."""
    offered = _listed(suites if asked.version > SSLV3 else (*suites, RENEGOTIATION_SCSV))
    extensions = _extensions(asked)
    compression = b"\x02\x01\x00" if asked.with_facts and asked.version < TLS13 else b"\x01\x00"
    body = b"".join(
        (
            min(asked.version, TLS12).to_bytes(2),
            random or os.urandom(32),
            b"\x00",
            offered,
            compression,
            len(extensions).to_bytes(2) + extensions if extensions else b"",
        )
    )
    return b"\x01" + len(body).to_bytes(3) + body


def sslv2_hello(suites: Iterable[int]) -> bytes:
    """The hello of SSLv2: its own framing, and suites of three bytes."""
    offered = b"".join(code.to_bytes(3) for code in suites)
    body = b"".join(
        (b"\x01\x00\x02", len(offered).to_bytes(2), b"\x00\x00\x00\x10", offered, os.urandom(16))
    )
    return (0x8000 | len(body)).to_bytes(2) + body
