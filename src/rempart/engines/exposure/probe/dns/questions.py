"""Questions under way, what comes of them, and the words for those that come to nothing."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

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
    """A question under way. `hoped` counts the datagrams that may still be answered, `backoff` grows with misses."""

    asked: bytes
    servers: Sequence[str]
    future: "asyncio.Future[Reply]"
    ends_at: float
    is_recursive: bool
    tries: int
    hoped: int = 0
    backoff: int = 1
    is_queued: bool = False
    is_final: bool = False  # someone said no: those already asked are not asked again
    best: Reply | None = None
    tried: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        """The server asked last, "" before the first."""
        return self.tried[-1] if self.tried else ""


def silence(servers: Iterable[str]) -> str:
    """Why nobody could say, French."""
    named = ", ".join(sorted(servers)[:4])
    return f"Aucune réponse des serveurs de noms ({named})." if named else "Aucun serveur de noms."
