"""Services that a test makes by itself: an imaging server of pynetdicom, scripts, first words, datagrams."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pynetdicom import AE, evt

from support.web_servers import raw

VERIFICATION = "1.2.840.10008.1.1"


@contextmanager
def imaging(knows: Sequence[str] = ()) -> Iterator[int]:
    """A DICOM server of pynetdicom that answers to C-ECHO; with `knows`, only these applications may come."""
    entity = AE(ae_title="PACS")
    entity.add_supported_context(VERIFICATION)
    entity.require_calling_aet = list(knows)
    server = entity.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_ECHO, lambda event: 0x0000)]
    )
    if server is None:
        raise RuntimeError("the DICOM server did not start")
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


@contextmanager
def modbus() -> Iterator[int]:
    """A Modbus device that gives its identity, by the hand: PDU 0x2B 0x0E."""
    identity = b"\x2b\x0e\x01\x01\x00\x00\x03" + b"\x00\x05Essai" + b"\x01\x03PLC" + b"\x02\x032.9"
    with scripted(
        [(b"", b"\x00\x01\x00\x00" + (len(identity) + 1).to_bytes(2, "big") + b"\x00" + identity)]
    ) as port:
        yield port


Script = Sequence[tuple[bytes, bytes]]


@contextmanager
def scripted(script: Script, *, seen: list[bytes] | None = None) -> Iterator[int]:
    """A server that waits for each first part (b"" for anything), answers the second, and then listens on."""

    def talk(link: socket.socket) -> None:
        for wanted, answer in script:
            came = link.recv(65536)
            if seen is not None:
                seen.append(came)
            if wanted not in came:
                return
            link.sendall(answer)
        with contextlib.suppress(TimeoutError):
            while came := link.recv(65536):
                if seen is not None:
                    seen.append(came)

    with raw(talk) as port:
        yield port


@contextmanager
def speaking(words: bytes) -> Iterator[int]:
    """A server that speaks first, then listens."""

    def talk(link: socket.socket) -> None:
        link.sendall(words)
        link.recv(65536)

    with raw(talk) as port:
        yield port


@contextmanager
def datagrams(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """A UDP server that answers each datagram."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(0.05)
    ends = threading.Event()

    def serve() -> None:
        while not ends.is_set():
            try:
                data, peer = server.recvfrom(65535)
            except TimeoutError:
                continue
            if reply := answer(data):
                server.sendto(reply, peer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        ends.set()
        thread.join()
        server.close()
