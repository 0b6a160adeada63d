"""An SMTP server on loopback that keeps what it is sent."""

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from support.loopback import free_port


class Kept:
    """What the server was sent."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # its name
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append(message)  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def mailbox(port: int = 0) -> Iterator[tuple[Kept, int]]:
    """The server, on this port of loopback or on a free one."""
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield kept, controller.port
    finally:
        controller.stop()


def deliver_to(settings: Any) -> None:
    """Have the platform send its mail by SMTP."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 5
