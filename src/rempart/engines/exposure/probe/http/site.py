"""A whole look at one web site: the way to its page, the page, what it loads, and what should not answer."""

import asyncio
import hashlib
import re
from typing import Any, Final

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.http import exposed, libraries
from rempart.engines.exposure.probe.http.cookies import read_cookies
from rempart.engines.exposure.probe.http.marks import Shown, asked_paths, recognised
from rempart.engines.exposure.probe.http.page import Page, read_page, split
from rempart.engines.exposure.probe.http.session import EXCHANGES_LONG, Answer, Session
from rempart.engines.exposure.probe.http.way import Allowed, Way, walk
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import Product

INVENTED_ORIGIN: Final = "https://origine-inventee.example"
HEADERS_KEPT: Final = 60
SCRIPTS_OPENED: Final = 6
ICON_MOST: Final = 256 * 1024
_STAMP: Final = "/vpn/js/rdx/core/lang/rdx_en.json.gz"
_VHASH: Final = re.compile(r"\?v=([0-9a-f]{32})")


async def look_at_http(
    endpoint: Endpoint, *, dial: Dial, is_tls: bool, allowed: Allowed
) -> HttpSeen:
    """What a web site shows. Never raises on what a target sends: `reach` and `reason` say how far it went.

    `allowed(host, address)` says whether the perimeter holds the place that a redirection names.
    """
    look = _Look(endpoint, dial, is_tls, allowed)
    try:
        async with asyncio.timeout(EXCHANGES_LONG * dial.seconds):
            await look.front()
            await look.around()
    except NotReached as fault:
        return HttpSeen(endpoint=endpoint, is_tls=is_tls, reach=fault.reach, reason=fault.reason)
    except TimeoutError:
        reason = "Le site répond trop lentement : l’examen a été arrêté."
        if not look.has_page:
            return HttpSeen(endpoint=endpoint, is_tls=is_tls, reach=Reach.SILENT, reason=reason)
        look.found["paths_reason"] = reason
    finally:
        await look.close()
    return HttpSeen(endpoint=endpoint, is_tls=is_tls, reach=Reach.ANSWERED, **look.found)


