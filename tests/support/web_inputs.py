"""Answers of web sites made from random bytes: shaped enough to go past the protocol and reach what reads the page.

The bytes choose: a status, headers out of those that we read, a body made of tags and of words that our patterns look
for, its compression, and the pieces in which it comes. What no shape foresees is left to the target `raw`.
"""

import asyncio
import gzip
import zlib
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Final, Self

import h11

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.content.fingerprints import Place, exposed_paths, fingerprint_files
from rempart.engines.exposure import checks as _checks
from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.probe.http import cookies, exposed, libraries, page, site, way
from rempart.engines.exposure.probe.http.marks import Shown, from_banner, recognised
from rempart.engines.exposure.probe.http.session import Answer, Reading, Session, inflated
from rempart.engines.exposure.registry import CHECKS, Context
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from support.feeds import sample_bundle

REGISTERED: Final = _checks
TODAY: Final = date(2026, 3, 1)
HERE: Final = Endpoint("192.0.2.7", 443, "www.chu.example")
STATUSES: Final = (200, 200, 200, 301, 302, 308, 401, 403, 404, 500, 503, 100, 204, 206)
HEADERS: Final = (
    "Content-Type", "Set-Cookie", "Location", "Content-Security-Policy", "Strict-Transport-Security", "X-Frame-Options",
    "X-Content-Type-Options", "Referrer-Policy", "Server", "X-Powered-By", "Access-Control-Allow-Origin", "Date",
    "Access-Control-Allow-Credentials", "Permissions-Policy", "WWW-Authenticate", "X-OWA-Version", "Via", "Link",
)  # fmt: skip
VALUES: Final = (
    "text/html; charset=utf-8", "SID=1; Path=/; Secure; HttpOnly; SameSite=Lax", "a=; Max-Age=0", "/suite", "https://www.chu.example:8443/",
    "//autre.example/x", "http://[::1]/", "http://169.254.169.254/latest", "../..//a?b#c", "default-src 'self'; script-src * 'unsafe-inline'",
    "frame-ancestors 'none', default-src", "max-age=31536000; includeSubDomains; preload", "max-age=\"0\"", "ALLOW-FROM https://x", "nosniff",
    "no-referrer, strict-origin", "nginx/1.22.1 (Debian)", "PHP/5.6.40", "*", "https://origine-inventee.example", "true", "Basic realm=\"Orthanc\"",
    "15.2.1544.4", "Sun, 06 Nov 1994 08:49:37 GMT", "null",
)  # fmt: skip
PLACES: Final = (
    "/suite", "https://www.chu.example:8443/", "https://www.chu.example/", "http://www.chu.example:80/", "http://www.chu.example:22/", "//",
    "autre.example", "192.0.2.7", "http://169.254.169.254/latest", "http://localhost/", "javascript:", "?a=b", "#c", "../", "http://[::1",
    "é", ":99999", "user@", "https://www.chu.example:443/",
)  # fmt: skip
POLICIES: Final = (
    "default-src", "script-src", "object-src", "base-uri", "frame-ancestors", " 'none'", " 'self'", " *", " 'unsafe-inline'", " 'unsafe-eval'",
    " 'nonce-abc'", " 'strict-dynamic'", " https:", " data:", ";", ",", " https://cdn.example", "report-uri /x", "upgrade-insecure-requests",
)  # fmt: skip
TAGS: Final = (
    "<title>", "</title>", "<base href='", "<script src='", "<link rel='stylesheet' href=\"", "<link rel='icon' href='", "<form action='",
    "</form>", "<input type=password>", "<img src=", "<iframe src='", "<object data='", "<meta http-equiv=refresh content='0; url=",
    "' integrity='sha384-", "' crossorigin>", "'>", "\">", ">", "<!--", "http://", "https://www.chu.example/", "//cdn.example/", "&#x",
    "url=/suite'", "url=https://www.chu.example/x", "&amp;", "jquery-1.6.1.min.js", "jquery.js?ver=3.4.0", "/angular/1.2.3/angular.min.js", "bootstrap.js", "/*! jQuery v3.1.0 | (c)",
    "Index of /", "<a href=\"?C=N;O=D\">", "[core]\n\trepositoryformatversion", "DB_PASSWORD=", "phpinfo()", "ref: refs/heads/",
)  # fmt: skip
ENCODINGS: Final = ("", "", "", "gzip", "deflate", "bare", "br", "lying")
ALLOWS: Final = (True, False)
ABSENT: Final = b"HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"


