"""Looking at the TLS of one endpoint: the questions in their order, and what is kept of the answers."""

import asyncio
import ipaddress
from typing import Final

from rempart.engines.exposure.dial import Dial, NotOffered, NotReached, ProtocolFault
from rempart.engines.exposure.probe.tls.enumerate import (
    Listed,
    find_order,
    list_groups,
    list_sslv2,
    list_suites,
    pool_of,
)
from rempart.engines.exposure.probe.tls.groups import WEAK_GROUPS, group_name
from rempart.engines.exposure.probe.tls.handshake13 import GROUPS
from rempart.engines.exposure.probe.tls.hello import (
    FALLBACK_SCSV,
    SSLV2,
    SSLV3,
    TLS10,
    TLS11,
    TLS12,
    TLS13,
    Asked,
)
from rempart.engines.exposure.probe.tls.inside import look_inside, look_inside_legacy
from rempart.engines.exposure.probe.tls.notes import Notes
from rempart.engines.exposure.probe.tls.suites import all_suites
from rempart.engines.exposure.probe.tls.survey import Answer, GaveUp, Survey, everything
from rempart.engines.exposure.probe.tls.trust import TrustStore, system_store
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.tls import TlsSeen, VersionState

UNRECOGNIZED_NAME: Final = 112
INAPPROPRIATE_FALLBACK: Final = 86
WEB_PORTS: Final = frozenset({443, 4443, 8443, 9443, 10443})
EVERY_GROUP: Final = tuple(group_name(code) for code in GROUPS)
CERTIFICATE_GROUPS: Final = (23, 24, 25)
NO_TLS: Final = "Le serveur ferme la connexion à chaque version de TLS, sans rien répondre."
NO_CONTROL: Final = (
    "Le serveur a refusé la question de l’abaissement, mais aussi la même question sans ce signal."
)
_LEGACY: Final = (SSLV3, TLS10, TLS11, TLS12)
_FAULTS: Final = (NotReached, ProtocolFault, GaveUp)


