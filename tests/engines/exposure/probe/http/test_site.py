"""A look at sites that are ordinary, slow, endless, lying or hostile: bounded, and said."""

import gzip
import socket
import time
from collections.abc import Mapping

import pytest

from rempart.engines.exposure.probe.http import way
from rempart.engines.exposure.seen.common import Reach
from support.gates import OpenGate
from support.loopback import free_port
from support.parts import LOOPBACK
from support.web_servers import HOST, Page, look, outcome, raw, site

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]


def answered(link: socket.socket) -> bytes:
    """The request that came."""
    return link.recv(65536)


def test_a_page_gives_its_title_cookies_and_products_without_any_value_kept() -> None:
    headers: dict[str, str | list[str]] = {
        "server": "Apache/2.4.57 (Debian)",
        "set-cookie": ["JSESSIONID=secret-1; HttpOnly", "theme=dark", "old=; Max-Age=0"],
    }
    with site({"/": Page("<title>H&ocirc;pital</title>", headers=headers)}) as port:
        seen = look(port)
    assert (seen.title, [c.name for c in seen.cookies]) == ("Hôpital", ["JSESSIONID", "theme"])
    assert [(p.id, p.version, p.packaged) for p in seen.products] == [
        ("apache", "2.4.57", "debian")
    ]
    assert "secret-1" not in str(seen)


def test_a_port_where_nothing_listens_is_closed() -> None:
    seen = look(free_port())
    assert (seen.reach, seen.reason) == (Reach.CLOSED, "Rien n’écoute sur ce port.")


def test_a_server_that_says_nothing_is_silent_and_costs_its_deadline() -> None:
    begun = time.monotonic()
    with raw(lambda link: time.sleep(1.8)) as port:
        seen = look(port, seconds=0.4)
    assert seen.reach is Reach.SILENT
    assert time.monotonic() - begun < 3
    assert outcome("http_hsts", seen) == "not_measured"


def test_one_byte_at_a_time_is_cut_at_the_deadline() -> None:
    def drip(link: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: aaaaaaaaaaaaaaaa":
            link.send(bytes([byte]))
            time.sleep(0.05)

    with raw(drip) as port:
        seen = look(port, seconds=0.5)
    assert seen.reach is Reach.SILENT


def test_a_header_without_end_is_stopped() -> None:
    def endless(link: socket.socket) -> None:
        answered(link)
        link.send(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2000):
            link.sendall(b"X-Long: " + b"a" * 4000 + b"\r\n")

    with raw(endless) as port:
        seen = look(port)
    assert seen.reach is Reach.BROKEN
    assert "conforme" in seen.reason


def test_a_page_of_a_gigabyte_is_read_up_to_the_bound() -> None:
    sent = [0]

    def huge(link: socket.socket) -> None:
        answered(link)
        link.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1073741824\r\n\r\n"
        )
        link.send(b"<title>Grande</title>")
        while sent[0] < 1 << 30:
            sent[0] += link.send(b"a" * 65536)

    with raw(huge) as port:
        seen = look(port, seconds=1.5)
    assert (seen.title, seen.is_cut) == ("Grande", True)
    assert sent[0] < 1 << 29  # by the system ahead of us, over all the pages asked


def test_a_gzip_bomb_is_inflated_up_to_the_bound() -> None:
    bomb = gzip.compress(b"<title>Bombe</title>" + b"\0" * (200 << 20), 9)
    page = Page(bomb, headers={"content-encoding": "gzip"})
    with site({"/": page}) as port:
        seen = look(port)
    assert (seen.title, seen.is_cut, seen.page_bytes) == ("Bombe", True, 512 * 1024)


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://10.0.0.1/",
        "https://autre.example/",
        "gopher://autre.example/",
        "http://[::1]/",
        "http://[bad/",
        "//%00/",
    ],
)
def test_a_redirection_outside_is_never_followed(place: str) -> None:
    gate = OpenGate()
    with site({"/": Page("", 302, {"location": place})}) as port:
        seen = look(port, gate=gate)
    assert set(gate.entered) == {("127.0.0.1", port)}
    assert (seen.steps[-1].location, len(seen.steps)) == (place, 1)


def test_a_redirection_to_another_port_asks_the_perimeter_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        site({"/portail": Page("<title>Portail</title>")}) as further,
        site({"/": Page("", 302, {"location": f"http://{HOST}:{further}/portail"})}) as port,
    ):
        monkeypatch.setattr(way, "web_ports", lambda: {further})
        followed = look(port)
        refused = look(port, allowed=lambda host, address: False)
    assert followed.title == "Portail"
    assert refused.steps[-1].refused == "Redirection hors du périmètre : non suivie."


def test_redirections_in_a_circle_end() -> None:
    with site({"*": Page("", 302, {"location": "/encore"})}) as port:
        seen = look(port)
    assert (len(seen.steps), seen.steps[-1].refused) == (
        6,
        "Trop de redirections à la suite : abandonnées.",
    )