class _Look:
    """The questions of one look, and what they gave so far: a look that is cut keeps what it has."""

    def __init__(self, endpoint: Endpoint, dial: Dial, is_tls: bool, allowed: Allowed) -> None:
        self._allowed = allowed
        self._opened = [Session(endpoint, dial=dial, is_tls=is_tls)]
        self._page = Page()
        self._shown: list[Shown] = []
        self._way: Way | None = None
        self.found: dict[str, Any] = {"paths_reason": "L’examen s’est arrêté avant."}

    @property
    def has_page(self) -> bool:
        """Whether the front page was read."""
        return self._way is not None

    async def close(self) -> None:
        """End every connection."""
        for session in self._opened:
            await session.close()

    async def front(self) -> None:
        """The front page, and where it led. Raises NotReached."""
        first = self._opened[0]
        way = await walk(first, "/", self._allowed, self._opened)
        # A page that sends elsewhere by its own text is a redirection too, followed once and on the same site only.
        page = read_page(way.answer.text(), f"{way.session.origin}{way.path}")
        target = split(page.refresh) if not way.leaves_to else None
        if target is not None and page.refresh.startswith(f"{way.session.origin}/"):
            path = target.path or "/"
            if path != way.path and path.isascii() and " " not in path:
                further = await walk(way.session, path, self._allowed, self._opened)
                self._shown.append(shown(way.answer, page, ""))
                further.steps = way.steps + further.steps
                way, page = further, read_page(further.answer.text(), f"{first.origin}{path}")
        self._way, self._page = way, page
        self._shown.append(shown(way.answer, page, ""))
        self.found |= facts(way, page)

    async def around(self) -> None:
        """What stands around the page. A question without an answer ends the look, and says so."""
        way = self._way
        if way is None:
            return
        try:
            if not way.leaves_to and way.answer.status < 400:
                await self._origin(way)
            await self._icon(way)
            await self._marks(way)
            await self._libraries(way)
        except NotReached as fault:
            self.found["paths_reason"] = fault.reason
            self.found["products"] = recognised(self._shown)
            return
        done = await exposed.go_round(way.session)
        self.found |= {
            "exposed": list(done.found),
            "paths_asked": done.asked,
            "paths_reason": done.reason,
        }

    async def _origin(self, way: Way) -> None:
        answer = await way.session.get(way.path, most=4096, headers=(("Origin", INVENTED_ORIGIN),))
        self.found["cors"] = answer.header("access-control-allow-origin")[:200]
        said = answer.header("access-control-allow-credentials").strip().lower()
        self.found["cors_credentials"] = said == "true"

    async def _icon(self, way: Way) -> None:
        icon = split(self._page.icon) if self._page.icon else None
        path = "/favicon.ico"
        if icon is not None and self._page.icon.startswith(f"{way.session.origin}/"):
            path = icon.path
        if not path.isascii() or " " in path:
            return
        answer = await way.session.get(path, most=ICON_MOST)
        if answer.status == 200 and answer.body and not answer.is_cut:
            digest = hashlib.sha256(answer.body).hexdigest()
            self.found["favicon_sha256"] = digest
            # Public sets of icons are written in MD5, which is good enough to name a picture.
            known = hashlib.md5(answer.body, usedforsecurity=False).hexdigest()
            self._shown.append(Shown("", answer, favicon=f"{digest} {known}"))

    async def _marks(self, way: Way) -> None:
        absent = await way.session.get(exposed.NOWHERE[0], most=exposed.READ)
        for path in asked_paths():
            answer = await way.session.get(path, most=65536)
            if answer.status >= 400 and answer.status != 401:
                continue
            # A site that answers the same to anything shows nothing by answering here.
            if (answer.status, answer.body) == (absent.status, absent.body) and answer.body:
                continue
            page = read_page(answer.text(), f"{way.session.origin}{path}")
            self._shown.append(shown(answer, page, path))
        products = recognised(self._shown)
        self.found["products"] = products
        if any(product.id == "netscaler" for product in products):
            await self._netscaler(way)

    async def _netscaler(self, way: Way) -> None:
        """The stamp of a file of the portal, which each build writes anew: the build is looked up in a table."""
        details = {}
        answer = await way.session.get(_STAMP, most=65536)
        if stamp := gzip_stamp(answer.beginning):
            details["netscaler_stamp"] = str(stamp)
        for page in self._shown:
            if hashed := _VHASH.search(page.answer.text()):
                details["netscaler_vhash"] = hashed[1]
        self.found["details"] = details

    async def _libraries(self, way: Way) -> None:
        found: dict[tuple[str, str], Product] = {}
        opened = 0
        for url in [*self._page.own_scripts, *(script.url for script in self._page.scripts)]:
            product, is_worth = libraries.from_address(url)
            is_own = url.startswith(f"{way.session.origin}/")
            if product is None and is_worth and is_own and opened < SCRIPTS_OPENED:
                opened += 1
                path = url.removeprefix(way.session.origin)
                if path.isascii() and " " not in path:
                    head = (("Range", f"bytes=0-{libraries.HEAD_READ - 1}"),)
                    answer = await way.session.get(path, most=libraries.HEAD_READ, headers=head)
                    product = libraries.from_head(answer.text(), url)
            if product is not None:
                found.setdefault((product.id, product.version), product)
        self.found["libraries"] = [found[key] for key in sorted(found)]


def shown(answer: Answer, page: Page, path: str) -> Shown:
    """What fingerprints look at in one answer."""
    cookies = tuple(c.partition("=")[0].strip() for c in answer.every("set-cookie"))
    return Shown(path, answer, title=page.title, cookies=cookies)


def facts(way: Way, page: Page) -> dict[str, Any]:
    """The fields of the observation that the front page alone gives."""
    headers: dict[str, list[str]] = {}
    for name, value in way.answer.headers:
        if name != "set-cookie" and (name in headers or len(headers) < HEADERS_KEPT):
            headers.setdefault(name, []).append(value[:4096])
    return {
        "status": way.answer.status,
        "steps": way.steps,
        "leaves_to": way.leaves_to[:300],
        "headers": headers,
        "cookies": read_cookies(way.answer.every("set-cookie")),
        "title": page.title,
        "page_type": way.answer.header("content-type").partition(";")[0].strip().lower()[:100],
        "scripts": page.scripts,
        "mixed": page.mixed,
        "insecure_forms": page.insecure_forms,
        "has_password_field": page.has_password_field,
        "page_bytes": len(way.answer.body),
        "is_cut": way.answer.is_cut or not page.is_whole,
    }


def gzip_stamp(body: bytes) -> int:
    """The instant that the header of a gzip file holds (Unix seconds), 0 when it is no gzip file."""
    if len(body) < 10 or body[:3] != b"\x1f\x8b\x08":
        return 0
    return int.from_bytes(body[4:8], "little")
