"""Answers made by hand, for servers that lie."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.resolver import Resolver

Say = Callable[[bytes], Iterable[bytes]]
T = TypeVar("T")


def reply(question: bytes, answer: bytes, *, answers: int = 1, authority: bytes = b"") -> bytes:
    """An authoritative answer to a question, its sections as given; without one when there is an authority."""
    end = question.index(b"\0", 12) + 5
    first = b"\x80\0" if authority else b"\x84\0"
    counts = b"\0\1" + answers.to_bytes(2, "big") + (b"\0\1" if authority else b"\0\0") + b"\0\0"
    return question[:2] + first + counts + question[12:end] + answer + authority


def flags(message: bytes, rcode: int, *, cut: bool = False) -> bytes:
    """The same with a response code, and said to be cut or not."""
    return message[:2] + bytes([message[2] | (2 if cut else 0), rcode]) + message[4:]


def txt(text: bytes) -> bytes:
    """A TXT whose owner is the name asked."""
    parts = b"".join(
        bytes([len(text[i : i + 255])]) + text[i : i + 255] for i in range(0, len(text), 255)
    )
    return (
        b"\xc0\x0c"
        + wire.TXT.to_bytes(2, "big")
        + b"\0\1\0\0\0\5"
        + len(parts).to_bytes(2, "big")
        + parts
    )


def named(question: bytes, kind: int, name: bytes) -> bytes:
    """A record whose data is a name, for the name asked."""
    owner = question[12 : question.index(b"\0", 12) + 1]
    return owner + kind.to_bytes(2, "big") + b"\0\1\0\0\0\5" + len(name).to_bytes(2, "big") + name


def ask_all(act: Callable[[Resolver], Awaitable[T]], port: int, **changes: object) -> T:
    """Run something with a resolver whose only root is a server on loopback."""

    async def run() -> T:
        exchange = Exchange(port=port, seconds=1.0)
        given = {"now": time.time(), "hints": ("127.0.0.1",), "anchors": {}, "exchange": exchange}
        resolver = Resolver(**{**given, "domain_seconds": 6.0, **changes})  # type: ignore[arg-type]
        try:
            return await act(resolver)
        finally:
            resolver.close()

    return asyncio.run(run())