def ascii_name(name: str) -> str:
    """A host name as it goes on the wire (IDNA); "" for an address, or a name that has no such form."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass
    else:
        return ""
    try:
        return name.rstrip(".").encode("idna").decode("ascii") if len(name) < 254 else ""
    except UnicodeError:
        return name if name.isascii() else ""


async def look_at_tls(
    endpoint: Endpoint,
    *,
    dial: Dial,
    starttls: str = "",
    trust: TrustStore | None = None,
    is_thorough: bool = True,
) -> TlsSeen:
    """Everything that hellos tell of one endpoint, chains held against `trust` (by default this machine's store).

    Not thorough: versions, suites and chains alone, in a third fewer connections; the rest is left as gaps.
    Never raises on what the server does: a silence, a close or nonsense is in `reach`, or in `gaps` by field.
    """
    survey = Survey(endpoint, dial, starttls, ascii_name(endpoint.name))
    notes = Notes(system_store() if trust is None else trust)
    try:
        listed = await _ask_versions(survey, notes)
    except NotReached as fault:
        return _seen(survey, notes, [], fault.reach, fault.reason)
    except (ProtocolFault, GaveUp) as fault:
        reach = Reach.NOT_OFFERED if isinstance(fault, NotOffered) else Reach.BROKEN
        return _seen(survey, notes, [], reach, str(fault))
    by_version = {one.version: one for one in listed}
    # What answers no SSLv2 to the hello of SSLv2 may not be TLS for all that.
    is_known = any(one.state != VersionState.UNKNOWN for one in listed if one.version != SSLV2)
    if not is_known and by_version[SSLV2].state != VersionState.OFFERED:
        reason = survey.stopped or by_version[TLS12].reason or NO_TLS
        return _seen(survey, notes, listed, Reach.BROKEN, reason)
    if is_thorough:
        await _ask_more(survey, notes, by_version)
    elif by_version[TLS13].codes and not notes.chains:
        await look_inside(survey, notes, by_version[TLS13].codes, EVERY_GROUP, _alpn(survey))
    return _seen(survey, notes, listed, Reach.ANSWERED)


async def _ask_versions(survey: Survey, notes: Notes) -> list[Listed]:
    """Every version and its suites; by short hellos when long ones are dropped. Raises as `Survey.ask`."""
    while True:
        first = await _first_answer(survey)
        notes.take(first, asked_staple=True)
        notes.take_choices(first)
        listed = await _list_all(survey, notes, first)
        is_taken = any(one.state == VersionState.OFFERED for one in listed)
        if is_taken or not first.is_closed or survey.is_shy or survey.stopped:
            settle(listed, has_answered=first.alert >= 0)
            return listed
        survey.is_shy = True


def _seen(
    survey: Survey, notes: Notes, listed: list[Listed], reach: Reach, reason: str = ""
) -> TlsSeen:
    return TlsSeen(
        endpoint=survey.endpoint,
        starttls=survey.starttls,
        reach=reach,
        reason=reason,
        versions=[one.seen for one in listed],
        chains=list(notes.chains.values()),
        connections=survey.connections,
        gaps=dict(sorted(notes.gaps.items())),
        **notes.facts,
    )


def _alpn(survey: Survey) -> tuple[str, ...]:
    """The application protocols offered: a server of something else may refuse a hello that names any."""
    is_web = not survey.starttls and survey.endpoint.port in WEB_PORTS
    return ("h2", "http/1.1") if is_web else ()


def _with_facts(survey: Survey) -> Asked:
    return Asked(TLS12, survey.server_name, alpn=_alpn(survey), with_facts=True)


async def _first_answer(survey: Survey) -> Answer:
    """A hello with every suite and option; without the name when the server refuses it. Raises as `Survey.ask`."""
    offered = survey.parts(pool_of(TLS12))[0]
    answer = await survey.ask(_with_facts(survey), offered, everything)
    if answer.alert == UNRECOGNIZED_NAME and answer.hello is None and survey.server_name:
        survey.server_name = ""
        answer = await survey.ask(_with_facts(survey), offered, everything)
    return answer


async def _list_all(survey: Survey, notes: Notes, first: Answer) -> list[Listed]:
    """Every version, the oldest first, at the same time; `first` counts for the version that it chose."""
    name = survey.server_name
    chosen = first.hello.version if first.hello else 0

    async def legacy(version: int) -> Listed:
        had = first if version == chosen else None
        if version == TLS12 and first.hello is None and first.alert >= 0:
            had = first
        return await list_suites(survey, Asked(version, name), had, notes)

    return list(
        await asyncio.gather(
            list_sslv2(survey),
            *(legacy(version) for version in _LEGACY),
            list_suites(survey, Asked(TLS13, name), None, notes),
        )
    )


def settle(listed: list[Listed], *, has_answered: bool) -> None:
    """Decide on the versions closed without a word: refused on a server that answers otherwise, unknown if not."""
    has_answered = has_answered or any(one.state != VersionState.UNKNOWN for one in listed)
    for one in listed:
        if one.state == VersionState.UNKNOWN and has_answered and one.is_complete:
            one.state = VersionState.REFUSED
        elif one.state == VersionState.UNKNOWN and not one.reason:
            one.reason = NO_TLS


async def _ask_more(survey: Survey, notes: Notes, listed: dict[int, Listed]) -> None:
    """Order, groups, downgrade: each stands alone, and leaves a gap when it is not answered."""
    offered = [v for v in (*_LEGACY, TLS13) if listed[v].codes]
    name = survey.server_name
    for version in offered[-2:]:
        await find_order(survey, Asked(version, name), listed[version])
    if TLS13 in offered:
        groups = await list_groups(survey, listed[TLS13].codes)
        notes.facts["groups"] = groups
        if groups is None:
            notes.gaps["groups"] = survey.stopped or "Les groupes n’ont pas pu être demandés."
        await look_inside(survey, notes, listed[TLS13].codes, groups or [], _alpn(survey))
    below = [v for v in offered if v < TLS13]
    if below:
        await _weak_groups(survey, notes, listed[below[-1]])
        codes = listed[below[-1]].codes
        has_no_ticket = "ticket_seconds" not in notes.facts
        await look_inside_legacy(survey, notes, below[-1], codes, wants_ticket=has_no_ticket)
    if len(offered) > 1 and below:
        await _downgrade(survey, notes, offered, listed)


async def _weak_groups(survey: Survey, notes: Notes, listed: Listed) -> None:
    elliptic = [code for code in listed.codes if "_ECDH" in all_suites()[code].name]
    if not elliptic:
        notes.facts["weak_groups"] = []
        return
    rsa = [code for code in elliptic if all_suites()[code].authentication == "rsa"]
    # A server with an elliptic certificate refuses a client that does not know its curve.
    groups = WEAK_GROUPS if rsa else (*WEAK_GROUPS, *CERTIFICATE_GROUPS)
    try:
        answer = await survey.ask(
            Asked(listed.version, survey.server_name, groups), rsa or elliptic, everything
        )
    except _FAULTS as fault:
        notes.gaps["weak_groups"] = str(fault)
        return
    curve = answer.curve
    taken = curve in WEAK_GROUPS
    notes.facts["weak_groups"] = [group_name(curve)] if taken else []


async def _downgrade(
    survey: Survey, notes: Notes, offered: list[int], listed: dict[int, Listed]
) -> None:
    """Ask for less than the best, and say so: a server that follows RFC 7507 refuses.

    Some servers lose the alert on the way out (asyncio), or send another: they refuse too, when the same hello without
    the signal is still taken.
    """
    version = max(v for v in offered[:-1])
    asked, codes = Asked(version, survey.server_name), tuple(listed[version].codes)
    try:
        answer = await survey.ask(asked, (*codes, FALLBACK_SCSV))
        if answer.hello is None and answer.alert != INAPPROPRIATE_FALLBACK:
            control = await survey.ask(asked, codes)
            if control.hello is None:
                notes.gaps["refuses_downgrade"] = NO_CONTROL
                return
    except _FAULTS as fault:
        notes.gaps["refuses_downgrade"] = str(fault)
        return
    notes.facts["refuses_downgrade"] = answer.hello is None
