"""The anti-malware, beside a server that speaks clamd's protocol."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rempart.web.commands.examination import antivirus_line
from rempart.web.core.antivirus import PIECE, Said, scan

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd(path: Path, *, answer: bytes | None = None) -> Iterator[list[bytes]]:
    """clamd's INSTREAM: a command, pieces with their length, an empty one, then the found."""
    received: list[bytes] = []

    def served() -> None:
        link, _ = server.accept()
        with link, link.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\x00"
            while size := struct.unpack("!I", stream.read(4))[0]:
                received.append(stream.read(size))
            found = b"stream: Eicar-Test-Signature FOUND\x00"
            clean = b"stream: OK\x00"
            whole = b"".join(received)
            link.sendall(answer if answer is not None else found if b"EICAR" in whole else clean)

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen(1)
        thread = threading.Thread(target=served)
        thread.start()
        yield received
        thread.join(5)


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "clamd.ctl"
    settings.CLAMAV = f"unix:{path}"
    return path


def test_a_clean_content_is_said_clean(place: Path) -> None:
    with clamd(place) as received:
        assert scan([b"bonjour", b"x" * (PIECE + 1)]).said is Said.CLEAN
    assert b"".join(received) == b"bonjour" + b"x" * (PIECE + 1)
    assert max(map(len, received)) <= PIECE


def test_an_infected_content_is_named(place: Path) -> None:
    with clamd(place):
        found = scan([EICAR])
    assert found.said is Said.INFECTED
    assert found.detail == "Eicar-Test-Signature"


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\x00"])
def test_an_anti_malware_that_does_not_conclude_never_says_clean(
    place: Path, answer: bytes
) -> None:
    with clamd(place, answer=answer):
        found = scan([b"bonjour"])
    assert found.said is Said.NOT_SCANNED
    assert "pas pu conclure" in found.detail


def test_one_that_is_stopped_never_says_clean(place: Path) -> None:
    found = scan([b"bonjour"])
    assert found.said is Said.NOT_SCANNED
    assert "ne répond pas" in found.detail


def test_without_an_address_nothing_is_scanned(settings: Any) -> None:
    settings.CLAMAV = ""
    assert scan([EICAR]).said is Said.NOT_SCANNED


def test_an_address_by_port_is_tried_on_that_port(settings: Any, monkeypatch: Any) -> None:
    asked = []

    def refused(address: tuple[str, int], timeout: float) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError(111, "refusé")

    monkeypatch.setattr(socket, "create_connection", refused)
    settings.CLAMAV = "tcp:127.0.0.1:3310"
    assert scan([b""]).said is Said.NOT_SCANNED
    assert asked == [("127.0.0.1", 3310)]


@contextmanager
def pinged(path: Path, said: bytes) -> Iterator[None]:
    """clamd's PING."""

    def served() -> None:
        link, _ = server.accept()
        with link:
            assert link.recv(16) == b"zPING\x00"
            link.sendall(said)

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen(1)
        thread = threading.Thread(target=served)
        thread.start()
        yield
        thread.join(5)


def test_the_doctor_says_whether_the_antivirus_answers(place: Path) -> None:
    silent = antivirus_line()
    assert (silent.is_well, "ne répond pas" in silent.found) == (False, True)
    with pinged(place, b"PONG\x00"):
        assert antivirus_line().is_well
    place.unlink()
    with pinged(place, b"HELO\x00"):
        assert "HELO" in antivirus_line().found


def test_the_doctor_accepts_a_server_without_antivirus(settings: Any) -> None:
    settings.CLAMAV = ""
    assert antivirus_line().is_well
    settings.CLAMAV = "tcp:localhost:no-port"
    assert not antivirus_line().is_well
