"""Suites and groups asked of servers that stop, change their mind, or never refuse: a list cut short says so."""

import asyncio

import pytest

from rempart.engines.exposure.dial import Dial, Dialogue, NotReached, ProtocolFault
from rempart.engines.exposure.probe.tls import enumerate as listing
from rempart.engines.exposure.probe.tls.enumerate import (
    Listed,
    list_groups,
    list_sslv2,
    list_suites,
)
from rempart.engines.exposure.probe.tls.flight import ServerHello
from rempart.engines.exposure.probe.tls.groups import TLS13_GROUPS
from rempart.engines.exposure.probe.tls.hello import TLS11, TLS12, TLS13, Asked, Extension
from rempart.engines.exposure.probe.tls.notes import Notes
from rempart.engines.exposure.probe.tls.survey import Answer, GaveUp, Survey
from rempart.engines.exposure.probe.tls.trust import NO_STORE
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.tls import VersionState
from support.gates import OpenGate

LOST = NotReached(Reach.SILENT, "Rien ne vient.")
CLOSED, REFUSED = Answer(), Answer(alert=40)


def chosen(suite: int, version: int = TLS12, group: int = 0) -> Answer:
    share = {Extension.KEY_SHARE: group.to_bytes(2)} if group else {}
    return Answer(ServerHello(version, bytes(32), suite, 0, share))


class Scripted(Survey):
    """Questions whose answers are given, in their order."""

    def __init__(self, *answers: object, starttls: str = "") -> None:
        super().__init__(Endpoint("192.0.2.1", 443), Dial(OpenGate()), starttls, "")
        self.answers = list(answers)

    async def hold(self, dialogue: Dialogue[object], *, counts: bool = True) -> object:  # type: ignore[override]
        dialogue.close()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def listed(*answers: object) -> Listed:
    return asyncio.run(list_suites(Scripted(*answers), Asked(TLS12), None, Notes(NO_STORE)))


def test_a_silence_is_asked_again_once_and_a_second_one_cuts_the_list() -> None:
    found = listed(chosen(0x009C), LOST, LOST)
    assert (found.codes, found.is_complete, found.reason) == ([0x009C], False, "Rien ne vient.")
    assert listed(chosen(0x009C), LOST, chosen(0x009D), REFUSED).is_complete


@pytest.mark.parametrize(
    ("fault", "said"),
    [(GaveUp("Trop lent."), "Trop lent."), (ProtocolFault("Pas du TLS."), "Pas du TLS.")],
)
def test_after_a_close_a_known_suite_that_gets_no_answer_cuts_the_list(
    fault: Exception, said: str
) -> None:
    found = listed(chosen(0x009C), CLOSED, fault)
    assert (found.state, found.is_complete) == (VersionState.OFFERED, False)
    assert found.reason == said


def test_after_a_close_a_known_suite_that_is_still_taken_ends_the_list() -> None:
    assert listed(chosen(0x009C), CLOSED, chosen(0x009C)).is_complete
    tired = listed(chosen(0x009C), CLOSED, CLOSED)
    assert (tired.is_complete, "cessé de répondre" in tired.reason) == (False, True)


def test_a_server_that_changes_its_version_ends_the_list_and_loses_nothing() -> None:
    found = listed(chosen(0x009C), chosen(0x009D, TLS11))
    assert (found.codes, found.state) == ([0x009C], VersionState.OFFERED)
    assert listed(chosen(0x009D, TLS11)).state == VersionState.REFUSED


def test_a_list_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_SUITES", 2)
    assert listed(chosen(0x009C), chosen(0x009D)).codes == [0x009C, 0x009D]


@pytest.mark.parametrize(
    ("answer", "codes", "state", "reason"),
    [
        ([0x010080], [0x010080], VersionState.OFFERED, ""),
        ([], [], VersionState.REFUSED, ""),
        (None, [], VersionState.UNKNOWN, ""),
        (LOST, [], VersionState.UNKNOWN, "Rien ne vient."),
        (GaveUp("Trop lent."), [], VersionState.UNKNOWN, "Trop lent."),
    ],
)
def test_the_oldest_version_is_offered_refused_or_unknown(
    answer: object, codes: list[int], state: VersionState, reason: str
) -> None:
    found = asyncio.run(list_sslv2(Scripted(answer)))
    assert (found.codes, found.state, found.reason) == (codes, state, reason)


def test_an_answer_of_the_oldest_version_is_read_in_pieces() -> None:
    body = b"\x04\x00\x01\x00\x02\x00\x00\x00\x03\x00\x00\x01\x00\x80"
    dialogue = listing._sslv2("", b"hello")
    assert next(dialogue) == b"hello"
    assert dialogue.send((0x8000 | len(body)).to_bytes(2) + body[:4]) == b""
    with pytest.raises(StopIteration) as end:
        dialogue.send(body[4:])
    assert end.value.value == [0x010080]


def test_groups_are_taken_up_to_the_last_and_a_fault_leaves_them_unknown() -> None:
    every = [chosen(0x1301, TLS13, group) for group in TLS13_GROUPS]
    assert len(asyncio.run(list_groups(Scripted(*every), [0x1301])) or []) == len(TLS13_GROUPS)
    assert asyncio.run(list_groups(Scripted(every[0], REFUSED), [0x1301])) is not None
    assert asyncio.run(list_groups(Scripted(every[0], LOST), [0x1301])) is None


def test_an_order_that_cannot_be_asked_is_left_unknown() -> None:
    for answer in (LOST, REFUSED):
        found = Listed(TLS12, [0x009C, 0x009D])
        asyncio.run(listing.find_order(Scripted(answer), Asked(TLS12), found))
        assert found.has_server_order is None
    asyncio.run(listing.find_order(Scripted(chosen(0x009C)), Asked(TLS12), found))
    assert found.has_server_order is True


def test_an_order_that_a_suite_of_telephones_would_hide_is_not_asked() -> None:
    found = Listed(TLS12, [0xC02F, 0xCCA8])
    survey = Scripted()
    asyncio.run(listing.find_order(survey, Asked(TLS12), found))
    assert (found.has_server_order, survey.connections) == (None, 0)
