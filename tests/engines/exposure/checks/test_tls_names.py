"""Whether a certificate names a host: wildcards, addresses, names of other scripts."""

import pytest

from rempart.engines.exposure.checks.tls_names import covers
from rempart.engines.exposure.seen.tls import CertificateSeen


def certificate(
    *names: str, addresses: tuple[str, ...] = (), common_name: str = ""
) -> CertificateSeen:
    return CertificateSeen(
        subject="CN=x",
        issuer="CN=y",
        not_before=0,
        not_after=1,
        names=list(names),
        addresses=list(addresses),
        common_name=common_name,
    )


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("www.ch.example", "www.ch.example"),
        ("WWW.CH.Example", "www.ch.example."),
        ("*.ch.example", "vpn.ch.example"),
        ("xn--hpital-ixa.example", "hôpital.example"),
        ("hôpital.example", "xn--hpital-ixa.example"),
    ],
)
def test_a_name_covers_its_host(name: str, host: str) -> None:
    assert covers(certificate(name), host)


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("*.ch.example", "ch.example"),
        ("*.ch.example", "a.b.ch.example"),
        ("*.example", "ch.example"),
        ("w*.ch.example", "www.ch.example"),
        ("www.*.example", "www.ch.example"),
        ("*", "localhost"),
        ("", "ch.example"),
    ],
)
def test_a_name_does_not_cover_more_than_it_says(name: str, host: str) -> None:
    assert not covers(certificate(name), host)


def test_an_address_wants_its_own_entry_and_the_common_name_does_not_count() -> None:
    assert covers(certificate(addresses=("192.0.2.1",)), "192.0.2.1")
    assert not covers(certificate("192.0.2.1"), "192.0.2.1")
    assert not covers(certificate(common_name="www.ch.example"), "www.ch.example")


def test_a_name_that_has_no_form_on_the_wire_is_compared_as_it_is() -> None:
    assert covers(certificate("é..example"), "É..example")
    assert not covers(certificate("é..example"), "www.ch.example")
