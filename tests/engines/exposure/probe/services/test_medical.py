"""Imaging servers: those that are something else, and those that leave without a word."""

import struct

from rempart.engines.exposure.probe.services import medical
from support.talks import held, refused

ACCEPTED = bytes(68) + bytes.fromhex("2100000401000000")
WITHOUT_ECHO = bytes(68) + bytes.fromhex("2100000401000300")


def unit(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBI", kind, 0, len(body)) + body


def test_a_unit_that_no_imaging_server_sends_is_refused() -> None:
    assert "DICOM" in refused(medical.dicom(), unit(6, bytes(4)))


def test_a_server_that_closes_instead_of_releasing_says_so() -> None:
    details = held(medical.dicom(), unit(2, WITHOUT_ECHO)).details
    assert (details["association"], details["release"], "echo" in details) == (
        "accepted",
        "no",
        False,
    )


def test_a_server_that_aborts_after_the_echo_is_not_asked_to_release() -> None:
    details = held(medical.dicom(), unit(2, ACCEPTED), unit(7, bytes(4))).details
    assert (details["echo"], "release" in details) == ("no", False)


def test_a_server_that_closes_at_the_echo_has_accepted_all_the_same() -> None:
    details = held(medical.dicom(), unit(2, ACCEPTED)).details
    assert (details["association"], details["echo"]) == ("accepted", "no")


def test_a_server_that_releases_well_is_read() -> None:
    details = held(medical.dicom(), unit(2, WITHOUT_ECHO), unit(6, bytes(4))).details
    assert details == {"association": "accepted", "implementation": ""}
