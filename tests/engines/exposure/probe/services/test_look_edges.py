"""Exchanges that end badly, in another protocol, inside TLS, or not at all."""

import ssl
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services import databases, greetings, windows
from rempart.engines.exposure.seen.common import Reach
from support import service_servers as servers
from support.parts import LOOPBACK
from support.service_servers import look
from support.web_servers import Page, certificate, outcome, raw, site

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

ENTRY = (
    bytes.fromhex("02010164")
    + bytes([34])
    + b"\x04\x00\x30\x1e\x30\x1c\x04\x0enamingContexts\x31\x0a\x04\x08dc=chu,d"
)
TPKT_CONFIRM = bytes.fromhex("0300001611d00001000200c0010ac1020100c2020102")
S7_IDENTITY = bytes.fromhex("0300003902f0803207") + bytes(28) + b"6ES7 315-2EH14-0AB0 "


@contextmanager
def over_tls(folder: Path, answer: bytes) -> Iterator[int]:
    """A server that answers once, inside TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))

    def talk(link: object) -> None:
        with context.wrap_socket(link, server_side=True) as inner:  # type: ignore[arg-type]
            inner.recv(4096)
            inner.sendall(answer)
            inner.recv(4096)

    with raw(talk) as port:
        yield port


def test_a_directory_inside_tls_is_read_as_one_in_clear(tmp_path: Path) -> None:
    with over_tls(tmp_path, b"\x30" + bytes([len(ENTRY)]) + ENTRY) as port:
        seen = look(port, "ldaps")
    assert (seen.service, seen.details["anonymous"]) == ("ldap", "yes")
    assert outcome("service_directory", seen) == "failed"


def test_a_container_engine_inside_tls_is_recognised(tmp_path: Path) -> None:
    pages = {"/version": Page('{"gitVersion":"v1.27.3"}')}
    with site(pages, tls=certificate(tmp_path)) as port:
        seen = look(port, "kubernetes")
    assert (seen.details["tls"], seen.details["open"]) == ("yes", "yes")


def test_a_web_server_that_is_not_the_interface_is_a_web_server() -> None:
    with site({"*": Page("bonjour")}) as port:
        seen = look(port, "docker")
    assert (seen.service, outcome("service_containers", seen)) == ("http", "")


def test_a_controller_of_siemens_gives_its_reference() -> None:
    with servers.scripted(
        [(b"\xe0", TPKT_CONFIRM), (b"\x32\x01", bytes.fromhex("0300001b02f08032030000000000080000000000f0000001000100f0")[:27]), (b"\x32\x07", S7_IDENTITY)]
    ) as port:  # fmt: skip
        seen = look(port, "s7")
    assert (seen.details["reference"][:4], outcome("service_building", seen)) == ("6ES7", "failed")


@pytest.mark.parametrize("talk", ["rpcbind", "nfs"])
def test_a_service_of_remote_calls_answers_the_null_procedure(talk: str) -> None:
    body = struct.pack(">III", 0x52454D50, 1, 0) + bytes(12)
    with servers.scripted([(b"", struct.pack(">I", 0x80000000 | len(body)) + body)]) as port:
        assert outcome("service_file_share", look(port, talk)) == "failed"


def test_a_listener_of_oracle_tells_its_version() -> None:
    said = b"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0))"
    answer = struct.pack(">HHBBH", 8 + len(said), 0, 4, 0, 0) + said
    with servers.scripted([(b"COMMAND=ping", answer)]) as port:
        seen = look(port, "oracle")
    assert (seen.products[0].version, seen.products[0].id) == ("19.0.0.0.0", "oracle_database")
    assert databases.oracle_version(0x0B200400) == "11.2.0.4.0"


def test_a_database_that_refuses_our_address_is_recognised() -> None:
    said = b"\xff\x6a\x04Host '127.0.0.1' is not allowed to connect to this MariaDB server"
    with servers.speaking(struct.pack("<I", len(said)) + said) as port:
        seen = look(port, "mysql")
    assert (seen.details["refused"], outcome("service_database", seen)) == ("1130", "failed")


def test_an_imaging_server_that_aborts_is_not_judged_open() -> None:
    with servers.scripted([(b"", bytes.fromhex("07000000000400000200"))]) as port:
        seen = look(port, "dicom")
    assert outcome("service_dicom_open", seen) == "not_measured"
    assert outcome("service_dicom", seen) == "failed"


def test_a_frame_of_hl7_that_comes_by_itself_proves_the_listener() -> None:
    with servers.speaking(b"\x0bMSH|^~\\&|\x1c\r") as port:
        seen = look(port, "mllp")
    assert (seen.service, seen.details["proof"]) == ("mllp", "frame")
    with servers.speaking(b"SSH-2.0-essai\r\n") as port:
        assert look(port, "mllp").service == "ssh"


def test_an_old_screen_without_a_choice_of_security_is_read() -> None:
    with servers.scripted([(b"", b"")]) as port:
        assert look(port, "vnc", seconds=0.5).reach is Reach.SILENT
    with servers.speaking(b"RFB 003.003\n\x00\x00\x00\x01") as port:
        seen = look(port, "vnc")
    assert (seen.details["protocol"], seen.details["open"]) == ("3.3", "yes")


def test_an_ssh_server_that_hides_its_algorithms_is_not_judged_on_them() -> None:
    with servers.speaking(b"bonjour\r\nSSH-1.5-essai\r\n\x00\x01\x00\x00") as port:
        seen = look(port, "ssh")
    assert outcome("service_ssh_weak", seen) == "failed"
    with servers.speaking(b"SSH-2.0-essai\r\n\x00\x01\x00\x00") as port:
        assert outcome("service_ssh_weak", look(port, "ssh")) == "not_measured"


def test_a_server_that_says_its_name_and_no_more_is_named() -> None:
    with servers.speaking(b"SSH-2.0-Cisco-1.25\r\n") as port:
        seen = look(port, "ssh", seconds=0.8)
    assert (seen.service, seen.products[0].id) == ("ssh", "cisco_ssh")
    assert outcome("service_ssh_weak", seen) == "not_measured"


def test_algorithms_that_come_with_the_banner_are_not_waited_for() -> None:
    lists = b"".join(struct.pack(">I", 4) + b"name" for _ in range(6))
    packet = b"\x04\x14" + bytes(16) + lists + bytes(4)
    words = b"SSH-2.0-essai\r\n" + struct.pack(">I", len(packet)) + packet
    with servers.speaking(words) as port:
        begun = time.monotonic()
        seen = look(port, "ssh")
    assert (seen.details["kex"], time.monotonic() - begun < 1) == ("name", True)


def test_an_exchange_that_has_no_question_over_udp_is_broken() -> None:
    assert look(9, "dicom", transport="udp").reach is Reach.BROKEN


def test_nobody_over_udp_is_closed_or_silent() -> None:
    seen = look(1, "snmp", transport="udp", address="127.0.77.7")
    assert seen.reach in {Reach.CLOSED, Reach.SILENT}
    with servers.datagrams(lambda asked: b"") as port:
        assert look(port, "ssdp", transport="udp").reach is Reach.SILENT


def test_a_service_that_drips_is_left_at_the_deadline() -> None:
    def drip(link: object) -> None:
        for _ in range(40):
            link.send(b"\x30")  # type: ignore[attr-defined]
            time.sleep(0.1)

    begun = time.monotonic()
    with raw(drip) as port:
        seen = look(port, "ftp", seconds=0.6)
    assert seen.reach is Reach.SILENT
    assert time.monotonic() - begun < 6


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (windows.read_rdp, b"\x02\xf0\x80"),
        (windows.read_smb1, b"HTTP"),
        (windows.read_smb2, b"HTTP"),
        (windows.read_root_entry, b"\x02\x01\x01\x61\x07\x00"),
        (databases.read_mysql, b"\x0a5.7"),
        (databases.read_prelogin, b"\xff"),
        (databases.read_hello, b"\0" * 40),
        (greetings.read_kexinit, b"\x04\x01"),
        (greetings.read_kexinit, b"\x04\x14" + bytes(16) + b"\x00\x00\xff\xff"),
    ],
)
def test_what_is_not_the_protocol_is_refused_with_words(read: object, data: bytes) -> None:
    with pytest.raises(ProtocolFault, match=r"\w"):
        read(data)  # type: ignore[operator]


def test_what_a_confirmation_of_rdp_says_is_told_apart() -> None:
    confirm = b"\x0e\xd0\x00\x00\x12\x34\x00"
    told = {
        "rdp": confirm,
        "tls": confirm + bytes.fromhex("0200080001000000"),
        "nla": confirm + bytes.fromhex("0300080005000000"),
    }
    assert {name: windows.read_rdp(body) for name, body in told.items()} == {k: k for k in told}


def test_a_reading_of_identity_that_is_refused_still_tells_the_protocol() -> None:
    refusal = bytes.fromhex("00010000000300ab01")
    with servers.scripted([(b"", refusal)]) as port:
        seen = look(port, "modbus")
    assert (seen.service, seen.details["identity"]) == ("modbus", "refused")


def test_a_store_over_udp_that_is_another_thing_is_broken_and_its_version_is_read() -> None:
    answer = b"\0\1\0\0\0\1\0\0VERSION 1.6.18\r\n"
    with servers.datagrams(lambda asked: answer) as port:
        seen = look(port, "memcached_udp", transport="udp")
    assert seen.details["version"] == "1.6.18"


def test_an_imaging_server_that_closes_instead_of_releasing_is_read() -> None:
    accepted = bytes(68) + bytes.fromhex("210000080100030040000000")
    with servers.scripted(
        [(b"", b"\x02\x00" + struct.pack(">I", len(accepted)) + accepted)]
    ) as port:
        seen = look(port, "dicom", seconds=0.8)
    assert seen.reach in {Reach.SILENT, Reach.ANSWERED}
