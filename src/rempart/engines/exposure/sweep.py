"""A sweep: pieces of work done hundreds at a time in one process, or in several, each result kept as it comes.

`do` is the one function that does work, here, in another process or on another machine: it takes a batch and the
settings, and gives results. Batches are cut so that a host belongs to one of them, because its budget does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Final, Protocol

import msgspec

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.gate import LOOK_EVERY, Clock, PerimeterGate, StopSwitch
from rempart.engines.exposure.journal import Journal, JournalHead, new_journal, resumed_journal
from rempart.engines.exposure.look import Look, Probes, Tools, not_done
from rempart.engines.exposure.perimeter import Perimeter
from rempart.engines.exposure.scope import Scope
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.hosts import HostSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import in_order
from rempart.engines.exposure.work import (
    Done,
    Kind,
    Lead,
    Piece,
    Planner,
    grouped,
    host_pieces,
    key_of,
    rules_hash,
)
from rempart.kernel.memory import collector_relaxed
from rempart.kernel.progress import Observer, Silent

IN_FLIGHT: Final = 256
MOST_OPEN: Final = 800  # connections of one process: most systems allow it a thousand files
HOST_CUT: Final = "La durée permise pour cette machine est écoulée."
STAGES: Final = {
    Kind.ZONE: "Zones, courriel et noms",
    Kind.MAIL: "Zones, courriel et noms",
    Kind.HOST: "Noms",
    Kind.PORTS: "Ports, machine par machine",
    Kind.ENDPOINT: "Services, TLS et sites",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a batch needs beside its pieces; it is sent to other processes. Instants are Unix seconds (UTC).

    `make_probes` is a function of a module, which each process calls once; `share` how many gates work at once.
    """

    perimeter: Perimeter
    make_probes: Callable[["Settings"], Probes]
    clock: Clock
    tool_version: str
    started_at: float
    resolvers: tuple[str, ...] = ()
    stop_file: Path | None = None
    in_flight: int = IN_FLIGHT
    share: int = 1
    ends_at: float = 0.0  # 0: the perimeter's duration after the start
    connect_seconds: float = 4.0
    exchange_seconds: float = 10.0

    @property
    def minute(self) -> int:
        """The minute of the start, since 1970: a part of the key of each result."""
        return int(self.started_at // 60)

    @property
    def rules(self) -> str:
        """What decides a result beside its target and its minute."""
        return rules_hash(self.perimeter, self.tool_version)

    def switch(self) -> StopSwitch:
        """What ends the sweep before its end."""
        ends_at = self.ends_at or self.started_at + self.perimeter.limits.seconds
        return StopSwitch(self.perimeter, self.clock, stop_file=self.stop_file, ends_at=ends_at)


Batch = list[list[Piece]]
"""Groups of pieces: the pieces of a group are of one host."""

Emit = Callable[[Done], None]


class Executor(Protocol):
    """Where batches are done."""

    workers: int

    def run(self, groups: list[list[Piece]], settings: Settings, emit: Emit) -> None:
        """Do every group, and give each result as it comes, in any order, possibly twice."""


class Paused(Exception):
    """The sweep was asked to give way: its journal holds all that was done, and it goes on with `resume`."""


Pause = Callable[[int], bool]
"""Asked before each piece, with how many were done since the last beginning: True to give way. What is under way is
finished, and nothing is begun."""


class InProcess:
    """All the work in this process."""

    workers = 1

    def __init__(self, pause: Pause | None = None) -> None:
        self._pause = pause

    def run(self, groups: list[list[Piece]], settings: Settings, emit: Emit) -> None:
        """Do every group, `settings.in_flight` at a time. Raises Paused when it gave way before the end."""
        done, given_way = 0, False

        def counted(one: Done) -> None:
            nonlocal done
            done += 1
            emit(one)

        def gives_way() -> bool:
            nonlocal given_way
            given_way = given_way or (self._pause is not None and self._pause(done))
            return given_way

        with collector_relaxed():
            asyncio.run(do_groups(groups, settings, counted, gives_way))
        if given_way:
            raise Paused


def do(batch: Batch, settings: Settings) -> list[Done]:
    """The results of a batch: the function that every process and every machine runs."""
    found: list[Done] = []
    with collector_relaxed():
        asyncio.run(do_groups(batch, settings, found.append))
    return found


def _never() -> bool:
    return False


async def do_groups(
    groups: Sequence[list[Piece]],
    settings: Settings,
    emit: Emit,
    gives_way: Callable[[], bool] = _never,
) -> None:
    """Do groups of pieces, so many at a time, and give each result as it comes. When the sweep stops, what is under
    way is cut, and what remains is given as not done; when it gives way, nothing is said of what remains."""
    limits = settings.perimeter.limits
    own = frozenset(piece.address for group in groups for piece in group if piece.address)
    switch = settings.switch()
    gate = PerimeterGate(
        settings.perimeter, clock=settings.clock, switch=switch, own=own, share=settings.share
    )
    dial = Dial(gate, settings.connect_seconds, settings.exchange_seconds, heard=gate.heard)
    probes = settings.make_probes(settings)
    tools = Tools(probes, gate, dial, settings.clock, settings.rules, settings.minute)
    waiting = iter(groups)
    crew = [
        asyncio.create_task(_worker(waiting, tools, settings, emit, gives_way))
        for _ in range(
            max(1, min(settings.in_flight, len(groups), MOST_OPEN // limits.connections))
        )
    ]
    try:
        await asyncio.gather(*crew)
    finally:
        for task in crew:
            task.cancel()
        await asyncio.gather(*crew, return_exceptions=True)
        probes.close()


async def _worker(
    waiting: Iterator[list[Piece]],
    tools: Tools,
    settings: Settings,
    emit: Emit,
    gives_way: Callable[[], bool],
) -> None:
    """Take groups until there are none."""
    limits = settings.perimeter.limits
    for group in waiting:
        if gives_way():
            return
        pieces = takewhile(lambda _: not gives_way(), group)
        ends_at = asyncio.get_running_loop().time() + limits.seconds_per_host
        # A look may hold one connection and want another: half the lanes never wait for one another.
        lanes = min(max(limits.connections // 2, 1), len(group))
        await _all(_lane(pieces, ends_at, tools, emit) for _ in range(lanes))


async def _all(made: Iterable[Awaitable[None]]) -> None:
    """Wait for all; when one fails, the others are cut."""
    tasks = [asyncio.ensure_future(one) for one in made]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _lane(pieces: Iterator[Piece], ends_at: float, tools: Tools, emit: Emit) -> None:
    loop = asyncio.get_running_loop()
    for piece in pieces:
        if why := tools.gate.switch.why(loop.time()):
            emit(_skipped(piece, tools, why))
        elif loop.time() >= ends_at:
            emit(_skipped(piece, tools, HOST_CUT))
        else:
            emit(await _watched(piece, ends_at, tools))


def _skipped(piece: Piece, tools: Tools, why: str) -> Done:
    return not_done(piece, why, at=tools.clock(), rules=tools.rules, minute=tools.minute)


async def _watched(piece: Piece, ends_at: float, tools: Tools) -> Done:
    """One piece, cut when the sweep stops or when its host has had its time; what it had seen is kept."""
    loop, one, stops = asyncio.get_running_loop(), Look(piece, tools), tools.gate.counters.stopped
    task = asyncio.ensure_future(one.run())
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK_EVERY)
            why = tools.gate.switch.why(loop.time()) or (HOST_CUT if loop.time() >= ends_at else "")
            if why and not task.done():
                task.cancel()
                await asyncio.wait({task})
                one.miss(Reach.STOPPED, why)
        if not task.cancelled():
            task.result()
        done = one.done()
        # A probe may give what it had when the stop came: some of it is missing, and a resumption must do it again.
        if not done.stopped and tools.gate.counters.stopped > stops:
            done = msgspec.structs.replace(done, stopped=tools.gate.switch.why(loop.time()))
        return done
    finally:
        task.cancel()


def run_sweep(
    settings: Settings,
    scope: Scope,
    *,
    journal: Path,
    executor: Executor | None = None,
    observer: Observer | None = None,
    resume: bool = False,
    consent: str = "",
) -> Snapshot:
    """Sweep a perimeter whose consent was asked (`scope.demand_consent`), and give what was seen.

    The journal is left on disk: the caller removes it once the snapshot is written. With `resume`, what it holds is
    not done again. Raises UnreadableSource on a journal of other rules, RempartError when it cannot be written, and
    Paused when its executor gives way.
    """
    executor, observer = executor or InProcess(), observer or Silent()
    kept, settings = _journal(replace(settings, share=executor.workers), journal, resume=resume)
    planner, pieces = Planner(scope), 0
    try:
        for done in kept.results():
            if not done.stopped:
                planner.take(done)
        while planned := planner.next():
            pieces += len(planned)
            rules = settings.rules
            todo = [p for p in planned if key_of(p, rules, settings.minute) not in kept.keys]
            observer.stage(STAGES[planned[0].kind], len(planned))
            observer.advance(len(planned) - len(todo))

            def emit(done: Done) -> None:
                kept.add(done)
                planner.take(done)
                observer.advance()

            if todo:
                executor.run(grouped(todo), settings, emit)
        return _snapshot(settings, kept, pieces, consent)
    finally:
        kept.close()


def look_again(
    settings: Settings, scope: Scope, pieces: Sequence[Piece], *, consent: str = ""
) -> Snapshot:
    """What a few pieces see now: a retest. Names are resolved again first, so that each is asked where it leads today,
    and only where the perimeter lets it lead."""
    asked = {lead.name for piece in pieces for lead in piece.leads}
    found = do([[piece] for piece in host_pieces(scope, sorted(asked))], settings)
    leads: dict[str, list[tuple[str, Lead]]] = {}
    for seen in (one for done in found for one in done.seen if isinstance(one, HostSeen)):
        lead = Lead(seen.name, tuple(seen.chain))
        allowed = [(a, lead) for a in seen.addresses if a not in seen.refused]
        leads.setdefault(seen.name, []).extend(allowed)
    again = {piece for piece in pieces if not piece.leads}
    for piece in pieces:
        for name in (lead.name for lead in piece.leads):
            places = leads.get(name, [])
            again |= {
                msgspec.structs.replace(piece, address=address, leads=(lead,))
                for address, lead in places
            }
    found += do(grouped(sorted(again)), settings) if again else []
    return Snapshot(
        perimeter=settings.perimeter.name,
        started_at=settings.started_at,
        ended_at=settings.clock(),
        tool_version=settings.tool_version,
        seen=in_order(seen for done in found for seen in done.seen),
        finess=settings.perimeter.finess,
        consent=consent,
        pieces=len(found),
        pieces_stopped=sum(bool(done.stopped) for done in found),
        resolver=next(iter(settings.resolvers), ""),
    )


def _journal(settings: Settings, path: Path, *, resume: bool) -> tuple[Journal, Settings]:
    """The journal, and the settings with the start of the sweep that goes on."""
    if resume:
        kept = resumed_journal(path, settings.rules)
        ends_at = settings.ends_at or settings.clock() + settings.perimeter.limits.seconds
        return kept, replace(settings, started_at=kept.head.started_at, ends_at=ends_at)
    head = JournalHead(
        rules=settings.rules,
        minute=settings.minute,
        perimeter=settings.perimeter.name,
        started_at=settings.started_at,
        tool_version=settings.tool_version,
    )
    return new_journal(path, head), settings


def _snapshot(settings: Settings, kept: Journal, pieces: int, consent: str) -> Snapshot:
    """All that the journal holds; a piece done to its end replaces the times when it was not."""
    # The journal takes nothing more of a piece done to its end: the last result is the best one.
    by_key = {done.key: done for done in kept.results()}
    stopped = [done.stopped for done in by_key.values() if done.stopped]
    return Snapshot(
        perimeter=settings.perimeter.name,
        started_at=settings.started_at,
        ended_at=settings.clock(),
        tool_version=settings.tool_version,
        seen=in_order(seen for done in by_key.values() for seen in done.seen),
        finess=settings.perimeter.finess,
        consent=consent,
        pieces=pieces,
        pieces_stopped=len(stopped),
        notes=sorted(set(stopped)),
        resolver=next(iter(settings.resolvers), ""),
    )
