"""Every parser of what a target of the web and of services sends: tried with random bytes, here and by atheris."""

from collections.abc import Callable, Sequence

import h11

from rempart.engines.exposure.dial import NotReached, ProtocolFault
from rempart.engines.exposure.probe.http import cookies, libraries, page, site
from rempart.engines.exposure.probe.http.marks import Shown, from_banner, recognised
from rempart.engines.exposure.probe.http.session import Answer, Reading, inflated
from rempart.engines.exposure.probe.services import (
    databases,
    datagrams,
    greetings,
    industrial,
    medical,
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


def read_web(data: bytes) -> None:
    """All that reads a web answer, on the same bytes."""
    reading = Reading(_asked(), 65536)
    try:
        reading.feed(data)
        reading.feed(b"")
        answer = reading.answer()
    except NotReached:
        answer = Answer(200, (("set-cookie", data[:500].decode("latin-1")),), data)
    read_answer(answer)
    for encoding in ("gzip", "deflate"):
        inflated(data, encoding, 65536)
    site.gzip_stamp(data)


def read_answer(answer: Answer) -> None:
    """What is drawn from one answer."""
    text = answer.text()
    found = page.read_page(text, "https://www.chu.example/a/b")
    cookies.read_cookies(answer.every("set-cookie"))
    recognised([Shown("", answer, title=found.title)])
    from_banner(text)
    libraries.from_head(text, "https://www.chu.example/a.js")
    libraries.from_address(text[:500])
    page.split(text[:500])


def _asked() -> h11.Connection:
    """A connection that has asked for a page, and waits."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=65536)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "www.chu.example")]))
    connection.send(h11.EndOfMessage())
    return connection
