"""Questions under way, what comes of them, and the words for those that come to nothing."""

import asyncio
from collections.abc import Generator, Iterable, Sequence
from typing import Any, Final

from msgspec import Struct

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.seen.common import Reach

INNER: Final = (
    "Les serveurs de noms annoncés sont à des adresses internes : ils ne sont pas interrogés."
)
LATE: Final = "Le délai accordé à ce domaine est écoulé."
NOT_OURS: Final = "Le serveur a répondu à autre chose que la question."
CUT: Final = "Réponse tronquée, et le serveur ne répond pas en TCP."
STOPPED: Final = "Travail arrêté."


class Reply(Struct, frozen=True, gc=False):
    """What came of a question. `message` is None unless `reach` is ANSWERED; `reason` is French."""

    message: wire.Message | None
    server: str = ""
    reach: Reach = Reach.ANSWERED
    reason: str = ""


class Wait(Struct, gc=False, eq=False):
    """A question under way: awaiting it gives its reply, as often as wanted, and never an exception of its own.

    `hoped` counts the datagrams that may still be answered, `backoff` grows with misses.
    """

    asked: bytes
    rest: bytes  # what is sent after the identifier
    servers: Sequence[str]
    ends_at: float
    is_recursive: bool
    tries: int
    hoped: int = 0
    backoff: int = 1
    is_queued: bool = False
    is_final: bool = False  # someone said no: those already asked are not asked again
    best: Reply | None = None
    tried: tuple[str, ...] = ()
    reply: Reply | None = None
    # Most are answered before anyone waits; several may want the same, and one who leaves takes nothing from others.
    waiters: "list[asyncio.Future[None]]" = []

    def finish(self, reply: Reply) -> None:
        """The first reply given is the one that counts."""
        if self.reply is None:
            self.reply = reply
            if self.waiters:
                for waiter in self.waiters:
                    if not waiter.done():
                        waiter.set_result(None)
                self.waiters = []

    def __await__(self) -> Generator[Any, None, Reply]:
        while self.reply is None:
            mine = asyncio.get_running_loop().create_future()
            self.waiters.append(mine)
            try:
                yield from mine
            except asyncio.CancelledError:
                if mine in self.waiters:
                    self.waiters.remove(mine)
                if not self.waiters:
                    # Nobody wants it any more: it is neither sent again nor read.
                    self.finish(Reply(None, self.last, Reach.STOPPED, STOPPED))
                raise
        return self.reply

    @property
    def last(self) -> str:
        """The server asked last, "" before the first."""
        return self.tried[-1] if self.tried else ""


def silence(servers: Iterable[str]) -> str:
    """Why nobody could say, French."""
    named = ", ".join(sorted(servers)[:4])
    return f"Aucune réponse des serveurs de noms ({named})." if named else "Aucun serveur de noms."
