"""Imaging servers that accept us, then fall silent or speak without end: what they accepted is kept."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from benchmarks._tls_lab import threaded

from rempart.engines.exposure.probe.services import medical
from rempart.engines.exposure.seen.common import Reach
from support.parts import LOOPBACK
from support.service_servers import look
from support.talks import refused
from support.web_servers import outcome

pytestmark = pytest.mark.allow_hosts(LOOPBACK)

ACCEPTED = bytes(68) + bytes.fromhex("2100000401000000")
UNIT = b"\x02\x00" + struct.pack(">I", len(ACCEPTED)) + ACCEPTED


def hangs(link: socket.socket) -> None:
    """Accepts the association, and says nothing more until we leave."""
    with suppress(OSError), link:
        link.recv(4096)
        link.sendall(UNIT)
        while link.recv(4096):
            pass


def floods(link: socket.socket) -> None:
    """Accepts the association, then announces a message of 4 GB and sends it."""
    with suppress(OSError), link:
        link.recv(4096)
        link.sendall(UNIT + b"\x04\x00\xff\xff\xff\xff")
        while True:
            link.sendall(bytes(65536))


@pytest.mark.parametrize("serve", [hangs, floods])
def test_an_association_that_was_accepted_stays_so_whatever_comes_after(
    serve: Callable[[socket.socket], None],
) -> None:
    with threaded(serve) as port:
        seen = look(port, "dicom", seconds=0.8)
    assert (seen.reach, seen.details["association"], seen.details["echo"]) == (
        Reach.ANSWERED,
        "accepted",
        "no",
    )
    assert outcome("service_dicom", seen) == "failed"


def test_an_acceptance_that_answers_to_nothing_is_none() -> None:
    body = b"\x00\x01" + b"\xff" * 4094
    assert "Acceptation" in refused(medical.dicom(), b"\x02\x00" + struct.pack(">I", 4096) + body)
