"""A look at a port that falls silent, breaks, or answers in pieces, without a network."""

import asyncio

import pytest

from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.http.session import Answer
from rempart.engines.exposure.probe.services import look_at_service, web
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.services import ServiceSeen

LOST = NotReached(Reach.SILENT, "Rien ne vient.")
CUT = NotReached(Reach.BROKEN, "Coupé.")
ENTRY = b"\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00"


class Peer:
    """A door and its link: exchanges are lost, and what is listened to comes in pieces."""

    def __init__(self, *pieces: bytes | NotReached, delay: float = 0) -> None:
        self.pieces, self.delay = list(pieces), delay
        self.seconds = self.connect_seconds = 0.01

    async def converse(self, *args: object, **more: object) -> object:
        await asyncio.sleep(self.delay)
        raise LOST

    async def open(self, *args: object, **more: object) -> "Peer":
        return self

    async def start_tls(self, *args: object) -> None:
        """TLS at once."""

    async def send(self, data: bytes) -> None:
        """Taken."""

    async def receive(self, most: int = 0) -> bytes:
        piece = self.pieces.pop(0)
        if isinstance(piece, NotReached):
            raise piece
        return piece

    async def __aenter__(self) -> "Peer":
        return self

    async def __aexit__(self, *fault: object) -> None:
        """Closed."""

    def end(self) -> None:
        """Left."""


def looked(peer: Peer, talk: str) -> ServiceSeen:
    endpoint = Endpoint("192.0.2.1", 50000)
    return asyncio.run(look_at_service(endpoint, dial=peer, talk=talk))  # type: ignore[arg-type]


def test_a_service_that_is_too_slow_is_left() -> None:
    seen = looked(Peer(delay=5), "redis")
    assert (seen.reach, "trop lentement" in seen.reason) == (Reach.SILENT, True)


def test_a_server_that_says_its_name_and_no_more_is_named_whatever_was_expected() -> None:
    assert looked(Peer(b"SSH-2.0-essai\r\n"), "ssh").service == "ssh"
    assert looked(Peer(b"RFB 003.008\n"), "ssh").service == "vnc"
    assert looked(Peer(LOST, LOST), "ssh").reach is Reach.SILENT


def test_a_port_that_is_only_listened_to_breaks_is_silent_or_speaks() -> None:
    assert looked(Peer(CUT), "listen").reach is Reach.BROKEN
    for silence in (LOST, b""):
        assert looked(Peer(silence), "listen").details == {"proof": "port"}
    assert looked(Peer(b"SSH-2.0-essai\r\n"), "listen").service == "ssh"


def test_the_silence_of_a_listener_of_hl7_is_its_only_proof() -> None:
    seen = looked(Peer(LOST), "mllp")
    assert (seen.service, seen.details["proof"]) == ("mllp", "silence")


def test_a_directory_inside_tls_that_answers_in_pieces_is_read() -> None:
    seen = looked(Peer(b"\x30", bytes([len(ENTRY)]), ENTRY), "ldaps")
    assert (seen.service, seen.details["anonymous"]) == ("ldap", "no")


class Told:
    """A session of the web in clear that has one answer, and another inside TLS."""

    clear: Answer | NotReached
    inside = Answer(200, (), b'{"gitVersion":"v1.27.3"}')

    def __init__(self, endpoint: Endpoint, *, dial: object, is_tls: bool) -> None:
        self.answer = self.inside if is_tls else self.clear

    async def __aenter__(self) -> "Told":
        return self

    async def __aexit__(self, *fault: object) -> None:
        """Closed."""

    async def ask(self, question: object) -> Answer:
        if isinstance(self.answer, NotReached):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("clear", [CUT, Answer(400, (), b"Client sent HTTP to an HTTPS server.")])
def test_an_interface_that_wants_tls_is_asked_inside_it(
    clear: Answer | NotReached, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Told, "clear", clear, raising=False)
    monkeypatch.setattr(web, "Session", Told)
    assert looked(Peer(), "kubernetes").details["tls"] == "yes"


def test_an_interface_that_says_nothing_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Told, "clear", LOST, raising=False)
    monkeypatch.setattr(web, "Session", Told)
    assert looked(Peer(), "kubernetes").reach is Reach.SILENT


def test_a_port_that_nothing_is_said_to_is_known_by_its_number_when_it_closes() -> None:
    assert looked(Peer(CUT), "connect").details == {"proof": "port"}
    assert looked(Peer(b"RFB 003.008\n"), "connect").service == "vnc"
    lost = NotReached(Reach.UNREACHABLE, "Aucun chemin.")
    assert looked(Peer(lost), "connect").reach is Reach.UNREACHABLE


def test_words_that_nobody_knows_where_hl7_is_expected_are_shown() -> None:
    seen = looked(Peer(b"bonjour"), "mllp")
    assert (seen.service, seen.banner, seen.details) == ("", "bonjour", {"proof": "port"})
