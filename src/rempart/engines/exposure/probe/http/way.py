"""The way from the front page: redirections followed on the same machine, inside the perimeter, and no further."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import SplitResult, urljoin

from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure.probe.http.page import split
from rempart.engines.exposure.probe.http.session import Answer, Session
from rempart.engines.exposure.seen.common import Endpoint
from rempart.engines.exposure.seen.http import Step

Allowed = Callable[[str, str], bool]
"""Whether a host name, at an address, may be touched: what the perimeter says of a redirection."""

STEPS_MOST: Final = 6
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Way:
    """Where the front page led: the answer at the end, the session that gave it, and what was asked on the way."""

    session: Session
    answer: Answer
    path: str
    steps: list[Step] = field(default_factory=list)
    leaves_to: str = ""


async def walk(session: Session, path: str, allowed: Allowed, opened: list[Session]) -> Way:
    """Ask for `path`, and follow. Sessions to other ports are added to `opened`, for the caller to close.

    Another host name is another site, looked at on its own: it is named, never asked. Raises NotReached.
    """
    steps: list[Step] = []
    while True:
        answer = await session.get(path)
        url = f"{session.origin}{path}"
        location = answer.header("location")
        step = Step(url=url[:500], status=answer.status, location=location[:500])
        if answer.status not in _REDIRECTS or not location:
            return Way(session, answer, path, [*steps, step])
        target = split(urljoin(url, location)) if _is_address(url, location) else None
        refused, leaves_to = _refusal(session, target, allowed)
        if not refused and not leaves_to and len(steps) + 1 >= STEPS_MOST:
            refused = "Trop de redirections à la suite : abandonnées."
        steps.append(
            Step(url=step.url, status=step.status, location=step.location, refused=refused)
        )
        if refused or leaves_to or target is None:
            return Way(session, answer, path, steps, leaves_to)
        session = _towards(session, target, opened)
        path = _path(target)


def _is_address(url: str, location: str) -> bool:
    try:
        urljoin(url, location)
    except ValueError:
        return False
    return True


def _path(target: SplitResult) -> str:
    """The path of an address as a request may hold it: accents and spaces written in hexadecimal."""
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    plain = "".join(
        c if "!" <= c <= "~" else "".join(f"%{b:02X}" for b in c.encode()) for c in path
    )
    return plain[:2000]


@cache
def web_ports() -> frozenset[int]:
    """Ports where a site may be asked for a page: a printer prints what it is sent, a database may obey it."""
    return frozenset(port.port for port in exposure_ports() if port.is_web)


def _port(target: SplitResult) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _refusal(session: Session, target: SplitResult | None, allowed: Allowed) -> tuple[str, str]:
    """(why it is not followed, other site to which it leads): both "" when it is followed."""
    if target is None:
        return "Redirection vers une adresse qui n’est pas du web : non suivie.", ""
    host, here = target.hostname or "", session.endpoint
    is_tls, origin = (
        target.scheme == "https",
        f"{target.scheme}://{target.netloc.rpartition('@')[2]}",
    )
    if host not in {here.name.lower(), here.address.lower()}:
        if _is_inner(host) and not _is_inner(here.address):
            return "Redirection vers une adresse interne : jamais suivie.", ""
        return "", origin
    if (is_tls, _port(target)) == (session.is_tls, here.port):
        return "", ""
    if is_tls and not session.is_tls:
        return "", origin
    if _port(target) not in web_ports():
        return (
            f"Redirection vers un port qui n’est pas celui d’un site ({_port(target)}) : non suivie.",
            "",
        )
    if not allowed(host, here.address):
        return "Redirection hors du périmètre : non suivie.", ""
    return "", ""


def _is_inner(host: str) -> bool:
    """Whether a host is the machine itself, its network, or the metadata of a cloud."""
    if host == "localhost" or host.endswith((".localhost", ".internal", ".local")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _towards(session: Session, target: SplitResult, opened: list[Session]) -> Session:
    here, is_tls = session.endpoint, target.scheme == "https"
    if (is_tls, _port(target)) == (session.is_tls, here.port):
        return session
    other = session.beside(Endpoint(here.address, _port(target), here.name), is_tls)
    opened.append(other)
    return other
