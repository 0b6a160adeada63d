"""Questions over one connection, or many: closed, slow, impossible, or inflated."""

import asyncio
import socket
import time
import zlib
from collections.abc import Callable, Mapping

import pytest

from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.http import libraries, session
from rempart.engines.exposure.probe.http.session import Answer, Session, inflated
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.kernel.errors import InvalidContent
from support.parts import LOOPBACK
from support.web_servers import Page, dial, look, raw, site

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]


async def _ask(port: int, paths: list[str], seconds: float) -> list[Answer]:
    async with Session(
        Endpoint("127.0.0.1", port), dial=dial(seconds=seconds), is_tls=False
    ) as one:
        return [await one.get(path) for path in paths]


def ask(port: int, *paths: str, seconds: float = 2.0) -> list[Answer]:
    return asyncio.run(_ask(port, list(paths), seconds))


def test_a_text_that_is_not_utf_8_is_read_as_latin_1() -> None:
    with site({"/": Page(b"\xe9t\xe9", headers={"x-a": "1"})}) as port:
        (answer,) = ask(port, "/")
    assert (answer.text(), answer.header("x-a"), answer.header("absent")) == ("été", "1", "")


def test_an_address_that_cannot_be_written_is_not_asked() -> None:
    with site({"/": Page("")}) as port, pytest.raises(NotReached, match="impossible à demander"):
        ask(port, "/a b\r\n")


def test_a_connection_closed_between_two_questions_is_opened_again() -> None:
    def once(link: socket.socket) -> None:
        link.recv(9999)
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with raw(once) as port:
        assert [a.body for a in ask(port, "/", "/", "/")] == [b"ok"] * 3


def test_a_server_that_answers_once_and_then_breaks_is_left() -> None:
    answers = iter([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"?", b"?", b"?"])

    def talk(link: socket.socket) -> None:
        while link.recv(9999):
            link.sendall(next(answers, b"?") + b"\r\n\r\n")

    with raw(talk) as port, pytest.raises(NotReached, match="conforme"):
        ask(port, "/", "/")


def test_connections_of_one_session_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CONNECTIONS_MOST", 2)

    def old(link: socket.socket) -> None:
        link.recv(9999)
        link.sendall(b"HTTP/1.0 200 OK\r\n\r\nok")

    with raw(old) as port, pytest.raises(NotReached) as fault:
        ask(port, "/", "/", "/")
    assert fault.value.reach is Reach.STOPPED


def test_an_encoding_that_cannot_be_undone_gives_the_bytes_as_they_came_and_says_it() -> None:
    assert inflated(b"abc", "br", 10) == (b"abc", True)
    assert inflated(b"abc", "gzip", 10) == (b"abc", True)
    assert inflated(zlib.compress(b"bonjour")[:-5], "gzip", 10)[1] is True
    bare = zlib.compress(b"bonjour")[2:-4]
    assert inflated(bare, "deflate", 10) == (b"bonjour", False)


def slow(delay: float, after: int) -> Callable[[str, Mapping[str, str]], Page]:
    asked = [0]

    def answer(path: str, headers: Mapping[str, str]) -> Page:
        asked[0] += 1
        if asked[0] > after:
            time.sleep(delay)
        return Page("rien", 200 if path == "/" else 404)

    return answer


def test_a_site_too_slow_for_the_whole_list_says_that_it_was_stopped() -> None:
    with site(slow(0.12, 1)) as port:
        seen = look(port, seconds=0.4)
    assert (seen.reach, seen.paths_reason) == (
        Reach.ANSWERED,
        "Le site répond trop lentement : l’examen a été arrêté.",
    )


def test_a_site_that_stops_answering_keeps_what_was_seen() -> None:
    with site(slow(2.5, 3)) as port:
        seen = look(port, seconds=0.4)
    assert (seen.status, seen.paths_asked) == (200, 0)
    assert seen.paths_reason == "Le serveur n’a pas répondu avant la fin du délai."


def test_redirections_that_each_take_long_end_with_the_look() -> None:
    def maze(path: str, headers: Mapping[str, str]) -> Page:
        time.sleep(0.55)
        return Page("", 302, {"location": path + "a"})

    with site(maze) as port:
        seen = look(port, seconds=0.4)
    assert seen.reach is Reach.SILENT


def test_a_favicon_is_known_by_its_hash_and_a_strange_address_is_not_asked() -> None:
    pages = {"/": Page("<link rel=icon href='/i.png'>"), "/i.png": Page(b"icon")}
    with site(pages) as port:
        assert len(look(port).favicon_sha256) == 64
    with site({"/": Page("<link rel=icon href='/é.png'>")}) as port:
        assert look(port).favicon_sha256 == ""


def test_a_list_of_libraries_that_does_not_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "read_yaml", lambda path: {"libraries": [{"id": ""}]})
    with pytest.raises(InvalidContent, match="javascript_libraries"):
        libraries.libraries.__wrapped__()
