"""What a sweep brought back: every observation, replayable without the network."""

from typing import Final

from msgspec import Struct

from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen

SCHEMA: Final = "rempart/exposure-snapshot/1"

AnySeen = ZoneSeen | MailSeen | HostSeen | PortsSeen | TlsSeen | HttpSeen | ServiceSeen | ClaimSeen


class Snapshot(Struct, frozen=True, kw_only=True):
    """The observations of one sweep of one perimeter, sorted by kind and target; instants are Unix seconds (UTC)."""

    perimeter: str
    started_at: float
    ended_at: float
    tool_version: str
    seen: list[AnySeen]
    schema: str = SCHEMA
    finess: str = ""
    consent: str = ""
    pieces: int = 0
    pieces_stopped: int = 0
    notes: list[str] = []
    resolver: str = (
        ""  # name server that was given to the sweep, "" for the perimeter's own or the root
    )
