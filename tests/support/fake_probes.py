"""Probes without a network, for tests of the sweep itself: they ask the gate as real ones do, and invent nothing else."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.look import Allowed
from rempart.engines.exposure.perimeter import Touch, parse_perimeter
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.sweep import Settings

STARTED_AT: Final = 1795348800.0  # Sunday 22 November 2026, noon UTC
ASSETS: Final = """
  - {kind: domain, value: chu.example, addresses: follow}
  - {kind: host, value: www.chu.example}
  - {kind: host, value: vpn.chu.example}
  - {kind: host, value: cdn.chu.example, addresses: follow}
  - {kind: host, value: loop.chu.example, addresses: follow}
  - {kind: address, value: 127.0.9.1}
  - {kind: range, value: 127.0.9.2/31}
  - {kind: range, value: 127.0.9.4/31}
  - {kind: address, value: 127.0.9.6}
"""
LEADS: Final = {
    "chu.example": (["127.0.9.1"], []),
    "www.chu.example": (["127.0.9.1"], ["chu.example"]),
    "vpn.chu.example": (["127.0.9.2"], []),
    "cdn.chu.example": (["198.41.0.4"], ["x.cdn.example"]),
    "loop.chu.example": (["127.0.0.1"], []),
}


def perimeter_text(assets: str = ASSETS, more: str = "limits: {per_second: 100}\n") -> str:
    """A perimeter of loopback addresses, with a consent."""
    consent = "{by: C. Martin, function: directrice, on: 2026-10-01, until: 2026-12-31}"
    return f"name: CH d’Exemple\nconsent: {consent}\n{more}assets:{assets}"


def noon() -> float:
    """A clock that stands still."""
    return STARTED_AT


class FakeProbes:
    """Answers from the tables above; a port ends in 3 (443) or it is closed."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    async def zone(self, domain: str, dial: Dial) -> ZoneSeen:
        return ZoneSeen(reach=Reach.ANSWERED, domain=domain)

    async def mail(self, domain: str, dial: Dial) -> MailSeen:
        return MailSeen(reach=Reach.ANSWERED, domain=domain)

    async def servers(self, domain: str, touch: Touch) -> list[HostSeen]:
        return []

    async def host(self, name: str) -> HostSeen:
        addresses, chain = LEADS.get(name, ([], []))
        return HostSeen(reach=Reach.ANSWERED, name=name, addresses=addresses, chain=chain)

    async def reverse(self, address: str) -> list[str]:
        return [f"ptr-{address.replace('.', '-')}.chu.example"]

    async def ports(
        self, address: str, touch: frozenset[Touch], dial: Dial
    ) -> list[tuple[int, Reach]]:
        await self._touch(address, 443, dial)
        return [(443, Reach.ANSWERED), (3389, Reach.CLOSED)]

    async def doors(
        self, address: str, ports: Sequence[int], dial: Dial
    ) -> list[tuple[int, Reach]]:
        return [(port, Reach.ANSWERED) for port in ports]

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        await self._touch(endpoint.address, endpoint.port, dial)
        if endpoint.transport == "udp":
            return ServiceSeen(reach=Reach.SILENT, reason="Aucune réponse.", endpoint=endpoint)
        return ServiceSeen(reach=Reach.ANSWERED, endpoint=endpoint, service="https")

    async def tls(self, endpoint: Endpoint, dial: Dial, starttls: str) -> TlsSeen:
        await self._touch(endpoint.address, endpoint.port, dial)
        return TlsSeen(reach=Reach.ANSWERED, endpoint=endpoint, starttls=starttls)

    async def http(
        self, endpoint: Endpoint, dial: Dial, is_tls: bool, allowed: Allowed
    ) -> HttpSeen:
        await self._touch(endpoint.address, endpoint.port, dial)
        return HttpSeen(reach=Reach.ANSWERED, endpoint=endpoint, is_tls=is_tls)

    def close(self) -> None:
        return None

    async def _touch(self, address: str, port: int, dial: Dial) -> None:
        await dial.gate.enter(address, port)
        await asyncio.sleep(self.seconds)
        dial.gate.leave(address)


class Breaking(FakeProbes):
    """A probe with a mistake in it."""

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        if endpoint.transport == "udp":
            return await super().service(endpoint, dial)
        raise IndexError(endpoint.label)


class Deadly(FakeProbes):
    """Kills its process: once where the file of the settings is there, which it removes, or each time at .5."""

    def __init__(self, mark: Path | None) -> None:
        super().__init__()
        self.mark = mark

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        if endpoint.address == "127.0.9.3" and self.mark is not None and self.mark.exists():
            self.mark.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().service(endpoint, dial)


class AlwaysDeadly(FakeProbes):
    """Kills its process each time that it looks at one address."""

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        if endpoint.address == "127.0.9.3":
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().service(endpoint, dial)


def quick(settings: Settings) -> FakeProbes:
    """Probes that answer at once."""
    return FakeProbes()


def slow(settings: Settings) -> FakeProbes:
    """Probes that take their time."""
    return FakeProbes(seconds=3.0)


def unhurried(settings: Settings) -> FakeProbes:
    """Probes that leave the time to kill a worker."""
    return FakeProbes(seconds=0.1)


def broken(settings: Settings) -> FakeProbes:
    """Probes of which one has a mistake."""
    return Breaking()


def deadly(settings: Settings) -> FakeProbes:
    """Probes that kill their process once."""
    folder = settings.stop_file.parent if settings.stop_file else None
    return Deadly(folder / "kill-once" if folder else None)


def always_deadly(settings: Settings) -> FakeProbes:
    """Probes that kill their process each time."""
    return AlwaysDeadly()


def settings_of(make_probes=quick, text: str = "", **more: object) -> Settings:  # type: ignore[no-untyped-def]
    """Settings of a sweep of the perimeter above."""
    perimeter = parse_perimeter(text or perimeter_text())
    return Settings(perimeter, make_probes, noon, "0.1.0", STARTED_AT, **more)
