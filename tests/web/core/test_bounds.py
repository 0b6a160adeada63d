"""What stands before Django: nobody fills the disk."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from rempart.web.core.bounds import MARGIN_BYTES, Bounded, Message


async def reads_all(scope: Message, receive: Any, send: Any) -> None:
    """An application that takes the whole body, then answers."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def meets_a_full_disk(scope: Message, receive: Any, send: Any) -> None:
    raise OSError(28, "No space left on device")


def answered(
    application: Any, pieces: Iterable[bytes] = (), length: int | None = None
) -> tuple[int, str]:
    """Status and body that a client gets."""
    sent: list[Message] = []
    waiting = [{"type": "http.request", "body": p, "more_body": True} for p in pieces]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    asyncio.run(Bounded(application)({"type": "http", "headers": headers}, receive, send))
    return sent[0]["status"], sent[1]["body"].decode("utf-8")


@pytest.fixture(autouse=True)
def _bound(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024


def test_what_is_small_goes_through() -> None:
    assert answered(reads_all, [b"x" * 1000], 1000) == (200, "ok")


def test_what_says_that_it_is_too_large_is_refused_before_it_is_read() -> None:
    status, body = answered(reads_all, length=2 * 1024 * 1024 + MARGIN_BYTES)
    assert (status, "1 Mo" in body) == (413, True)


def test_what_does_not_say_how_large_it_is_is_counted() -> None:
    status, body = answered(reads_all, [b"x" * MARGIN_BYTES] * 3)
    assert (status, "trop gros" in body) == (413, True)


def test_a_disk_that_fills_up_while_receiving_is_said() -> None:
    status, body = answered(meets_a_full_disk)
    assert (status, "plein" in body) == (507, True)
