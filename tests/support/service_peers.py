"""Every check of services and of known holes: what fails it and what passes it, from a server that is really there.

A peer is looked at as a sweep would, then stopped. Each is a product or a library of others, and none answers what we wrote.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rempart.engines.exposure.seen.common import Seen
from support import (
    library_servers,
    mail_servers,
    product_servers as products,
    service_servers as servers,
)
from support.loopback import free_port
from support.service_servers import daemon
from support.web_servers import certificate, look as look_at_site, nginx

ADDRESS = "127.0.14.9"
"""Where other services stand on the usual ports of those that are looked for."""

look = partial(servers.look, seconds=10.0)
"""A look that waits for a server that a busy machine has just started."""

Made = Callable[[Path], AbstractContextManager[int]]


@dataclass(frozen=True, slots=True)
class Peer:
    """One server, the parts of the system that it wants, and the look at it."""

    parts: tuple[str, ...]
    see: Callable[[Path], Seen]


def served(part: str, made: Made, talk: str, *, udp: bool = False) -> Peer:
    """A server that gives its port, asked by the exchange `talk`."""

    def see(folder: Path) -> Seen:
        with made(folder) as port:
            return look(port, talk, transport="udp" if udp else "tcp")

    return Peer((part,) if part else (), see)


def library(name: str, talk: str, *, udp: bool = False) -> Peer:
    """A server of a library, in a process of its own."""
    return served("", lambda _: _library(name, udp=udp), talk, udp=udp)


def _library(name: str, *, udp: bool) -> AbstractContextManager[int]:
    port = free_port()
    return daemon(library_servers.command(name, port), port, udp=udp)


def shown(part: str, made: Made, *, is_tls: bool = False) -> Peer:
    """A web site."""

    def see(folder: Path) -> Seen:
        with made(folder) as port:
            return look_at_site(port, is_tls=is_tls)

    return Peer((part,), see)


def other_at(port: int) -> Peer:
    """A real SSH server on the usual port of what is looked for."""

    def see(folder: Path) -> Seen:
        with servers.sshd(folder, f"ListenAddress {ADDRESS}:{port}"):
            return look(port, address=ADDRESS)

    return Peer(("sshd",), see)


def nobody_at(port: int, part: str, made: Made, *, udp: bool = False) -> Peer:
    """The server itself, which listens elsewhere than where it is looked for: mended as a firewall would."""

    def see(folder: Path) -> Seen:
        with made(folder):
            return look(port, address=ADDRESS, transport="udp" if udp else "tcp")

    return Peer((part,), see)


def _imaging(folder: Path, *, is_careful: bool, has_pages: bool) -> Seen:
    with products.orthanc(folder, is_careful=is_careful) as ports:
        return look(ports.web, "orthanc") if has_pages else look(ports.dicom, "dicom")


def _mailboxes(*, has_tls: bool) -> Seen:
    with mail_servers.dovecot(has_tls=has_tls) as ports:
        return look(ports.imap, "imap", address=mail_servers.ADDRESS)


def _java(folder: Path) -> Seen:
    with products.tomcat(folder / "tomcat", certificate(folder)) as ports:
        return look(ports.ajp, "ajp")


def _files_with_tls(folder: Path) -> AbstractContextManager[int]:
    pem, key = certificate(folder)
    return servers.vsftpd(
        folder, "ssl_enable=YES", f"rsa_cert_file={pem}", f"rsa_private_key_file={key}"
    )


def _files_at(port: int) -> Peer:
    def see(folder: Path) -> Seen:
        with servers.vsftpd(folder, address=ADDRESS, port=port):
            return look(port, address=ADDRESS)

    return Peer(("vsftpd",), see)


def _store_without_datagrams(folder: Path) -> Seen:
    with servers.memcached(has_datagrams=False, address=ADDRESS, port=11211) as port:
        return look(port, address=ADDRESS, transport="udp")


GOOD_SITE = shown("nginx", lambda f: nginx(f / "n", "", {"index.html": "<title>Bonjour</title>"}))
REDIS = served("redis-server", lambda f: servers.redis(f), "redis")
SMB = served("smbd", lambda f: servers.smbd(f, "NT1"), "smb")
SSH = served("sshd", lambda f: servers.sshd(f), "ssh")
XRDP = served("xrdp", lambda f: servers.xrdp(f), "rdp")
DIRECTORY = served("slapd", lambda f: servers.slapd(f), "ldap")
DICOM = Peer(("Orthanc",), lambda f: _imaging(f, is_careful=False, has_pages=False))
PAGES = Peer(("Orthanc",), lambda f: _imaging(f, is_careful=False, has_pages=True))

SERVICES: dict[str, tuple[Peer, Peer]] = {
    "service_access_portal": (shown("ocserv", lambda f: products.ocserv(certificate(f)), is_tls=True), GOOD_SITE),
    "service_admin_console": (shown("cockpit", lambda _: products.cockpit()), GOOD_SITE),
    "service_amplifier": (
        served("memcached", lambda _: servers.memcached(), "memcached_udp", udp=True),
        Peer(("memcached",), _store_without_datagrams),
    ),
    "service_anonymous_directory": (DIRECTORY, served("slapd", lambda f: servers.slapd(f, "require authc"), "ldap")),
    "service_building": (library("modbus", "modbus"), other_at(1911)),
    "service_camera": (shown("ustreamer", lambda _: products.camera()), GOOD_SITE),
    "service_containers": (served("etcd", products.etcd, "etcd"), other_at(2375)),
    "service_data_store": (REDIS, other_at(6379)),
    "service_database": (served("postgresql", lambda _: servers.postgresql(), "postgresql"), other_at(3306)),
    "service_dicom": (DICOM, other_at(11112)),
    "service_dicom_open": (DICOM, Peer(("Orthanc",), lambda f: _imaging(f, is_careful=True, has_pages=False))),
    "service_directory": (DIRECTORY, other_at(3268)),
    "service_file_share": (served("rsync", servers.rsyncd, "rsync"), other_at(2049)),
    "service_ftp_clear": (served("vsftpd", lambda f: servers.vsftpd(f), "ftp"), served("vsftpd", _files_with_tls, "ftp")),
    "service_hl7": (library("mllp", "mllp"), other_at(2575)),
    "service_hypervisor": (served("libvirtd", lambda _: products.libvirtd(), "libvirt"), other_at(16509)),
    "service_mail_clear": (
        Peer(("dovecot",), lambda _: _mailboxes(has_tls=False)),
        Peer(("dovecot",), lambda _: _mailboxes(has_tls=True)),
    ),
    "service_management_board": (
        served("ipmi_sim", products.management_board, "ipmi", udp=True),
        nobody_at(623, "ipmi_sim", products.management_board, udp=True),
    ),
    "service_medical_web": (PAGES, GOOD_SITE),
    "service_mqtt": (served("mosquitto", lambda f: servers.mosquitto(f, "true"), "mqtt"), other_at(1883)),
    "service_network_admin": (Peer(("tomcat",), _java), other_at(8009)),
    "service_open_data": (REDIS, served("redis-server", lambda f: servers.redis(f, "--requirepass", "essai"), "redis")),
    "service_printer": (served("cupsd", lambda _: products.cups(), "ipp"), other_at(9100)),
    "service_rdp_without_nla": (XRDP, served("freerdp-shadow-cli", products.freerdp, "rdp")),
    "service_remote_desktop": (XRDP, other_at(3389)),
    "service_remote_support": (shown("meshcentral", products.meshcentral, is_tls=True), GOOD_SITE),
    "service_screen_sharing": (served("Xtigervnc", lambda _: servers.vnc("None"), "vnc"), other_at(5900)),
    "service_smb1": (SMB, served("smbd", lambda f: servers.smbd(f, "SMB2"), "smb")),
    "service_snmp": (
        served("snmpd", servers.snmpd, "snmp", udp=True),
        nobody_at(161, "snmpd", servers.snmpd, udp=True),
    ),
    "service_ssh_exposed": (SSH, _files_at(2222)),
    "service_ssh_weak": (served("sshd", lambda f: servers.sshd(f, "Ciphers +aes128-cbc"), "ssh"), SSH),
    "service_telnet": (served("telnetd", lambda _: servers.telnetd(), "telnet"), other_at(2323)),
    "service_unrecognised": (served("memcached", lambda _: servers.memcached(), "listen"), SSH),
    "service_windows_share": (SMB, nobody_at(445, "smbd", lambda f: servers.smbd(f, "SMB2"))),
    "service_winrm": (library("winrm", "winrm"), other_at(5985)),
}  # fmt: skip
"""Check → what fails it, and what passes it."""

NOT_THERE = {"service_access_portal"}
"""Checks that say « not applicable » of a server where what they judge is not, and never « passed » for that."""
