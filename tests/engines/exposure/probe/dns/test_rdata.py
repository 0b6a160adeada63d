"""Data of records that lie on their lengths."""

import pytest

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import rdata
from rempart.engines.exposure.probe.dns.names import to_wire


def test_a_start_of_authority_of_the_wrong_length_is_a_fault() -> None:
    whole = to_wire("ns.example") + to_wire("admin.example") + b"\0" * 20
    assert rdata.soa(whole).primary == to_wire("ns.example")
    for data in (whole[:-1], whole + b"\0"):
        with pytest.raises(ProtocolFault, match="SOA"):
            rdata.soa(data)


@pytest.mark.parametrize("data", [b"", b"\0\1\3", b"\0\1"])
def test_a_digest_or_a_key_that_is_cut_is_a_fault(data: bytes) -> None:
    for read in (rdata.digest, rdata.key):
        with pytest.raises(ProtocolFault, match="coupée"):
            read(data)


def test_a_name_in_a_record_has_labels_of_63_bytes_at_most() -> None:
    with pytest.raises(ProtocolFault, match="mal formé"):
        rdata.nsec(b"\x40" + b"a" * 64 + b"\0")
    with pytest.raises(ProtocolFault, match="coupé"):
        rdata.nsec(b"\3ab")


def test_a_list_of_types_that_is_cut_is_a_fault() -> None:
    with pytest.raises(ProtocolFault, match="types"):
        rdata.nsec(b"\0\0\x21" + b"\0" * 33)
    assert rdata.nsec(b"\0\0\1\x40") == (b"\0", frozenset({1}))
