"""Every parser of what a service sends: tried with random bytes, here and by atheris."""

from collections.abc import Callable, Sequence

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services import (
    databases,
    datagrams,
    greetings,
    industrial,
    medical,
    remote_calls,
    windows,
)
from rempart.engines.exposure.probe.services.look import TALKS

PARSERS: dict[str, Callable[[bytes], object]] = {
    "kexinit": greetings.read_kexinit,
    "kind_of": greetings.kind_of,
    "rdp": windows.read_rdp,
    "smb1": windows.read_smb1,
    "smb2": windows.read_smb2,
    "ldap": windows.read_root_entry,
    "mysql": databases.read_mysql,
    "prelogin": databases.read_prelogin,
    "hello": databases.read_hello,
    "dicom_acceptance": medical.read_acceptance,
    "dicom_rejection": medical.read_rejection,
    "dicom_echo": medical.read_echo,
    "libvirt": remote_calls.read_libvirt,
    "modbus": industrial.read_identity,
    "bacnet": industrial.read_bacnet,
    "knx": industrial.read_knx,
    "ipmi": industrial.read_ipmi,
    "snmp": datagrams.read_snmp,
    "ntp": datagrams.read_ntp,
    "ssdp": datagrams.read_ssdp,
    "memcached_udp": datagrams.read_memcached,
    "cldap": datagrams.read_cldap,
    "chargen": datagrams.read_chargen,
}


def read_parser(name: str, data: bytes) -> None:
    """One parser on one message: a result or a ProtocolFault, and nothing else."""
    try:
        PARSERS[name](data)
    except ProtocolFault:
        return


def hold(name: str, pieces: Sequence[bytes]) -> int:
    """A dialogue with a peer that sends these pieces and closes; gives how often it still waited after the end."""
    waited = 0
    for talk in TALKS[name]:
        dialogue = talk()
        try:
            next(dialogue)
            for piece in pieces:
                dialogue.send(piece or b"\0")
            while waited < 100:
                waited += 1
                dialogue.send(b"")
        except (StopIteration, ProtocolFault):
            continue
        finally:
            dialogue.close()
    return waited
