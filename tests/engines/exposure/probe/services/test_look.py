"""Each exchange against the real server where there is one; scripted servers stand for those that cannot be had."""

import struct
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from rempart.engines.exposure.seen.common import Reach
from support import service_servers as servers
from support.loopback import free_port
from support.parts import LOOPBACK
from support.service_servers import look
from support.web_servers import Page, certificate, outcome, raw, site

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

Made = Callable[[Path], AbstractContextManager[int]]
REAL: list[tuple[str, str, Made, str, dict[str, str]]] = [
    ("redis-server", "redis", lambda f: servers.redis(f), "service_open_data", {"open": "yes"}),
    ("memcached", "memcached", lambda f: servers.memcached(), "service_data_store", {"open": "yes"}),
    ("mosquitto", "mqtt", lambda f: servers.mosquitto(f, "true"), "service_mqtt", {"open": "yes"}),
    ("sshd", "ssh", lambda f: servers.sshd(f), "service_ssh_exposed", {"protocol": "2.0"}),
    ("vsftpd", "ftp", lambda f: servers.vsftpd(f), "service_ftp_clear", {"tls": "no"}),
    ("smbd", "smb", lambda f: servers.smbd(f, "NT1"), "service_smb1", {"smb1": "yes"}),
    ("slapd", "ldap", lambda f: servers.slapd(f), "service_anonymous_directory", {"anonymous": "yes"}),
    ("rsync", "rsync", lambda f: servers.rsyncd(f), "service_file_share", {}),
    ("storescp", "dicom", lambda f: servers.storescp(), "service_dicom_open", {"echo": "yes"}),
    ("Xtigervnc", "vnc", lambda f: servers.vnc("None"), "service_screen_sharing", {"open": "yes"}),
    ("xrdp", "rdp", lambda f: servers.xrdp(f), "service_rdp_without_nla", {"nla": "no"}),
    ("postgresql", "postgresql", lambda f: servers.postgresql(), "service_database", {"tls": "no"}),
    ("mariadbd", "mysql", servers.mariadb, "service_database", {}),
    ("telnetd", "telnet", lambda f: servers.telnetd(), "service_telnet", {}),
]  # fmt: skip
"""Part of the system, exchange, server, a check that it must fail, what must be seen."""


@pytest.mark.parametrize(
    ("talk", "made", "check", "details"),
    [
        pytest.param(talk, made, check, wanted, marks=pytest.mark.needs(part), id=f"{talk}-{part}")
        for part, talk, made, check, wanted in REAL
    ],
)
def test_a_real_server_is_recognised_and_fails_its_check(
    talk: str, made: Made, check: str, details: dict[str, str], tmp_path: Path
) -> None:
    with made(tmp_path) as port:
        seen = look(port, talk)
    assert (seen.reach, seen.service) == (Reach.ANSWERED, talk)
    assert details.items() <= seen.details.items()
    assert outcome(check, seen) == "failed"


@pytest.mark.needs("redis-server")
def test_a_redis_with_a_password_is_exposed_and_not_open(tmp_path: Path) -> None:
    with servers.redis(tmp_path, "--requirepass", "essai") as port:
        seen = look(port, "redis")
    assert outcome("service_data_store", seen) == "failed"
    assert outcome("service_open_data", seen) == "passed"


@pytest.mark.needs("mosquitto")
def test_a_broker_that_refuses_strangers_is_not_open(tmp_path: Path) -> None:
    with servers.mosquitto(tmp_path, "false") as port:
        seen = look(port, "mqtt")
    assert (seen.details["open"], outcome("service_open_data", seen)) == ("no", "passed")


@pytest.mark.needs("smbd")
def test_a_server_of_smb_2_passes_the_check_of_smb_1(tmp_path: Path) -> None:
    with servers.smbd(tmp_path, "SMB2") as port:
        seen = look(port, "smb")
    assert (seen.details["smb1"], outcome("service_smb1", seen)) == ("no", "passed")
    assert outcome("service_windows_share", seen) == "failed"


@pytest.mark.needs("sshd")
def test_old_algorithms_of_ssh_are_named_and_new_ones_pass(tmp_path: Path) -> None:
    with servers.sshd(tmp_path, "Ciphers +aes128-cbc", "MACs +hmac-md5") as port:
        seen = look(port, "ssh")
    assert outcome("service_ssh_weak", seen) == "failed"
    (tmp_path / "n").mkdir()
    with servers.sshd(tmp_path / "n") as port:
        assert outcome("service_ssh_weak", look(port, "ssh")) == "passed"


