"""The anti-malware of the server, when there is one: clamd, asked through its socket (INSTREAM)."""

import contextlib
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.conf import settings

PIECE: Final = 64 * 1024
SECONDS: Final = 60


class Said(StrEnum):
    """What the anti-malware said."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True, slots=True)
class Scan:
    """What was said, and the name of what was found or why nothing was looked at."""

    said: Said
    detail: str = ""


def scan(pieces: Iterable[bytes]) -> Scan:
    """Have a content looked at. Without an anti-malware, or one that does not answer, it is NOT_SCANNED: never clean."""
    address = settings.CLAMAV
    if not address:
        return Scan(Said.NOT_SCANNED, "Aucun antivirus n’est relié à ce serveur.")
    try:
        with _connected(address) as link:
            # clamd may answer and close before the end: its reason is read all the same.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                link.sendall(b"zINSTREAM\x00")
                for piece in pieces:
                    for start in range(0, len(piece), PIECE):
                        part = piece[start : start + PIECE]
                        link.sendall(struct.pack("!I", len(part)) + part)
                link.sendall(struct.pack("!I", 0))
            answer = _answer(link)
    except OSError as fault:
        return Scan(Said.NOT_SCANNED, f"L’antivirus ne répond pas ({fault.strerror or fault}).")
    return _read(answer)


def answers() -> str:
    """Why the anti-malware cannot be asked; empty when it answers. Only for a server that has one."""
    try:
        with _connected(settings.CLAMAV) as link:
            link.sendall(b"zPING\x00")
            said = _answer(link)
    except (OSError, ValueError) as fault:
        return str(getattr(fault, "strerror", None) or fault)
    return "" if said == "PONG" else f"réponse inattendue : {said[:80] or 'aucune'}"


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            link.settimeout(SECONDS)
            link.connect(address.removeprefix("unix:"))
        except OSError:
            link.close()
            raise
        return link
    host, _, port = address.removeprefix("tcp:").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _answer(link: socket.socket) -> str:
    found = b""
    while b"\x00" not in found and len(found) < PIECE:
        piece = link.recv(4096)
        if not piece:
            break
        found += piece
    return found.split(b"\x00")[0].decode("utf-8", "replace").strip()


def _read(answer: str) -> Scan:
    words = answer.removeprefix("stream:").strip()
    if words == "OK":
        return Scan(Said.CLEAN)
    if words.endswith(" FOUND"):
        return Scan(Said.INFECTED, words.removesuffix(" FOUND"))
    return Scan(Said.NOT_SCANNED, f"L’antivirus n’a pas pu conclure ({words or 'aucune réponse'}).")
