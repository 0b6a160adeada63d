"""What a sweep knows of each name server: how fast it answers, and whether it has stopped (RFC 6298, RFC 9520).

A server is presumed dead when questions in a row had no answer, each within a patience that follows what the sweep
measures: four for one that was never heard, eight for one that was. The presumption is shared by all domains, and
tried again, first after a second, then more and more rarely: one answer, even late, undoes it.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from rempart.engines.exposure.probe.dns.questions import Wait

# Nobody gives up sooner on a server, however near the others are: what Unbound starts with for an unknown one.
LEAST_PATIENCE: Final = 0.376
# Nor asks another server at the same time sooner than that.
LEAST_HEDGE: Final = 0.15
MISSES_OF_A_STRANGER: Final = 4
MISSES_OF_AN_ACQUAINTANCE: Final = 8
# A server that was never heard has no more questions at once: the first ones tell.
MOST_TO_A_STRANGER: Final = 4
FIRST_REST: Final = 1.0
LONGEST_REST: Final = 64.0


@dataclass(slots=True, eq=False)
class Server:
    """One server. Times are seconds, instants are those of the loop; `misses` are in a row."""

    address: str
    most: int  # questions at once, once it has answered
    room: int  # questions at once, now
    target: tuple[str, int] = ("", 0)  # address and port
    in_flight: int = 0
    misses: int = 0
    answers: int = 0
    smoothed: float = 0.0
    deviation: float = 0.0
    heard_at: float = 0.0
    is_suspect: bool = False  # a stranger that is late
    is_dead: bool = False
    rest: float = 0.0
    tried_again_at: float = 0.0
    waiting: deque[Wait] = field(default_factory=deque)

    def heard(self, now: float, took: float) -> None:
        """It answered, after `took` seconds."""
        if self.answers:
            away = took - self.smoothed
            self.smoothed += away / 8
            self.deviation += (abs(away) - self.deviation) / 4
        else:
            self.smoothed, self.deviation = took, took / 2
            self.room = self.most
        self.answers += 1
        self.heard_at = now
        self.misses = 0
        self.is_suspect = self.is_dead = False
        self.rest = 0.0

    def is_lost(self, now: float, seconds: float) -> bool:
        """Whether it has been silent enough to be presumed dead."""
        if not self.answers:
            return self.misses >= MISSES_OF_A_STRANGER
        return self.misses >= MISSES_OF_AN_ACQUAINTANCE and now - self.heard_at >= seconds

    def bury(self, now: float) -> None:
        """Presume it dead, until it is tried again."""
        self.is_dead = True
        self.rest = min(self.rest * 2, LONGEST_REST) if self.rest else FIRST_REST
        self.tried_again_at = now + self.rest

    def weight(self) -> int:
        """The lightest is asked first: the least busy, and rather one that answers."""
        busy = self.in_flight + len(self.waiting) + 100 * self.misses
        if self.answers:
            return busy
        return busy + 64 * self.in_flight + 500 * self.is_suspect


class Pace:
    """How long to wait, at most `seconds` a try. What the slowest servers take lately rules for those never heard."""

    __slots__ = ("_seconds", "_slowest")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._slowest = 0.0

    def heard(self, took: float) -> None:
        """A server answered after `took` seconds."""
        if took > self._slowest:
            self._slowest = took
        else:
            self._slowest += (took - self._slowest) / 256

    def waits(self, server: Server, backoff: int) -> tuple[float, float]:
        """The waits before another server is asked the same thing, and before the question counts as missed.

        The second is the whole of `seconds` while nobody was heard, and grows with each miss of one question.
        """
        most = self._seconds
        if server.answers:
            usual = server.smoothed + 4 * server.deviation
        elif self._slowest:
            usual = 2 * self._slowest
        else:
            return min(LEAST_PATIENCE, most), most
        patience = (2 * usual if 2 * usual > LEAST_PATIENCE else LEAST_PATIENCE) * backoff
        hedge = usual if usual > LEAST_HEDGE else LEAST_HEDGE
        if patience > most:
            patience = most
        return (hedge if hedge < patience else patience), patience
