"""Kerberos and NTLM when the other side does not play its part."""

from collections.abc import Callable
from typing import Any

import pytest

from rempart.engines.directory.collect import auth, gssapi, messages
from rempart.engines.directory.collect.client import Client
from rempart.engines.directory.collect.messages import Message, Tag
from rempart.engines.directory.collect.results import SASL_BIND_IN_PROGRESS
from rempart.engines.directory.collect.target import Auth, Protection, Target
from rempart.engines.directory.collect.transport import TransportError
from rempart.kernel.errors import UnreadableSource
from support.ldap_server import response, serving
from support.parts import LOOPBACK


class Half:
    """A context that never proves anything, and refuses what is sealed."""

    def __init__(self, *, complete: bool = False) -> None:
        self.complete = complete
        self.closed = False

    def step(self, in_token: bytes | None = None) -> bytes | None:
        return b"token"

    def wrap(self, data: bytes) -> bytes:
        return data

    def unwrap(self, data: bytes) -> bytes:
        raise ValueError("signature")

    def close(self) -> None:
        self.closed = True


def bind(monkeypatch: pytest.MonkeyPatch, context: Half, code: int) -> None:
    """Bind to a server that always gives one code, with a context of our own."""
    monkeypatch.setattr(auth, "context_of", lambda _: context)

    def answer(message: Message) -> list[bytes]:
        return [response(message.id, Tag.BIND_RESPONSE, code)]

    with serving(answer) as (port, _):
        target = Target("127.0.0.1", port, Protection.SEALED, Auth.NTLM, user="a", timeout=2)
        with Client(target) as client:
            client.bind()


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_server_that_proves_nothing_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Half()
    with pytest.raises(UnreadableSource, match="n’a pas prouvé son identité"):
        bind(monkeypatch, context, 0)
    assert context.closed


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_negotiation_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableSource, match=r"127\.0\.0\.1"):
        bind(monkeypatch, Half(complete=True), SASL_BIND_IN_PROGRESS)


def test_a_sealed_message_that_was_altered_is_refused() -> None:
    kept: dict[str, Callable[[bytes], bytes]] = {}

    class Recorder:
        def seal_with(self, wrap: Any, unwrap: Any) -> None:
            kept.update(wrap=wrap, unwrap=unwrap)

    auth.seal(Half(), Recorder())  # type: ignore[arg-type]
    assert kept["wrap"](b"x") == b"x"
    with pytest.raises(TransportError, match="pas authentique"):
        kept["unwrap"](b"x")


@pytest.mark.parametrize(("method", "advice"), [(Auth.NTLM, "simple"), (Auth.KERBEROS, "kinit")])
def test_a_mechanism_that_refuses_gives_its_own_advice(method: Auth, advice: str) -> None:
    class Refusing(Half):
        def step(self, in_token: bytes | None = None) -> bytes | None:
            raise ValueError

    target = Target("dc1", 389, Protection.SEALED, method)
    with pytest.raises(UnreadableSource, match=rf"{method} a échoué \(ValueError\).*{advice}"):
        auth.step(Refusing(), None, target)


class Library:
    """Stands for the Kerberos library: each call succeeds and gives nothing."""

    def __getattr__(self, name: str) -> Callable[..., int]:
        return lambda *_: 0


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gssapi, "_library", Library)


@pytest.mark.usefixtures("library")
def test_a_library_that_does_not_encrypt_is_not_trusted() -> None:
    with pytest.raises(gssapi.GssError, match="did not encrypt"):
        gssapi.GssContext("ldap@dc1").wrap(b"secret")


@pytest.mark.usefixtures("library")
def test_a_ticket_without_sealing_is_not_enough() -> None:
    with pytest.raises(gssapi.GssError, match="sealing"):
        gssapi.GssContext("ldap@dc1").step()


@pytest.mark.usefixtures("library")
def test_a_failure_without_words_is_named_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Library, "gss_wrap", lambda *_: 0x000D0000, raising=False)
    with pytest.raises(gssapi.GssError, match="gss_wrap: 0xd0000"):
        gssapi.GssContext("ldap@dc1").wrap(b"secret")


def test_the_mechanism_is_the_one_of_controllers() -> None:
    assert auth.MECHANISM.encode() in messages.sasl_bind(auth.MECHANISM, b"")
