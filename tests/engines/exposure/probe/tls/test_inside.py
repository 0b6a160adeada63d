"""What an open session tells, when it does not open, opens half-way, or shows a chain that cannot be read."""

import asyncio

import pytest
from benchmarks._tls_pki import Authority, Leaf
from cryptography.hazmat.primitives.serialization import Encoding

from rempart.engines.exposure.dial import Dial, Dialogue, NotReached
from rempart.engines.exposure.probe.tls import inside
from rempart.engines.exposure.probe.tls.handshake13 import Session
from rempart.engines.exposure.probe.tls.hello import TLS12, Extension
from rempart.engines.exposure.probe.tls.inside import UNABLE, look_inside, look_inside_legacy
from rempart.engines.exposure.probe.tls.notes import Notes
from rempart.engines.exposure.probe.tls.survey import Survey
from rempart.engines.exposure.probe.tls.trust import NO_STORE
from rempart.engines.exposure.seen.common import Endpoint, Reach
from support.gates import OpenGate

LOST = NotReached(Reach.SILENT, "Rien ne vient.")
LEAF = Authority().leaf(Leaf("ch.example", "ec")).public_bytes(Encoding.DER)
SCT = {Extension.SCT: b"\x00\x04\x00\x02ab"}


class Lost(Survey):
    """Every question is lost."""

    def __init__(self) -> None:
        super().__init__(Endpoint("192.0.2.1", 443), Dial(OpenGate()), "", "")

    async def hold(self, dialogue: Dialogue[object], *, counts: bool = True) -> object:  # type: ignore[override]
        dialogue.close()
        raise LOST


def looked(suites: list[int], groups: list[str], notes: Notes | None = None) -> Notes:
    kept = notes or Notes(NO_STORE)
    asyncio.run(look_inside(Lost(), kept, suites, groups, ()))
    return kept


def half_open(monkeypatch: pytest.MonkeyPatch, *chain: tuple[bytes, dict[int, bytes]]) -> None:
    """Sessions that got these certificates before all was lost."""
    monkeypatch.setattr(inside, "Session", lambda: Session(certificates=list(chain)))


def test_a_server_of_suites_or_groups_that_we_cannot_do_leaves_gaps() -> None:
    for suites, groups in (([0x1304], ["x25519"]), ([0x1301], ["ffdhe2048"])):
        assert set(looked(suites, groups).gaps.values()) == {UNABLE}


def test_a_lost_session_leaves_gaps_and_takes_nothing_back() -> None:
    notes = looked([0x1301], ["x25519"], Notes(NO_STORE, facts={"ticket_seconds": 300}))
    assert notes.gaps == {"early_data_bytes": "Rien ne vient.", "chains": "Rien ne vient."}
    assert notes.facts == {"ticket_seconds": 300}


def test_a_chain_that_came_before_the_loss_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    half_open(monkeypatch, (LEAF, SCT))
    notes = looked([0x1301], ["x25519"])
    assert [list(ders) for ders in notes.chains] == [[LEAF]]
    assert notes.facts == {"handshake_timestamps": 1}
    assert set(notes.gaps) == {"ticket_seconds", "early_data_bytes"}


def test_a_chain_that_cannot_be_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    half_open(monkeypatch, (b"\x30\x03\x02\x01\x01", {}))
    notes = looked([0x1301], ["x25519"])
    assert notes.chains == {}
    assert "illisible" in notes.gaps["chains"]


@pytest.mark.parametrize(("suites", "reason"), [([0x0005], UNABLE), ([0x009C], "Rien ne vient.")])
@pytest.mark.parametrize("wants_ticket", [True, False])
def test_an_older_session_that_does_not_open_leaves_its_reason(
    suites: list[int], reason: str, wants_ticket: bool
) -> None:
    notes = Notes(NO_STORE)
    asyncio.run(look_inside_legacy(Lost(), notes, TLS12, suites, wants_ticket=wants_ticket))
    assert notes.gaps["accepts_client_renegotiation"] == reason
    assert ("ticket_seconds" in notes.gaps) is wants_ticket
