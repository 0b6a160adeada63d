"""Sites that try to have us write elsewhere, or to have a page called good that was not read."""

import socket

import pytest

from rempart.engines.exposure.probe.http.page import KEPT_MOST, TAGS_MOST
from support.gates import OpenGate
from support.parts import LOOPBACK
from support.web_servers import HOST, Page, look, outcome, raw, site

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

WHOLE = "<script src='https://cdn.example/a.js' integrity='sha384-abc'></script>"
BARE = "<script src='https://cdn.example/b.js'></script><input type=password>"
PAGE_CHECKS = ("http_script_integrity", "http_password_in_clear")


def test_a_redirection_never_has_us_speak_to_a_printer_nor_to_a_database() -> None:
    heard: list[bytes] = []

    def printer(link: socket.socket) -> None:
        heard.append(link.recv(65536))

    gate = OpenGate()
    with raw(printer) as paper:
        place = f"http://{HOST}:{paper}/page"
        with site({"/": Page("", 302, {"location": place})}) as port:
            seen = look(port, gate=gate)
    assert (heard, set(gate.entered)) == ([], {("127.0.0.1", port)})
    assert "n’est pas celui d’un site" in seen.steps[-1].refused
    assert outcome("http_csp_missing", seen) == "not_measured"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\x0b\x02\x80opaque\x03", {"content-encoding": "br"}),
        (WHOLE + " " * (600 * 1024) + BARE, {}),
        (WHOLE + "<img>" * TAGS_MOST + BARE, {}),
        (WHOLE * (KEPT_MOST + 1) + BARE.replace("password", "text"), {}),
    ],
)
def test_a_page_that_was_not_read_to_its_end_is_not_called_good(
    body: bytes | str, headers: dict[str, str | list[str]]
) -> None:
    headers |= {"content-type": "text/html"}
    with site({"/": Page(body, headers=headers)}) as port:
        seen = look(port)
    assert seen.is_cut
    assert {outcome(check, seen) for check in PAGE_CHECKS} == {"not_measured"}


def test_what_was_seen_at_the_beginning_of_a_page_without_end_is_said() -> None:
    with site({"/": Page(BARE + " " * (600 * 1024))}) as port:
        seen = look(port)
    assert seen.is_cut
    assert {outcome(check, seen) for check in PAGE_CHECKS} == {"failed"}


@pytest.mark.parametrize("status", [429, 503])
def test_an_error_of_a_moment_mends_no_finding(status: int) -> None:
    with site({"*": Page("", status)}) as port:
        seen = look(port)
    assert outcome("http_csp_missing", seen) == "not_measured"
