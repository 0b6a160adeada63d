"""Ports where the first word is the server’s, and where nobody says it: a web site may be behind, or a trap."""

import socket
from pathlib import Path

import pytest

from rempart.engines.exposure.seen.common import Reach
from support.parts import LOOPBACK
from support.service_servers import look
from support.web_servers import Page, certificate, nginx, raw, site

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]


@pytest.mark.parametrize("talk", ["mysql", "ssh", "ftp", "vnc"])
def test_a_web_site_on_the_port_of_another_service_is_recognised(talk: str) -> None:
    with site({"/": Page("<title>Bonjour</title>", headers={"server": "essai"})}) as port:
        seen = look(port, talk, seconds=1.0)
    assert (seen.reach, seen.service) == (Reach.ANSWERED, "http")


@pytest.mark.needs("nginx")
def test_a_real_nginx_on_the_port_of_a_database_is_recognised(tmp_path: Path) -> None:
    with nginx(tmp_path, "", {"index.html": "<title>Bonjour</title>"}) as port:
        seen = look(port, "mysql", seconds=1.0)
    assert (seen.reach, seen.service) == (Reach.ANSWERED, "http")
    assert seen.banner.startswith("nginx")


def test_a_web_site_inside_tls_on_such_a_port_is_recognised(tmp_path: Path) -> None:
    with site({"/": Page("Bonjour")}, tls=certificate(tmp_path)) as port:
        seen = look(port, "mysql", seconds=1.0)
    assert (seen.reach, seen.service) == (Reach.ANSWERED, "https")


def test_a_trap_that_says_nothing_is_silent_still() -> None:
    def silent(link: socket.socket) -> None:
        while link.recv(4096):
            pass

    with raw(silent) as port:
        seen = look(port, "mysql", seconds=0.5)
    assert (seen.reach, seen.service) == (Reach.SILENT, "")


def test_a_mail_server_that_takes_its_time_hears_nothing_before_its_greeting() -> None:
    heard: list[bytes] = []

    def slow(link: socket.socket) -> None:
        while data := link.recv(4096):
            heard.append(data)

    with raw(slow) as port:
        seen = look(port, "smtp", seconds=0.5)
    assert (seen.reach, heard) == (Reach.SILENT, [])