def test_a_page_that_refreshes_to_another_is_followed_on_the_same_site() -> None:
    pages = {
        "/": Page('<meta http-equiv="refresh" content="0; url=/glpi/">'),
        "/glpi/": Page("<title>Authentification - GLPI</title>"),
    }
    with site(pages) as port:
        seen = look(port)
    assert [p.id for p in seen.products] == ["glpi"]


def test_a_site_that_answers_the_same_to_everything_exposes_nothing() -> None:
    body = "ref: refs/heads/main\n[core]\nDB_PASSWORD=1\n<title>phpMyAdmin</title> Stormshield"
    with site({"*": Page(body)}) as port:
        seen = look(port)
    assert (seen.exposed, seen.paths_reason) == ([], "")


def test_exposed_files_are_found_and_their_secrets_are_not_kept() -> None:
    pages = {
        "/": Page("accueil"),
        "/.env": Page("APP=1\nDB_PASSWORD=tres-secret\n"),
        "/.git/HEAD": Page("ref: refs/heads/main"),
    }
    with site(pages) as port:
        seen = look(port)
    assert [page.id for page in seen.exposed] == ["git_head", "env"]
    assert "tres-secret" not in str(seen)


def test_a_site_that_begins_to_refuse_leaves_the_list_unmeasured() -> None:
    asked = [0]

    def guarded(path: str, headers: Mapping[str, str]) -> Page:
        asked[0] += 1
        return Page("bloqué", 429) if asked[0] > 60 else Page("rien", 404 if path != "/" else 200)

    with site(guarded) as port:
        seen = look(port)
    assert seen.paths_reason == "Le site s’est mis à refuser toutes les pages pendant l’examen."
    assert outcome("http_exposed_secret", seen) == "not_measured"


def test_the_build_of_exchange_is_proven_by_its_header() -> None:
    pages = {
        "/": Page("", 302, {"location": "/owa/"}),
        "/owa/": Page("", 302, {"location": "/owa/auth/logon.aspx"}),
        "/owa/auth/logon.aspx": Page("Outlook</title>", headers={"x-owa-version": "15.2.1118.40"}),
    }
    with site(pages) as port:
        (exchange,) = look(port).products
    assert (exchange.id, exchange.version, exchange.is_unique_build) == (
        "exchange",
        "15.2.1118.40",
        True,
    )


def test_the_stamp_of_a_netscaler_is_kept_for_the_table_of_builds() -> None:
    stamped = b"\x1f\x8b\x08\x08" + (1733326020).to_bytes(4, "little") + b"\x00\x03rdx_en.json\x00"
    pages = {
        "/": Page("", 302, {"location": "/vpn/index.html"}),
        "/vpn/index.html": Page(
            "<title>NetScaler Gateway</title><script src='/vpn/js/a.js?v="
            + "0a" * 16
            + "'></script>"
        ),
        "/vpn/js/rdx/core/lang/rdx_en.json.gz": Page(
            stamped, headers={"content-type": "application/x-gzip"}
        ),
    }
    with site(pages) as port:
        seen = look(port)
    assert [p.id for p in seen.products] == ["netscaler"]
    assert seen.details == {"netscaler_stamp": "1733326020", "netscaler_vhash": "0a" * 16}


def test_a_library_without_a_version_in_its_address_is_opened_to_know() -> None:
    pages = {
        "/": Page(
            "<script src='/js/jquery.min.js'></script><script src='/bootstrap-3.3.7.js'></script>"
        ),
        "/js/jquery.min.js": Page("/*! jQuery v1.12.4 | (c) jQuery Foundation */"),
    }
    with site(pages) as port:
        seen = look(port)
    assert [(p.id, p.version) for p in seen.libraries] == [
        ("bootstrap", "3.3.7"),
        ("jquery", "1.12.4"),
    ]


def test_what_is_not_http_is_said_to_be_broken() -> None:
    def ssh(link: socket.socket) -> None:
        link.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        answered(link)

    with raw(ssh) as port:
        seen = look(port)
    assert seen.reach is Reach.BROKEN


def test_a_server_that_closes_after_each_answer_is_gone_through_all_the_same() -> None:
    def old(link: socket.socket) -> None:
        answered(link)
        link.send(b"HTTP/1.0 404 Not Found\r\n\r\nabsent")

    with raw(old) as port:
        seen = look(port)
    assert (seen.status, seen.paths_reason, seen.paths_asked > 40) == (404, "", True)


def test_clear_text_on_a_port_of_tls_is_said() -> None:
    with site({"/": Page("clair")}) as port:
        seen = look(port, is_tls=True)
    assert (seen.reach, seen.reason) == (Reach.BROKEN, "La négociation TLS a échoué.")
