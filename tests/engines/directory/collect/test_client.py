"""The LDAP conversation where a server does what none should."""

import pytest

from rempart.engines.directory.collect import ber, client as module, messages
from rempart.engines.directory.collect.client import Client, Entry
from rempart.engines.directory.collect.messages import Message, Tag
from rempart.engines.directory.collect.target import Protection, Target
from rempart.engines.directory.collect.transport import TransportError
from support.ldap_server import Answer, entry, response, serving
from support.parts import LOOPBACK

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
DOMAIN = "DC=chu,DC=test"


def read_from(answer: Answer) -> Entry:
    """One entry, as this server gives it."""
    with (
        serving(answer) as (port, _),
        Client(Target("127.0.0.1", port, Protection.CLEAR, timeout=2)) as client,
    ):
        return client.read(DOMAIN, ["cn"])


def test_a_reference_beside_an_entry_changes_nothing() -> None:
    def answer(message: Message) -> list[bytes]:
        elsewhere = ber.sequence(ber.octets("ldap://ailleurs.test"), tag=Tag.SEARCH_REFERENCE)
        return [
            messages.request(message.id, elsewhere),
            entry(message.id, DOMAIN, {"cn": ["chu"]}),
            response(message.id, Tag.SEARCH_DONE),
        ]

    assert read_from(answer) == (DOMAIN, {"cn": [b"chu"]})


def test_a_message_without_number_is_refused() -> None:
    with pytest.raises(TransportError, match="mal formé"):
        read_from(lambda _: [ber.sequence(ber.octets("x"))])


def test_ranges_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_RANGES", 3)

    def answer(message: Message) -> list[bytes]:
        found = entry(message.id, DOMAIN, {"member;range=0-0": ["a"]})
        return [found, response(message.id, Tag.SEARCH_DONE)]

    with (
        serving(answer) as (port, _),
        Client(Target("127.0.0.1", port, Protection.CLEAR, timeout=2)) as client,
    ):
        [(_, attributes)] = client.search(DOMAIN, messages.present("cn"), ["member"])
    assert attributes == {"member": [b"a"] * 4}


def test_a_broken_conversation_is_closed_in_silence() -> None:
    with serving(lambda _: []) as (port, _):
        target = Target("127.0.0.1", port, Protection.CLEAR, timeout=2)
        with Client(target) as client:
            client._transport.close()
            ended = client._transport
    with pytest.raises(TransportError, match="coupée"):
        ended.receive()