@pytest.mark.needs("vsftpd")
def test_an_ftp_server_with_tls_passes(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    options = ("ssl_enable=YES", f"rsa_cert_file={pem}", f"rsa_private_key_file={key}")
    with servers.vsftpd(tmp_path, *options) as port:
        seen = look(port, "ftp")
    assert (seen.products[0].id, outcome("service_ftp_clear", seen)) == ("vsftpd", "passed")


@pytest.mark.needs("slapd")
def test_a_directory_that_refuses_strangers_keeps_its_base(tmp_path: Path) -> None:
    with servers.slapd(tmp_path, "require authc") as port:
        seen = look(port, "ldap")
    assert outcome("service_anonymous_directory", seen) == "passed"


@pytest.mark.needs("Xtigervnc")
def test_a_screen_behind_a_password_is_exposed_and_not_open() -> None:
    with servers.vnc("VncAuth") as port:
        seen = look(port, "vnc")
    assert outcome("service_screen_sharing", seen) == "failed"
    assert outcome("service_open_data", seen) == "passed"


@pytest.mark.needs("snmpd")
def test_an_snmp_agent_that_answers_to_public_is_found(tmp_path: Path) -> None:
    with servers.snmpd(tmp_path) as port:
        seen = look(port, "snmp", transport="udp")
    assert seen.details["description"].startswith("Linux")
    assert outcome("service_snmp", seen) == "failed"


@pytest.mark.needs("memcached")
def test_a_store_that_answers_over_udp_amplifies() -> None:
    with servers.memcached() as port:
        seen = look(port, "memcached_udp", transport="udp")
    assert outcome("service_amplifier", seen) == "failed"


def test_an_imaging_server_that_knows_its_modalities_refuses_us() -> None:
    with servers.imaging(knows=["SCANNER1"]) as port:
        seen = look(port, "dicom")
    assert seen.details["association"] == "rejected"
    assert outcome("service_dicom_open", seen) == "passed"
    assert outcome("service_dicom", seen) == "failed"


def test_an_imaging_server_that_takes_anyone_answers_to_echo() -> None:
    with servers.imaging() as port:
        seen = look(port, "dicom")
    assert (seen.details["echo"], seen.products[0].id) == ("yes", "pynetdicom")


def test_a_listener_of_hl7_is_told_by_its_silence_and_is_sent_nothing() -> None:
    received: list[bytes] = []
    with servers.scripted([(b"\x0b", b"")], seen=received) as port:
        seen = look(port, "mllp")
    assert (seen.service, seen.details["proof"], received) == ("mllp", "silence", [b""])
    assert outcome("service_hl7", seen) == "failed"


def test_a_device_of_modbus_gives_its_identity() -> None:
    with servers.modbus() as port:
        seen = look(port, "modbus")
    assert (seen.banner, outcome("service_building", seen)) == ("Essai PLC 2.9", "failed")


_DOCUMENT = b"\x10maxWireVersion\0\x15\0\0\0"
HELLO = (
    struct.pack("<IIII", 16 + 5 + 5 + len(_DOCUMENT), 1, 1, 2013)
    + bytes(5)
    + struct.pack("<I", 5 + len(_DOCUMENT))
    + _DOCUMENT
    + b"\0"
)
SCRIPTED: list[tuple[str, bytes, str]] = [
    ("mssql", bytes.fromhex("0401002b00000100") + bytes.fromhex("0000100006010016000102001700010300180000ff") + b"\x0f\x00\x07\xd0\x00\x00\x02" + bytes(7), "service_database"),
    ("rdp", bytes.fromhex("030000130ed000001234000209080002000000"), "service_remote_desktop"),
    ("mongodb", HELLO, "service_data_store"),
    ("niagara", b"fox a 0 -1 fox hello\n{\nfox.version=s:1.0.1\napp.version=s:3.8.311\n};;\n", "service_building"),
]  # fmt: skip


@pytest.mark.parametrize(("talk", "answer", "check"), SCRIPTED, ids=lambda v: str(v)[:12])
def test_a_server_that_cannot_be_had_is_recognised_by_its_answer(
    talk: str, answer: bytes, check: str
) -> None:
    with servers.scripted([(b"", answer)]) as port:
        seen = look(port, talk)
    assert (seen.service, outcome(check, seen)) == (talk, "failed")


def test_an_esxi_host_is_recognised_by_its_banner() -> None:
    with servers.speaking(
        b"220 VMware Authentication Daemon Version 1.10: SSL Required\r\n"
    ) as port:
        seen = look(port, "vmware_auth")
    assert outcome("service_hypervisor", seen) == "failed"


INTERFACES: list[tuple[str, str, Page, str]] = [
    ("docker", "/version", Page('{"ApiVersion":"1.43","MinAPIVersion":"1.12"}', headers={"server": "Docker/24.0.7 (linux)"}), "service_containers"),
    ("kubelet", "/pods", Page('{"kind":"PodList","items":[]}'), "service_open_data"),
    ("elasticsearch", "/", Page('{"cluster_name":"chu","version":{"number":"7.17.9"},"tagline":""}'), "service_open_data"),
    ("orthanc", "/system", Page('{"DicomAet":"ORTHANC","Name":"x","Version":"1.12.1"}'), "service_medical_web"),
    ("winrm", "/wsman", Page("", 405, {"server": "Microsoft-HTTPAPI/2.0"}), "service_winrm"),
    ("couchdb", "/", Page('{"couchdb":"Welcome","version":"3.3.2"}'), "service_data_store"),
    ("ipp", "/", Page("<title>Home - CUPS 2.4.2</title>", headers={"server": "CUPS/2.4 IPP/2.1"}), "service_printer"),
]  # fmt: skip


@pytest.mark.parametrize(("talk", "path", "shown", "check"), INTERFACES, ids=lambda v: str(v)[:14])
def test_an_interface_over_http_is_recognised(
    talk: str, path: str, shown: Page, check: str
) -> None:
    with site({path: shown}) as port:
        seen = look(port, talk)
    assert (seen.service, outcome(check, seen)) == (talk, "failed")


def test_an_interface_that_asks_who_comes_is_not_open() -> None:
    with site({"/": Page('{"error":{"type":"security_exception"}}', 401)}) as port:
        seen = look(port, "elasticsearch")
    assert (seen.details["open"], outcome("service_open_data", seen)) == ("no", "passed")


def test_another_service_behind_the_number_is_told_by_its_first_words() -> None:
    with servers.speaking(b"SSH-2.0-OpenSSH_9.2p1\r\n") as port:
        seen = look(port, "rdp")
    assert (seen.service, seen.products[0].version) == ("ssh", "9.2p1")


@pytest.mark.parametrize("talk", ["rdp", "smb", "dicom", "redis", "ldap", "mssql", "mysql"])
def test_a_port_that_accepts_and_says_nothing_is_silent_and_never_good(talk: str) -> None:
    with raw(lambda link: link.settimeout(2) or (link.recv(9999), link.recv(9999))) as port:  # type: ignore[func-returns-value]
        seen = look(port, talk, seconds=0.4)
    assert (seen.reach, bool(seen.reason)) == (Reach.SILENT, True)


@pytest.mark.parametrize("talk", ["rdp", "smb", "dicom", "redis", "ldap", "mssql", "ssh", "ftp"])
def test_an_endless_answer_is_stopped_at_the_bound(talk: str) -> None:
    def flood(link: object) -> None:
        for _ in range(4000):
            link.sendall(b"A" * 65536)  # type: ignore[attr-defined]

    with raw(flood) as port:
        seen = look(port, talk, seconds=2.0)
    assert seen.service == ""


def test_a_closed_port_passes_and_a_silent_one_is_not_measured() -> None:
    seen = look(free_port(), "rdp")
    assert seen.reach is Reach.CLOSED


def test_a_port_that_is_not_listed_is_only_listened_to() -> None:
    received: list[bytes] = []
    with servers.scripted([(b"never", b"")], seen=received) as port:
        seen = look(port)
    assert (seen.service, received) == ("", [b""])
    assert outcome("service_unrecognised", seen) == "failed"


DATAGRAMS = {
    "ssdp": b"HTTP/1.1 200 OK\r\nSERVER: Linux UPnP/1.0 essai\r\n\r\n",
    "ntp": b"\x16\x82\x00\x01" + bytes(8) + b'version="ntpd 4.2.8"',
    "bacnet": bytes.fromhex("810a00140100") + b"\x10\x00\xc4\x02\x00\x04\xd2" + bytes(7),
    "knx": bytes.fromhex("06100204004e")
    + bytes(24)
    + b"KNX IP Router".ljust(30, b"\0")
    + bytes(18),
    "ipmi": bytes.fromhex("0600ff06000011be4000001000000000000000008100000000000000"),
    "cldap": bytes.fromhex("30050201016400"),
    "chargen": b"".join(bytes([32 + n % 90]) for n in range(74)),
}
CHECK_OF = {
    "bacnet": "service_building",
    "knx": "service_building",
    "ipmi": "service_management_board",
}


@pytest.mark.parametrize("talk", sorted(DATAGRAMS))
def test_a_datagram_service_is_recognised_by_its_answer(talk: str) -> None:
    with servers.datagrams(lambda asked: DATAGRAMS[talk]) as port:
        seen = look(port, talk, transport="udp")
    assert (seen.service, outcome(CHECK_OF.get(talk, "service_amplifier"), seen)) == (
        talk,
        "failed",
    )


@pytest.mark.parametrize("talk", sorted(DATAGRAMS))
def test_an_answer_that_is_not_the_protocol_is_said_to_be_broken(talk: str) -> None:
    with servers.datagrams(lambda asked: b"?") as port:
        seen = look(port, talk, transport="udp")
    assert (seen.reach, bool(seen.reason)) == (Reach.BROKEN, True)
