"""Values on the wire and in print."""

import pytest
from hypothesis import given, strategies as st

from rempart.engines.directory.entries import values
from rempart.engines.directory.model import NEVER, UNKNOWN

# 2026-11-21 08:30:15 UTC, by `date -u -d @1795249815`.
SECONDS = 1_795_249_815


@pytest.mark.parametrize(
    "written",
    [
        b"20261121083015.0Z",
        b"20261121083015Z",
        b"20261121093015.0+0100",
        b"2026-11-21 08:30:15",
        b"2026-11-21T08:30:15Z",
        b"2026-11-21 08:30:15.123456+00:00",
        b"2026-11-21T07:30:15-01:00",
        str((SECONDS + values.FILETIME_EPOCH) * 10_000_000).encode(),
    ],
)
def test_a_date_is_read_in_each_of_its_spellings(written: bytes) -> None:
    assert values.instant(written) == SECONDS


@pytest.mark.parametrize(
    "written",
    [
        b"0",
        b"9223372036854775807",
        b"2999-12-12 23:59:59",
        b"1601-01-01 00:00:00",
        b"16010101000000Z",
    ],
)
def test_never_is_read_in_each_of_its_spellings(written: bytes) -> None:
    assert values.instant(written) == NEVER


@pytest.mark.parametrize(
    "written", [b"", b"hier", b"20261301000000Z", b"2026-11-21 25:00:00", b"9" * 19, b"9" * 30]
)
def test_what_is_no_date_is_unknown(written: bytes) -> None:
    assert values.instant(written) == UNKNOWN


@given(st.binary(max_size=30))
def test_any_bytes_give_a_date_or_unknown(written: bytes) -> None:
    assert values.instant(written) >= UNKNOWN


@pytest.mark.parametrize(
    ("written", "expected"),
    [(b"42", 42), (b"-1", -1), (b"0x1F", 31), (b"x", None), (b"", None), (b"9" * 30, None)],
)
def test_integers_are_read_or_are_none(written: bytes, expected: int | None) -> None:
    assert values.integer(written) == expected


@pytest.mark.parametrize("written", [b"TRUE", b"True", b"1"])
def test_true_has_several_spellings(written: bytes) -> None:
    assert values.boolean(written) == "TRUE"
    assert values.boolean(b"0") == "FALSE"


def test_a_sid_is_read_from_bytes_and_from_text() -> None:
    binary = bytes.fromhex("01020000000000052000000020020000")
    assert values.sid(binary) == values.sid(b"s-1-5-32-544") == "S-1-5-32-544"
    assert values.sid(b"nothing of the sort") == values.sid(b"S-1-x") == ""


def test_a_guid_is_read_from_bytes_and_from_text() -> None:
    text = "00299570-246D-11D0-A768-00AA006E0529"
    assert values.guid(bytes.fromhex("709529006d24d011a76800aa006e0529")) == text
    assert values.guid(b"{00299570-246d-11d0-a768-00aa006e0529}") == text
    assert values.guid(b"?") == ""


def test_a_descriptor_may_come_in_hexadecimal() -> None:
    assert values.descriptor_bytes(b"01000480") == b"\1\0\4\x80"
    assert values.descriptor_bytes(b"\1\0\4\x80") == b"\1\0\4\x80"
    assert values.descriptor_bytes(b"01zz") == b"01zz"


@pytest.mark.parametrize("written", [b"CN=a,DC=b", b"B:8:00000000:CN=a,DC=b", b"S:3:x:y:CN=a,DC=b"])
def test_a_linked_dn_is_read_in_its_three_syntaxes(written: bytes) -> None:
    assert values.linked_dn(written) == "CN=a,DC=b"


def test_escaped_commas_do_not_split_a_dn() -> None:
    dn = "CN=Le Goff\\, Anne,OU=x,DC=y"
    assert values.split_dn(dn) == ("CN=Le Goff\\, Anne", "OU=x,DC=y")
    assert values.rdn_value(dn) == "Le Goff, Anne"
    assert values.rdn_value("CN=S\\C3\\A9cretariat\\\\,DC=y") == "Sécretariat\\"
    assert values.split_dn("CN=seul") == ("CN=seul", "")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (b"133497756000000000", "133497756000000000"),
        (b"2024-01-15 07:00:00", "133497756000000000"),
        (b"2024-01-15 07:00:00+00:00", "133497756000000000"),
        (b"9999-12-31 23:59:59.999999+00:00", "0"),
        (b"9223372036854775807", "9223372036854775807"),
        (b"bientot", "bientot"),
    ],
)
def test_an_expiry_is_kept_as_the_directory_writes_it(given: bytes, kept: str) -> None:
    assert values.expiry(given) == kept


@pytest.mark.parametrize(
    ("written", "dn"),
    [
        (b"B:4:0102:CN=x,DC=y", "CN=x,DC=y"),
        (b"S:1:a:CN=x", "CN=x"),
        (b"B:x:0102:CN=x", "B:x:0102:CN=x"),
        (b"B:", "B:"),
    ],
)
def test_a_name_beside_other_data_is_found_and_nonsense_is_kept(written: bytes, dn: str) -> None:
    assert values.linked_dn(written) == dn
