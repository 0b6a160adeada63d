"""Addresses and protections."""

import ssl
from pathlib import Path

import pytest

from rempart.engines.directory.collect.target import (
    Auth,
    Protection,
    Target,
    parse_url,
    protection_of,
)
from rempart.engines.directory.collect.transport import tls_context
from rempart.kernel.errors import UnreadableSource


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ldaps://dc1.chu.fr", ("ldaps", "dc1.chu.fr", 636)),
        ("ldap://dc1.chu.fr", ("ldap", "dc1.chu.fr", 389)),
        ("LDAP://192.0.2.1:3268/", ("ldap", "192.0.2.1", 3268)),
        ("ldaps://[2001:db8::1]:6360", ("ldaps", "2001:db8::1", 6360)),
    ],
)
def test_an_address_is_read(url: str, expected: tuple[str, str, int]) -> None:
    assert parse_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "dc1.chu.fr",
        "http://dc1.chu.fr",
        "ldap://",
        "ldap://dc1:port",
        "ldap://dc1/DC=chu,DC=fr",
        "ldap://admin:secret@dc1",
        "ldap://[2001",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(UnreadableSource, match="ldaps://dc1.exemple.fr"):
        parse_url(url)


def test_a_password_goes_under_tls_unless_a_person_decides_otherwise() -> None:
    assert protection_of("ldaps", Auth.SIMPLE, clear=True) is Protection.LDAPS
    assert protection_of("ldap", Auth.SIMPLE, clear=False) is Protection.STARTTLS
    assert protection_of("ldap", Auth.SIMPLE, clear=True) is Protection.CLEAR


@pytest.mark.parametrize("auth", [Auth.NTLM, Auth.KERBEROS])
def test_kerberos_and_ntlm_seal_without_tls(auth: Auth) -> None:
    assert protection_of("ldap", auth, clear=True) is Protection.SEALED
    with pytest.raises(UnreadableSource, match="--auth simple avec ldaps"):
        protection_of("ldaps", auth, clear=False)


def test_a_target_never_shows_its_password() -> None:
    target = Target("2001:db8::1", 636, Protection.LDAPS, password="secret")
    assert "secret" not in repr(target)
    assert target.url == "ldaps://[2001:db8::1]:636"


def test_a_certificate_is_verified_whatever_another_library_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ssl, "create_default_context", ssl._create_unverified_context)
    context = tls_context(None, insecure=False)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_only_a_person_gives_up_verification() -> None:
    context = tls_context(None, insecure=True)
    assert context.verify_mode is ssl.CERT_NONE


def test_an_authority_that_is_no_certificate_is_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("rien", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="PEM"):
        tls_context(tmp_path / "ca.pem", insecure=False)
