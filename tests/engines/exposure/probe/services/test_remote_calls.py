"""Remote calls: what a hypervisor of libvirt says of itself, a real one and hostile ones."""

import struct

import pytest

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.remote_calls import libvirt, read_libvirt
from rempart.engines.exposure.seen.common import Reach
from support.parts import LOOPBACK
from support.product_servers import libvirtd
from support.service_servers import look, scripted
from support.web_servers import outcome

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
HEAD = (0x20008086, 1, 66, 1, 0, 0)
"""A reply to the question, without its list."""


def said(*numbers: int, head: tuple[int, ...] = HEAD) -> bytes:
    """The bytes of an answer, without its length."""
    return struct.pack(f">{len(head) + len(numbers)}I", *head, *numbers)


@pytest.mark.needs("libvirtd")
@pytest.mark.parametrize(("ways", "expected"), [("none", "failed"), ("sasl", "passed")])
def test_a_hypervisor_says_whether_it_asks_who_comes(ways: str, expected: str) -> None:
    with libvirtd(ways) as port:
        seen = look(port, "libvirt")
    assert (seen.service, seen.details["authentication"]) == ("libvirt", ways)
    assert outcome("service_open_data", seen) == expected
    assert [product.id for product in seen.products] == ["libvirt"]


def test_a_way_that_has_no_name_is_given_by_its_number() -> None:
    assert read_libvirt(said(2, 2, 9)) == {"authentication": "polkit,9", "open": "no"}


def test_a_refusal_is_that_of_a_hypervisor_all_the_same() -> None:
    assert read_libvirt(said(head=(*HEAD[:5], 1))) == {}


@pytest.mark.parametrize(
    "answer",
    [said(), said(2, 0), said(21), said(0xFFFFFFFF), said(1, 0, head=(0x20008087, *HEAD[1:])), b""],
)
def test_an_answer_that_is_not_of_libvirt_is_a_fault(answer: bytes) -> None:
    with pytest.raises(ProtocolFault):
        read_libvirt(answer)


@pytest.mark.parametrize("size", [0, 27, 4097, 0xFFFFFFFF])
def test_a_length_that_libvirt_never_gives_is_a_fault(size: int) -> None:
    talk = libvirt()
    next(talk)
    with pytest.raises(ProtocolFault):
        talk.send(struct.pack(">I", size))


def test_another_service_at_its_port_is_not_taken_for_it() -> None:
    with scripted([(b"", b"HTTP/1.1 400 Bad Request\r\n\r\n")]) as port:
        seen = look(port, "libvirt")
    assert (seen.reach, seen.service) == (Reach.ANSWERED, "http")
