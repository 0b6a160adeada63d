"""Where a redirection may lead: decided before anything is opened."""

from urllib.parse import urlsplit

import pytest

from rempart.engines.exposure.probe.http.session import Session
from rempart.engines.exposure.probe.http.way import _refusal
from rempart.engines.exposure.seen.common import Endpoint
from support.web_servers import dial

PUBLIC = Session(Endpoint("8.8.8.8", 443, "www.chu.example"), dial=dial(), is_tls=True)
INNER = "Redirection vers une adresse interne : jamais suivie."


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/",
        "http://127.0.0.1/",
        "http://localhost:8080/",
        "https://10.0.0.4/",
        "https://[fd00::1]/",
        "https://metadata.google.internal/",
        "https://srv.local/",
    ],
)
def test_a_public_site_never_sends_us_to_an_inner_address(place: str) -> None:
    assert _refusal(PUBLIC, urlsplit(place), lambda host, address: True) == (INNER, "")


def test_another_public_site_is_named_without_its_account() -> None:
    target = urlsplit("https://user:secret@autre.example/x")
    assert _refusal(PUBLIC, target, lambda host, address: True) == ("", "https://autre.example")


def test_the_same_name_on_another_port_is_for_the_perimeter_to_allow() -> None:
    target, asked = urlsplit("https://www.chu.example:8443/"), []

    def allowed(host: str, address: str) -> bool:
        asked.append((host, address))
        return False

    assert _refusal(PUBLIC, target, allowed)[0].startswith("Redirection hors du périmètre")
    assert asked == [("www.chu.example", "8.8.8.8")]
