"""Services of Windows: answers that are bent, or that tell less than usual."""

import pytest

from rempart.engines.exposure.probe.services import windows
from support.talks import held, refused

CONFIRM = b"\x0e\xd0\x00\x00\x12\x34\x00"


@pytest.mark.parametrize(
    ("negotiation", "security"),
    [("0200080000000000", "rdp"), ("0300080063000000", "rdp"), ("0900080000000000", "rdp")],
)
def test_a_confirmation_that_promises_nothing_is_the_old_security(
    negotiation: str, security: str
) -> None:
    assert windows.read_rdp(CONFIRM + bytes.fromhex(negotiation)) == security


@pytest.mark.parametrize("head", [b"\x30\x80", b"\x30\x85"])
def test_a_length_that_a_directory_cannot_have_is_refused(head: bytes) -> None:
    assert "Longueur" in refused(windows.ldap(), head)


def test_a_directory_that_answers_in_a_long_form_is_read() -> None:
    entry = b"\x02\x01\x01\x64\x20\x04\x0bdnshostname\x31\x0a\x04\x08dc.chu.f"
    heard = held(windows.ldap(), b"\x30\x84\x00\x00\x00" + bytes([len(entry)]) + entry)
    assert heard.details == {"anonymous": "yes", "dnshostname": "dc.chu.f"}


@pytest.mark.parametrize("value", [b"", b"\x31\x00", b"\x31\x0a\x04", b"\x31\x0a\x04\x82\x01\x00"])
def test_a_name_without_a_value_that_can_be_read_is_empty(value: bytes) -> None:
    body = b"\x02\x01\x01\x64\x20\x04\x0bdnshostname" + value
    assert windows.read_root_entry(body) == {"anonymous": "yes", "dnshostname": ""}


def test_what_is_not_a_remote_desktop_is_refused() -> None:
    assert "RDP" in refused(windows.rdp(), b"HTTP")
