"""A server that speaks enough LDAP to misbehave: it answers each request by what a function returns."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from rempart.engines.directory.collect import ber, messages
from rempart.engines.directory.collect.messages import Message, Tag

Answer = Callable[[Message], list[bytes]]

ROOT_DSE = {
    "defaultNamingContext": ["DC=chu,DC=test"],
    "namingContexts": ["DC=chu,DC=test"],
    "supportedControl": [messages.SD_FLAGS],
    "dnsHostName": ["dc1.chu.test"],
    "currentTime": ["20261121120000.0Z"],
}


def response(number: int, tag: int, code: int = 0, text: str = "", extra: bytes = b"") -> bytes:
    """A message that ends an operation."""
    body = ber.integer(code, ber.ENUMERATED) + ber.octets("") + ber.octets(text) + extra
    return messages.request(number, ber.tlv(tag, body))


def entry(number: int, dn: str, attributes: dict[str, list[str]]) -> bytes:
    """An entry of a search."""
    listed = b"".join(
        ber.sequence(
            ber.octets(name), ber.tlv(ber.SET, b"".join(ber.octets(value) for value in values))
        )
        for name, values in attributes.items()
    )
    return messages.request(
        number, ber.tlv(Tag.SEARCH_ENTRY, ber.octets(dn) + ber.tlv(ber.SEQUENCE, listed))
    )


def base_of(message: Message) -> str:
    """The base of a search request."""
    _, start, end = ber.element(message.data, message.start, message.end)
    return message.data[start:end].decode("utf-8")


def polite(message: Message) -> list[bytes]:
    """A small, well-behaved controller: one domain of one object."""
    if message.tag == Tag.BIND_REQUEST:
        return [response(message.id, Tag.BIND_RESPONSE)]
    if message.tag != Tag.SEARCH_REQUEST:
        return []
    base = base_of(message)
    attributes = {"objectClass": ["top", "domainDNS"]} if base else ROOT_DSE
    return [entry(message.id, base, attributes), response(message.id, Tag.SEARCH_DONE)]


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[tuple[int, list[int]]]:
    """Port of a server on 127.0.0.1, and the tags of the requests that it received, as they come."""
    received: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError, ber.MalformedError):
                    _converse(connection, answer, received, done)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], received
    finally:
        done.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _converse(
    connection: socket.socket, answer: Answer, received: list[int], done: threading.Event
) -> None:
    buffer = bytearray()
    connection.settimeout(0.05)
    while not done.is_set():
        try:
            data = connection.recv(65536)
        except TimeoutError:
            continue
        if not data:
            return
        buffer += data
        while (size := ber.announced(buffer)) is not None and len(buffer) >= size:
            message = messages.parse(bytes(buffer[:size]))
            del buffer[:size]
            received.append(message.tag)
            for reply in answer(message):
                connection.sendall(reply)
