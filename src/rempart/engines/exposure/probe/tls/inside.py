"""What only an open session tells: the chain of TLS 1.3, tickets, early data."""

from collections.abc import Sequence

from rempart.engines.exposure.dial import NotReached, ProtocolFault
from rempart.engines.exposure.probe.tls.groups import group_name
from rempart.engines.exposure.probe.tls.handshake12 import Session12, handshake12
from rempart.engines.exposure.probe.tls.handshake13 import (
    GROUPS,
    SUITES,
    KeyPair,
    Session,
    handshake13,
)
from rempart.engines.exposure.probe.tls.hello import TLS13, Asked, Extension
from rempart.engines.exposure.probe.tls.keys12 import RECIPES
from rempart.engines.exposure.probe.tls.notes import Notes
from rempart.engines.exposure.probe.tls.survey import GaveUp, Survey

UNABLE = "Ce serveur demande un échange de clés que la sonde ne sait pas faire."


async def look_inside_legacy(
    survey: Survey, notes: Notes, version: int, suites: Sequence[int], *, wants_ticket: bool
) -> None:
    """One session before TLS 1.3: whether the client may negotiate again, and the ticket if TLS 1.3 gave none."""
    usable, session = [code for code in suites if code in RECIPES], Session12()
    reason = UNABLE if not usable else ""
    if usable:
        asked = Asked(version, survey.server_name, GROUPS, verify_data=b"")
        dialogue = handshake12(asked, usable, survey.starttls, session)
        try:
            await survey.hold(dialogue, counts=False)
        except (NotReached, ProtocolFault, GaveUp) as fault:
            reason = str(fault)
    if session.accepts_renegotiation is not None:
        notes.facts["accepts_client_renegotiation"] = session.accepts_renegotiation
    else:
        notes.gaps["accepts_client_renegotiation"] = reason or UNABLE
    if not wants_ticket:
        return
    if session.is_open and (session.ticket_seconds or not session.has_ticket):
        notes.facts["ticket_seconds"] = session.ticket_seconds
    else:
        notes.gaps["ticket_seconds"] = reason or "Le serveur ne dit pas combien vivent ses tickets."


async def look_inside(
    survey: Survey,
    notes: Notes,
    suites: Sequence[int],
    groups: Sequence[str],
    alpn: tuple[str, ...],
) -> None:
    """One handshake of TLS 1.3, for its chain and its tickets; what does not come is a gap."""
    able = [code for code in GROUPS if group_name(code) in groups]
    usable = [code for code in suites if code in SUITES]
    if not able or not usable:
        _note_gaps(notes, UNABLE)
        return
    pair, session = KeyPair(able[0]), Session()
    share = (pair.group, pair.public)
    asked = Asked(TLS13, survey.server_name, (pair.group,), alpn, with_facts=True, key_share=share)
    reason = ""
    try:
        await survey.hold(handshake13(asked, pair, usable, survey.starttls, session))
    except (NotReached, ProtocolFault, GaveUp) as fault:
        reason = str(fault)
    if session.certificates:
        _take_chain(notes, session)
    if session.is_finished:
        notes.take_options(session.extensions)
    if session.is_over:
        notes.facts["ticket_seconds"] = session.ticket_seconds
        notes.facts["early_data_bytes"] = session.early_data_bytes
    if reason:
        _note_gaps(notes, reason)


def _take_chain(notes: Notes, session: Session) -> None:
    ders = tuple(der for der, _ in session.certificates)
    more = session.certificates[0][1]
    if Extension.SCT in more:
        notes.take_options({Extension.SCT: more[Extension.SCT]})
    try:
        notes.keep_chain(ders, Extension.STATUS_REQUEST in more)
    except ProtocolFault as fault:
        notes.gaps["chains"] = str(fault)


def _note_gaps(notes: Notes, reason: str) -> None:
    for fact in ("ticket_seconds", "early_data_bytes"):
        if fact not in notes.facts:
            notes.gaps[fact] = reason
    if not notes.chains:
        notes.gaps.setdefault("chains", reason)
