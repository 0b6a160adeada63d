"""Greetings of mail servers that refuse, stop halfway, or break TLS: what is said of each."""

import asyncio
from types import SimpleNamespace
from typing import Any, Self

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.mail.smtp import Greeting, compare, greet
from rempart.engines.exposure.seen.common import Reach
from support.certificates import Authority

HELLO, OFFER = b"220 mx ESMTP Postfix\r\n", b"250-mx\r\n250 STARTTLS\r\n"


class Link:
    """A connection that gives these pieces in turn; `fault` is what comes of TLS."""

    def __init__(self, pieces: list[bytes], fault: NotReached | None = None) -> None:
        self.pieces, self.fault = list(pieces), fault

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def send(self, data: bytes) -> None:
        pass

    async def receive(self) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    async def at_once(self) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    async def start_tls(self, context: object, name: str) -> Any:
        if self.fault:
            raise self.fault
        return SimpleNamespace(version=lambda: "TLSv1.3", getpeercert=lambda binary_form: b"der")


def greeted(*pieces: bytes, fault: NotReached | None = None, is_implicit: bool = False) -> Greeting:
    async def opened(*_: object, **__: object) -> Link:
        return Link(list(pieces), fault)

    dial: Any = SimpleNamespace(open=opened)
    return asyncio.run(greet("mx.ch.fr", "192.0.2.1", 25, dial=dial, is_implicit=is_implicit))


def test_tls_that_works_gives_its_version_and_the_certificate() -> None:
    found = greeted(HELLO[:5], HELLO[5:], OFFER, b"220 go\r\n")
    assert (found.starttls, found.tls_version, found.certificate) == ("works", "TLSv1.3", b"der")
    assert found.banner == "mx ESMTP Postfix"


@pytest.mark.parametrize(
    ("pieces", "reach", "starttls", "word"),
    [
        ([b"554 non\r\n"], Reach.BROKEN, "", "refuse de nous parler"),
        ([HELLO, b"502 quoi\r\n"], Reach.BROKEN, "", "refuse notre salut"),
        ([HELLO, b"250 mx\r\n"], Reach.ANSWERED, "absent", ""),
        ([HELLO, OFFER, b"454 plus tard\r\n"], Reach.ANSWERED, "fails", "code 454"),
        ([HELLO, OFFER, b"220 go\r\n250 x\r\n"], Reach.ANSWERED, "fails", "(« 250 x »)"),
        (
            [HELLO, OFFER, b"220 go\r\n", b"250 AUTH\x1b\r\n"],
            Reach.ANSWERED,
            "fails",
            "(« 250 AUTH »)",
        ),
        ([HELLO, b"250-mx\r\n"], Reach.BROKEN, "", "au milieu"),
        ([b"SSH-2.0-x\r\n"], Reach.BROKEN, "", "SMTP"),
    ],
)
def test_each_refusal_is_told_apart(
    pieces: list[bytes], reach: Reach, starttls: str, word: str
) -> None:
    found = greeted(*pieces)
    assert (found.reach, found.starttls, word in found.reason) == (reach, starttls, True)


@pytest.mark.parametrize(
    ("reach", "starttls"), [(Reach.BROKEN, "fails"), (Reach.SILENT, ""), (Reach.STOPPED, "")]
)
def test_tls_that_breaks_is_a_fact_and_tls_that_is_late_is_a_gap(
    reach: Reach, starttls: str
) -> None:
    found = greeted(HELLO, OFFER, b"220 go\r\n", fault=NotReached(reach, "TLS."))
    assert (found.starttls, found.reason) == (starttls, "TLS.")


def test_tls_from_the_first_byte_is_read_or_refused() -> None:
    assert greeted(HELLO, is_implicit=True).starttls == "implicit"
    refused = greeted(b"421 non\r\n", is_implicit=True)
    assert (refused.reach, "421" in refused.reason) == (Reach.BROKEN, True)


def test_a_record_on_an_authority_beside_ours_leaves_the_question_open() -> None:
    certificate = Authority().certificate.public_bytes(Encoding.DER)
    own, authority = (3, 1, 1, "00"), (2, 1, 1, "00")
    assert compare([own], certificate) == ("differs", "")
    assert compare([own, authority], certificate)[0] == ""
    assert compare([(3, 0, 0, certificate.hex())], certificate) == ("matches", "")


def test_a_key_on_a_curve_that_nobody_knows_is_not_compared() -> None:
    curve = bytes.fromhex("2a8648ce3d030107")  # P-256; the number that replaces it is nobody's
    strange = (
        Authority().certificate.public_bytes(Encoding.DER).replace(curve, curve[:-1] + b"\x7f")
    )
    assert compare([(3, 1, 1, "00")], strange) == (
        "",
        "Le certificat du serveur ne se lit pas (UnsupportedAlgorithm).",
    )
