"""The checks of headers and pages, each against a real nginx that is badly set, and one that is well set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.engines.exposure.seen.http import HttpSeen
from support.check_tables import OTHER_SITES, SITES
from support.parts import LOOPBACK
from support.web_servers import HOST, certificate, look, nginx, outcome

pytestmark = [pytest.mark.needs("nginx"), pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

GOOD_HEADERS = """server_tokens off; autoindex off;
add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'self'" always;
add_header X-Content-Type-Options nosniff always; add_header Referrer-Policy no-referrer always;
add_header Set-Cookie "PHPSESSID=1; Secure; HttpOnly; SameSite=Lax" always;"""
BAD_HEADERS = """server_tokens on;
add_header Content-Security-Policy "default-src * 'unsafe-inline'" always;
add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Credentials true;
add_header X-Backend "10.20.30.40:8080"; add_header Set-Cookie "PHPSESSID=1";
location = /nginx_status { stub_status; }"""
GOOD_PAGE = (
    "<title>Centre hospitalier</title><form action='/entrer'><input type='password'></form>"
    "<script src='https://cdn.example/a.js' integrity='sha384-abc'></script>"
)
BAD_PAGE = (
    "<title>Welcome to nginx!</title><form action='http://www.chu.example/'><input type='password'></form>"
    "<script src='http://cdn.example/a.js'></script>"
)
LEAKS = {
    ".env": "DB_PASSWORD=exemple\n",
    "adminer.php": "<title>Login - Adminer</title>",
    "swagger/index.html": "<div id='swagger-ui'></div>",
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, pair: tuple[Path, Path]) -> Iterator[HttpSeen]:
    files = {"index.html": GOOD_PAGE}
    with nginx(tmp_path_factory.mktemp("good") / "n", GOOD_HEADERS, files, pair) as port:
        yield look(port, is_tls=True)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory, pair: tuple[Path, Path]) -> Iterator[HttpSeen]:
    files = {"index.html": BAD_PAGE} | LEAKS
    with nginx(tmp_path_factory.mktemp("bad") / "n", BAD_HEADERS, files, pair) as port:
        yield look(port, is_tls=True)


@pytest.mark.parametrize("check", SITES)
def test_a_site_badly_set_fails_the_check(check: str, bad: HttpSeen) -> None:
    assert outcome(check, bad) == "failed"


@pytest.mark.parametrize("check", [*SITES, *OTHER_SITES])
def test_a_site_well_set_passes_the_check(check: str, good: HttpSeen) -> None:
    assert outcome(check, good) == "passed"


def test_a_site_in_clear_is_to_be_mended_and_one_that_redirects_is_not(tmp_path: Path) -> None:
    with nginx(tmp_path / "clear", "", {"index.html": "<title>Bonjour</title>"}) as port:
        assert outcome("http_no_https", look(port)) == "failed"
    with nginx(tmp_path / "sends", "return 301 https://$host$request_uri;") as port:
        seen = look(port)
    assert (outcome("http_no_https", seen), seen.leaves_to) == ("passed", f"https://{HOST}")
    assert outcome("http_csp_missing", seen) == "not_applicable"


def test_a_page_without_a_policy_and_a_list_of_files_are_found(tmp_path: Path) -> None:
    with nginx(tmp_path / "n", "autoindex on;", {"essai.txt": "1"}) as port:
        seen = look(port)
    assert (outcome("http_csp_missing", seen), outcome("http_directory_listing", seen)) == (
        "failed",
        "failed",
    )
