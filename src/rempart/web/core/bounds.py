"""What stands before Django: a bound on what is sent, so that nobody fills the disk before any rule is asked."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.conf import settings

from rempart.web.core.errors import LAST_RESORT, is_no_room

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Django types its own handler more narrowly than the protocol: any application does.
Application = Callable[[Any, Any, Any], Awaitable[None]]

# A form around its files.
MARGIN_BYTES: Final = 1024 * 1024


class _TooLong(Exception):
    """More was sent than the bound."""


class Bounded:
    """An application that takes at most UPLOAD_MAX_BYTES, and says when the disk is full while it receives."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Count what comes; answer 413 or 507 by ourselves when Django has not begun to."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        bound = settings.UPLOAD_MAX_BYTES + MARGIN_BYTES
        if _announced(scope) > bound:
            await _answer(send, 413)
            return
        begun = False
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > bound:
                raise _TooLong
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._application(scope, counted, watched)
        except (_TooLong, OSError) as fault:
            status = 413 if isinstance(fault, _TooLong) else 507 if is_no_room(fault) else 0
            if begun or not status:
                raise
            await _answer(send, status)


def _announced(scope: Message) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _answer(send: Send, status: int) -> None:
    limit = settings.UPLOAD_MAX_BYTES // 1024**2
    said = {
        413: (
            "C’est trop gros",
            f"Ce fichier dépasse ce que ce serveur accepte : {limit} Mo.",
            "Compressez-le en ZIP, ou demandez à la personne qui exploite Rempart de changer REMPART_UPLOAD_MAX_MB.",
        ),
        507: (
            "Le serveur n’a plus de place",
            "Le disque du serveur est plein : rien n’a été enregistré.",
            "Prévenez la personne qui exploite Rempart.",
        ),
    }
    title, found, todo = said[status]
    body = LAST_RESORT.format(title=title, found=found, todo=todo).encode("utf-8")
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"content-security-policy", b"default-src 'none'"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
