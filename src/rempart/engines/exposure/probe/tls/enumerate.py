"""Versions and suites of one endpoint, by removal; SSLv2 by its own hello; named groups of TLS 1.3."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rempart.engines.exposure.dial import Dialogue, NotReached, ProtocolFault
from rempart.engines.exposure.probe.tls.flight import read_sslv2_hello
from rempart.engines.exposure.probe.tls.groups import TLS13_GROUPS, group_name
from rempart.engines.exposure.probe.tls.hello import SSLV2, TLS13, VERSIONS, Asked, sslv2_hello
from rempart.engines.exposure.probe.tls.notes import Notes
from rempart.engines.exposure.probe.tls.starttls import opening
from rempart.engines.exposure.probe.tls.suites import (
    legacy_suites,
    name_of,
    sslv2_suites,
    tls13_suites,
)
from rempart.engines.exposure.probe.tls.survey import Answer, GaveUp, Survey
from rempart.engines.exposure.seen.tls import VersionSeen, VersionState

MOST_SUITES: Final = 160


@dataclass(slots=True)
class Listed:
    """The suites of one version as they come; `outcome` is how the last question ended."""

    version: int
    codes: list[int]
    state: VersionState = VersionState.UNKNOWN
    is_complete: bool = True
    reason: str = ""
    has_server_order: bool | None = None

    @property
    def seen(self) -> VersionSeen:
        """As it is kept."""
        return VersionSeen(
            version=VERSIONS[self.version],
            state=self.state,
            suites=[name_of(code) for code in self.codes],
            is_complete=self.is_complete,
            has_server_order=self.has_server_order,
            reason=self.reason,
        )

    def cut(self, reason: str) -> None:
        """End on something that is no answer."""
        self.is_complete, self.reason = False, reason


def pool_of(version: int) -> tuple[int, ...]:
    """The suites offered with one version, in the order of the hello."""
    return tuple(tls13_suites() if version == TLS13 else legacy_suites())


async def list_suites(survey: Survey, asked: Asked, first: Answer | None, notes: Notes) -> Listed:
    """Every suite that the server takes with the version of `asked`; `first` is an answer already had.

    Never raises: what stops the questions is in `reason`. Flights that teach something go to `notes`.
    """
    listed = Listed(asked.version, [])
    for part in survey.parts(pool_of(asked.version)):
        await _list_part(survey, asked, listed, list(part), first, notes)
        first = None
        if not listed.is_complete:
            break
    return listed


async def _list_part(
    survey: Survey,
    asked: Asked,
    listed: Listed,
    remaining: list[int],
    first: Answer | None,
    notes: Notes,
) -> None:
    """The suites of one part of the table."""
    answer, has_retried = first, False
    while len(listed.codes) < MOST_SUITES:
        try:
            answer = answer or await survey.ask(asked, remaining, notes.wants)
        except NotReached as fault:
            if has_retried or survey.stopped or not listed.codes:
                listed.cut(fault.reason)
                break
            has_retried = True
            continue
        except (ProtocolFault, GaveUp) as fault:
            listed.cut(str(fault))
            break
        if answer.messages and answer is not first:
            notes.take(answer)
        if not _take(listed, answer, remaining):
            if answer.is_closed and listed.codes:
                await _confirm(survey, asked, listed)
            break
        answer = None


def _take(listed: Listed, answer: Answer, remaining: list[int]) -> bool:
    """Note one answer; False when the list is over."""
    hello = answer.hello
    if hello is None:
        # A close without a word means « no » only for a server that is seen to answer otherwise.
        if answer.alert >= 0 and not listed.codes:
            listed.state = VersionState.REFUSED
        return False
    if hello.version not in VERSIONS or hello.version > listed.version:
        listed.cut("Le serveur choisit une version qui ne lui était pas offerte.")
        return False
    if hello.version != listed.version:
        if not listed.codes:
            listed.state = VersionState.REFUSED
        return False
    listed.state = VersionState.OFFERED
    if hello.suite not in remaining:
        listed.cut("Le serveur choisit une suite qui ne lui était pas offerte.")
        return False
    listed.codes.append(hello.suite)
    remaining.remove(hello.suite)
    return True


async def _confirm(survey: Survey, asked: Asked, listed: Listed) -> None:
    """After a close without a word: a suite known to be taken must still be, or the list was cut by a limit."""
    try:
        again = await survey.ask(asked, listed.codes[:1])
    except (NotReached, ProtocolFault, GaveUp) as fault:
        listed.cut(str(fault))
        return
    if again.hello is None:
        listed.cut("Le serveur a cessé de répondre au milieu des questions.")


async def find_order(survey: Survey, asked: Asked, listed: Listed) -> None:
    """Whether the server imposes its order: offered backwards, its first choice is still the first."""
    if len(listed.codes) < 2:
        return
    backwards = listed.codes[::-1]
    # A server may put ChaCha20 first for a client that does, and impose its order for all else.
    if "CHACHA20" in name_of(backwards[0]):
        backwards.append(backwards.pop(0))
    if backwards[0] == listed.codes[0]:
        return
    try:
        answer = await survey.ask(asked, backwards)
    except (NotReached, ProtocolFault, GaveUp):
        return
    if answer.hello is not None:
        listed.has_server_order = answer.hello.suite == listed.codes[0]


def _sslv2(starttls: str, to_send: bytes) -> Dialogue[list[int] | None]:
    """The suites of SSLv2: none when the server answers something else, None when it closes without a word."""
    prefix = (yield from opening(starttls)) if starttls else b""
    got = data = yield prefix + to_send
    while data:
        try:
            suites = read_sslv2_hello(got)
        except ProtocolFault:
            return []
        if suites is not None:
            return suites
        data = yield b""
        got += data
    return None


async def list_sslv2(survey: Survey) -> Listed:
    """SSLv2, whose server lists its suites by itself. A server that says nothing to it is left unknown."""
    listed = Listed(SSLV2, [])
    try:
        # A server of today may wait for the rest of what it takes for a record: no sign that it is tired.
        hello = sslv2_hello(sslv2_suites())
        suites = await survey.hold(_sslv2(survey.starttls, hello), counts=False)
    except NotReached as fault:
        listed.cut(fault.reason)
    except (ProtocolFault, GaveUp) as fault:
        listed.cut(str(fault))
    else:
        listed.codes = suites or []
        if suites is not None:
            listed.state = VersionState.OFFERED if suites else VersionState.REFUSED
    return listed


async def list_groups(survey: Survey, suites: Sequence[int]) -> list[str] | None:
    """The named groups taken with TLS 1.3, by removal; None when the questions were cut short.

    Without a key share the server only names its choice: no key is computed on either side.
    """
    found: list[int] = []
    remaining = list(TLS13_GROUPS)
    while remaining:
        try:
            asked = Asked(TLS13, survey.server_name, tuple(remaining))
            answer = await survey.ask(asked, suites)
        except (NotReached, ProtocolFault, GaveUp):
            return None
        if answer.hello is None or answer.hello.group not in remaining:
            break
        found.append(answer.hello.group)
        remaining.remove(answer.hello.group)
    return [group_name(code) for code in found] or None