class Draw:
    """Choices made by bytes, zeros once they have run out."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, below: int) -> int:
        """A number from 0, under 65536."""
        size = 1 if below <= 256 else 2
        found = int.from_bytes(self.take(size), "big")
        return found % below

    def take(self, size: int) -> bytes:
        """The next bytes, fewer at the end."""
        self._at += size
        return self._data[self._at - size : self._at]

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._data))

    @property
    def is_over(self) -> bool:
        """Whether all was taken."""
        return self._at >= len(self._data)

    def text(self, words: tuple[str, ...], most: int) -> bytes:
        """Words of ours and bytes of its own, one after the other."""
        parts: list[bytes] = []
        for _ in range(self.number(most)):
            if self.number(4):
                parts.append(words[self.number(len(words))].encode())
            else:
                parts.append(self.take(self.number(96)))
            if self.is_over:
                break
        return b"".join(parts)


@cache
def sample() -> Bundle:
    """A bundle of known holes."""
    return sample_bundle()


@cache
def marked() -> tuple[str, ...]:
    """Tags, and the words by which products and exposed pages are known, as their own examples say."""
    of_marks = [
        text
        for file in fingerprint_files().values()
        for f in file.fingerprints
        for text in f.examples
    ]
    of_pages = [known.example for known in exposed_paths()]
    return (*TAGS, *sorted(text[:200] for text in {*of_marks, *of_pages}))


@cache
def header_names() -> tuple[str, ...]:
    """Headers that we read, and those by which products are known."""
    marks = (m for file in fingerprint_files().values() for f in file.fingerprints for m in f.marks)
    return (*HEADERS, *sorted({m.name for m in marks if m.on is Place.HEADER and m.name}))


@cache
def header_values() -> tuple[str, ...]:
    """What is put in them."""
    return (*VALUES, *(text for text in marked() if "\n" not in text))


def body(draw: Draw) -> bytes:
    """A page, of tags alone or of all that is looked for."""
    return draw.text(marked() if draw.number(2) else TAGS, 64)


def header(draw: Draw) -> tuple[str, bytes]:
    """A header and its value: those that we read half of the time, and a redirection often."""
    kind = draw.number(4)
    if kind == 0:
        return "Location", draw.text(PLACES, 3)
    if kind == 1:
        return "Content-Security-Policy", draw.text(POLICIES, 12)
    names, values = (HEADERS, VALUES) if kind == 2 else (header_names(), header_values())
    return names[draw.number(len(names))], draw.text(values, 4)


def _packed(plain: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.compress(plain, 1, mtime=0)
    if encoding == "deflate":
        return zlib.compress(plain, 1)
    if encoding == "bare":
        return zlib.compress(plain, 1)[2:-4]
    return plain


def response(draw: Draw) -> bytes:
    """The bytes of a whole answer, mostly well formed."""
    status = STATUSES[draw.number(len(STATUSES))]
    lines = [f"HTTP/1.1 {status} x".encode()]
    for _ in range(draw.number(12)):
        name, value = header(draw)
        lines.append(name.encode() + b": " + value.translate(None, b"\r\n\0").strip())
    encoding = ENCODINGS[draw.number(len(ENCODINGS))]
    if encoding:
        named = {"bare": "deflate", "lying": "gzip"}.get(encoding, encoding)
        lines.append(f"Content-Encoding: {named}".encode())
    framing, size = draw.number(4), 1 + draw.number(700)
    packed = _packed(body(draw), encoding)
    if framing == 0:
        lines.append(b"Transfer-Encoding: chunked")
        cut = [packed[at : at + size] for at in range(0, len(packed), size)]
        packed = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in cut) + b"0\r\n\r\n"
    elif framing < 3:
        lines.append(b"Content-Length: %d" % (len(packed) + (framing == 2) * draw.number(9)))
    return b"\r\n".join(lines) + b"\r\n\r\n" + packed


class FakeLink:
    """A connection to a site that gives one answer after the other, in pieces, then closes."""

    def __init__(self, draw: Draw, absent: bytes = b"") -> None:
        self._draw, self._waiting, self._absent = draw, bytearray(), absent
        self._left = 1 + draw.number(8)
        self._size = 1 + draw.number(4000)
        self._is_closed = False

    async def send(self, data: bytes) -> None:
        """Take a question, and prepare its answer."""
        if self._left and not self._draw.is_over:
            self._left -= 1
            self._waiting += response(self._draw)
        elif self._draw.is_over:
            self._waiting += self._absent

    async def receive(self, most: int = 16384) -> bytes:
        """The next piece, b"" at the end."""
        data = bytes(self._waiting[: min(most, self._size)]) if not self._is_closed else b""
        self._is_closed = not data
        del self._waiting[: len(data)]
        return data

    async def start_tls(self, context: object, name: str = "") -> None:
        """Nothing: the bytes are those of inside."""

    def end(self) -> None:
        """Close."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *fault: object) -> None:
        self.end()


class FakeDial(Dial):
    """A door that opens on answers made from bytes; `absent` is answered once they have run out, b"" for silence."""

    __slots__ = ("absent", "draw")

    def __init__(self, draw: Draw, absent: bytes = b"") -> None:
        super().__init__(gate=_Open())
        object.__setattr__(self, "draw", draw)
        object.__setattr__(self, "absent", absent)

    async def open(self, *where: object, **bounds: object) -> FakeLink:  # type: ignore[override]
        """A connection. Raises NotReached once the bytes have run out."""
        if self.draw.is_over and not self.absent:
            raise NotReached(Reach.SILENT, "Plus rien à répondre.")
        return FakeLink(self.draw, self.absent)


