"""A look at sites whose addresses cannot be asked for, and answers that are none."""

import asyncio

import h11
import pytest

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.http import site as steps
from rempart.engines.exposure.probe.http.session import Reading
from rempart.engines.exposure.seen.common import Endpoint, Reach
from support.gates import OpenGate
from support.parts import LOOPBACK
from support.web_servers import Page, look, site

REFRESH = "<meta http-equiv=refresh content=\"0; url='{}'\"><title>ici</title>"


@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("target", ["/", "/a b", "/é"])
def test_a_page_that_sends_to_itself_or_to_a_strange_address_is_the_page(target: str) -> None:
    with site({"/": Page(REFRESH.format(target))}) as port:
        seen = look(port)
    assert (seen.reach, seen.title, len(seen.steps)) == (Reach.ANSWERED, "ici", 1)


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_script_with_a_strange_address_is_not_opened() -> None:
    pages = {
        "/": Page("<script src='/é/jquery.js'></script><script src='/jquery.js'></script>"),
        "/jquery.js": Page("/*! jQuery v3.4.1 | (c) JS Foundation */"),
    }
    with site(pages) as port:
        seen = look(port)
    assert [(one.id, one.version) for one in seen.libraries] == [("jquery", "3.4.1")]


def test_a_look_without_its_page_looks_at_nothing_around() -> None:
    look_one = steps._Look(
        Endpoint("192.0.2.1", 80), Dial(OpenGate()), False, lambda host, address: True
    )
    asyncio.run(look_one.around())
    assert (look_one.has_page, look_one.found) == (
        False,
        {"paths_reason": "L’examen s’est arrêté avant."},
    )


def asked() -> Reading:
    """The reading of the answer to one question."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    return Reading(connection, 100)


def test_a_server_that_announces_an_answer_and_leaves_has_not_answered() -> None:
    reading = asked()
    reading.feed(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
    with pytest.raises(NotReached, match="sans répondre"):
        reading.answer()


def test_an_answer_that_follows_its_announcement_is_read() -> None:
    reading = asked()
    reading.feed(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    assert (reading.is_over, reading.answer().body) == (True, b"ok")
