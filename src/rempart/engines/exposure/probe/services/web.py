"""Interfaces over HTTP that are no web sites: container engines, stores, imaging servers, the administration of Windows."""

import re
from dataclasses import dataclass
from typing import Final

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.http.cookies import read_cookies
from rempart.engines.exposure.probe.http.marks import Shown, recognised
from rempart.engines.exposure.probe.http.page import read_page
from rempart.engines.exposure.probe.http.session import Answer, Headers, Question, Session
from rempart.engines.exposure.probe.services.talk import Heard, plain
from rempart.engines.exposure.seen.common import Endpoint, Reach


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface: the page that shows it, and what proves that it is open to anyone."""

    service: str
    path: str
    shows: str  # pattern of the answer or of its headers, whoever asks
    opens: str = ""  # pattern of an answer that only an interface without identification gives
    headers: Headers = ()
    body: bytes = b""  # asked by POST


# DSP0226 of the DMTF, §11: what a service of WS-Management says of itself to whoever asks, without effect.
_IDENTIFY: Final = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    b' xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    b"<s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>"
)
_ANONYMOUS: Final = (
    ("Content-Type", "application/soap+xml;charset=UTF-8"),
    ("WSMANIDENTIFY", "unauthenticated"),
)
_SAYS: Final = re.compile(r"<(?:\w+:)?Product(Vendor|Version)>([^<]{1,200})<")

INTERFACES: Final = {
    interface.service: interface
    for interface in (
        Interface("docker", "/version", r'"ApiVersion"|client sent an HTTP request', r'"ApiVersion"\s*:'),
        Interface("kubernetes", "/version", r'"gitVersion"|system:anonymous|"kind"\s*:\s*"Status"', r'"gitVersion"'),
        Interface("kubelet", "/pods", r'"kind"\s*:\s*"PodList"|^Unauthorized|Forbidden \(user=system', r'"PodList"'),
        Interface("elasticsearch", "/", r'"cluster_name"|security_exception|"distribution"\s*:\s*"opensearch"', r'"cluster_name"'),
        Interface("kibana", "/api/status", r"kbn-name|\"kibana\"|kbn-license-sig", r'"overall"\s*:'),
        Interface("couchdb", "/", r'"couchdb"\s*:\s*"Welcome"'),
        Interface("etcd", "/version", r'"etcdserver"', r'"etcdserver"'),
        Interface("consul", "/v1/status/leader", r'^"\d+\.\d+\.\d+\.\d+:\d+"', r'^"\d'),
        Interface("influxdb", "/ping", r"x-influxdb-version"),
        Interface("orthanc", "/system", r'"DicomAet"|realm="Orthanc', r'"DicomAet"'),
        Interface("winrm", "/wsman", r"microsoft-httpapi|IdentifyResponse>", headers=_ANONYMOUS, body=_IDENTIFY),
        Interface("ipp", "/", r"server: (cups|.*ipp/)|<title>[^<]*CUPS"),
    )
}  # fmt: skip


async def talk(endpoint: Endpoint, name: str, dial: Dial) -> Heard:
    """What an interface shows, over TLS when it wants it; another web site is told as one. Raises NotReached, ProtocolFault."""
    interface = INTERFACES[name]
    answer, is_tls = await _ask(endpoint, interface, dial)
    heads = "\n".join(f"{key}: {value}" for key, value in answer.headers)
    text = answer.text()[:16384]
    if not _in(interface.shows, text) and not _in(interface.shows, heads):
        return Heard("https" if is_tls else "http", banner=_server(answer))
    details = {"tls": "yes" if is_tls else "no", "status": str(answer.status)}
    if interface.opens:
        is_open = answer.status == 200 and _in(interface.opens, text)
        details["open"] = "yes" if is_open else "no"
    if interface.body:
        details |= {key.lower(): plain(said.encode()) for key, said in _SAYS.findall(text)}
    cookies = tuple(cookie.name for cookie in read_cookies(answer.every("set-cookie")))
    title = read_page(text, "http://localhost/").title
    # The page is shown under its own path and as a front page: an interface has no other.
    pages = [Shown(path, answer, title=title, cookies=cookies) for path in ("", interface.path)]
    return Heard(name, banner=_server(answer), products=tuple(recognised(pages)), details=details)


async def site(endpoint: Endpoint, dial: Dial) -> Heard:
    """The web site of a port where nothing says that there is one. Raises NotReached."""
    answer, is_tls = await _ask(endpoint, Interface("", "/", ""), dial)
    return Heard("https" if is_tls else "http", banner=_server(answer))


async def _ask(endpoint: Endpoint, interface: Interface, dial: Dial) -> tuple[Answer, bool]:
    """The answer in clear, else over TLS: a server of TLS refuses what is not a hello, or says so in clear."""
    question = Question(interface.path, 65536, interface.headers, interface.body)
    try:
        async with Session(endpoint, dial=dial, is_tls=False) as session:
            answer = await session.ask(question)
        if answer.status != 400 or b"HTTPS" not in answer.body.upper():
            return answer, False
    except NotReached as fault:
        if fault.reach is not Reach.BROKEN:
            raise
    async with Session(endpoint, dial=dial, is_tls=True) as session:
        return await session.ask(question), True


def _server(answer: Answer) -> str:
    return plain(answer.header("server").encode("latin-1", "replace"))


def _in(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE | re.MULTILINE) is not None