class _Open:
    async def enter(self, address: str, port: int, transport: str = "tcp") -> None: ...

    def leave(self, address: str) -> None: ...


def read_answer(answer: Answer, draw: Draw | None = None) -> HttpSeen:
    """What is drawn from one answer."""
    text = answer.text()
    found = page.read_page(text, "https://www.chu.example/a/b")
    session = Session(HERE, dial=FakeDial(draw or Draw(b"")), is_tls=True)
    facts = site.facts(way.Way(session, answer, "/a/b"), found)
    products = recognised([Shown("", answer, title=found.title, favicon=text[:80])])
    from_banner(text)
    named = [libraries.from_head(text, "https://www.chu.example/a.js")]
    named += [libraries.from_address(script.url)[0] for script in found.scripts]
    seen = HttpSeen(
        endpoint=HERE, is_tls=True, reach=Reach.ANSWERED, products=products,
        libraries=[one for one in named if one is not None], **facts,
    )  # fmt: skip
    judged(seen)
    return seen


def judged(seen: HttpSeen) -> None:
    """Every check of sites on one observation: what a target sends is read by some of them (policies, ages, origins)."""
    for content in exposure_catalogue().checks.values():
        check = CHECKS[content.id]
        if HttpSeen in check.kinds and seen.reach in check.reaches:
            list(check.function(seen, Context(content.params, TODAY, sample())))


def raw(draw: Draw) -> None:
    """All that reads a web answer, on the same bytes."""
    data = draw.rest()
    reading = Reading(asked(), 65536)
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
    libraries.from_address(data[:500].decode("latin-1"))
    page.split(data[:500].decode("latin-1"))


def shaped(draw: Draw) -> None:
    """One answer, in pieces."""
    size, data = 1 + draw.number(3000), response(draw)
    reading = Reading(asked(), 1 + draw.number(65536))
    try:
        for at in range(0, len(data), size):
            if not reading.is_over:
                reading.feed(data[at : at + size])
        if not reading.is_over:
            reading.feed(b"")
        read_answer(reading.answer(), draw)
    except NotReached:
        return


def headers_alone(draw: Draw) -> None:
    """Headers that h11 would let through, without its cost: cookies, policies, ages, redirections."""
    pairs = []
    for _ in range(1 + draw.number(8)):
        name, value = header(draw)
        pairs.append((name.lower(), value.decode("latin-1")[:8192]))
    answer = Answer(STATUSES[draw.number(len(STATUSES))], tuple(pairs), body(draw))
    cookies.read_cookies(answer.every("set-cookie"))
    read_answer(answer, draw)


def lists(draw: Draw) -> None:
    """The pages that should not answer, against what the site says to anything."""
    answers = [
        Answer(STATUSES[draw.number(len(STATUSES))], (), draw.text(marked(), 12)) for _ in range(3)
    ]
    paths = exposed_paths()
    for at in range(draw.number(8), len(paths), 8):
        exposed.judged(paths[at], answers[0], answers[1:])


def redirected(draw: Draw) -> None:
    """The way from the front page."""
    allows = ALLOWS[draw.number(2)]

    async def go() -> None:
        opened = [Session(HERE, dial=FakeDial(draw), is_tls=bool(draw.number(2)))]
        try:
            await way.walk(opened[0], "/", lambda host, address: allows, opened)
        except NotReached:
            return
        finally:
            for session in opened:
                await session.close()

    asyncio.run(go())


def whole(draw: Draw) -> None:
    """A whole look: every question of it, and the checks on what it found."""
    allows, is_tls = ALLOWS[draw.number(2)], bool(draw.number(2))
    seen = asyncio.run(
        site.look_at_http(
            HERE, dial=FakeDial(draw, ABSENT), is_tls=is_tls, allowed=lambda host, address: allows
        )
    )
    judged(seen)


SHAPES: Final[tuple[Callable[[Draw], None], ...]] = (
    raw, shaped, headers_alone, lists, redirected, whole, shaped, headers_alone,
)  # fmt: skip


def read_web(data: bytes) -> None:
    """The first byte chooses the shape."""
    draw = Draw(data)
    SHAPES[draw.number(len(SHAPES))](draw)


def asked() -> h11.Connection:
    """A connection that has asked for a page, and waits."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=65536)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "www.chu.example")]))
    connection.send(h11.EndOfMessage())
    return connection


def seeds() -> list[bytes]:
    """Inputs to begin with: raw answers that are whole, and shapes that hold many words."""
    page_of_all = "".join(TAGS).encode()
    plain = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page_of_all), page_of_all)
    headers = b"".join(f"{n}: {v}\r\n".encode() for n in HEADERS for v in VALUES[:3])
    found = [b"\0" + plain, b"\0HTTP/1.1 302 F\r\n" + headers + b"\r\n"]
    steps = bytes((7 * at) % 256 for at in range(2000))
    found += [
        bytes([shape]) + steps[at : at + 400] for shape in range(len(SHAPES)) for at in (0, 31, 200)
    ]
    found += [bytes([5]) + steps]
    return found
