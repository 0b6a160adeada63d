"""A few questions to one web server over as few connections as it allows, each answer bounded.

The protocol is read by h11; TLS is accepted whatever it is worth, because the certificate is judged elsewhere.
"""

import asyncio
import ssl
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

import h11

from rempart.engines.exposure.dial import Dial, Link, NotReached
from rempart.engines.exposure.seen.common import Endpoint, Reach

AGENT: Final = "Mozilla/5.0 (compatible; Rempart; audit d'exposition consenti)"
HEADERS_MOST: Final = 65536
PAGE_MOST: Final = 512 * 1024
LINK_MOST: Final = 8 << 20
EXCHANGES_LONG: Final = 6  # a connection lives for the time of that many exchanges
CONNECTIONS_MOST: Final = 150
"""Connections of one session: a server that closes after each answer costs one a question, and no more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: header names in lower case, values as Latin-1 text, the body inflated, `is_cut` past the bound."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_cut: bool = False
    beginning: bytes = b""  # the first 16 bytes as they came, before any inflating

    def header(self, name: str) -> str:
        """The first header of that name, "" without one."""
        return next((value for key, value in self.headers if key == name), "")

    def every(self, name: str) -> list[str]:
        """All the headers of that name."""
        return [value for key, value in self.headers if key == name]

    def text(self) -> str:
        """The body as text: UTF-8 where it is, Latin-1 elsewhere."""
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError:
            return self.body.decode("latin-1")


class Reading:
    """What h11 says of one answer, gathered up to a bound. Without network: bytes in, an answer out."""

    __slots__ = (
        "_connection", "_most", "_parts", "_response", "_size", "has_closed", "is_cut", "is_over",
    )  # fmt: skip

    def __init__(self, connection: h11.Connection, most: int) -> None:
        self._connection, self._most = connection, most
        self._parts: list[bytes] = []
        self._response: h11.Response | None = None
        self._size = 0
        self.is_over = self.is_cut = self.has_closed = False

    def feed(self, data: bytes) -> None:
        """Take what has come, b"" at the end of the connection. Raises NotReached when it is not HTTP."""
        self.has_closed = not data
        try:
            self._connection.receive_data(data)
            while not self.is_over:
                event = self._connection.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return
                self._take(event)
        except h11.RemoteProtocolError as fault:
            raise NotReached(
                Reach.BROKEN, "Ce qui répond n’est pas du HTTP conforme : lecture arrêtée."
            ) from fault

    def _take(self, event: object) -> None:
        if isinstance(event, h11.Response):
            self._response = event
        elif isinstance(event, h11.Data):
            self._parts.append(bytes(event.data))
            self._size += len(event.data)
            if self._size > self._most:
                self.is_over = self.is_cut = True
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            self.is_over = True

    def answer(self) -> Answer:
        """What was read. Raises NotReached when no answer came whole."""
        if self._response is None:
            raise NotReached(Reach.BROKEN, "Le serveur a fermé la connexion sans répondre.")
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")[:8192])
            for name, value in self._response.headers
        )
        raw = b"".join(self._parts)[: self._most]
        encodings = [v.strip().lower() for k, v in headers if k == "content-encoding"]
        encoding = ", ".join(e for e in encodings if e)
        body, is_cut = inflated(raw, encoding, self._most)
        return Answer(self._response.status_code, headers, body, self.is_cut or is_cut, raw[:16])


def inflated(raw: bytes, encoding: str, most: int) -> tuple[bytes, bool]:
    """A body without its compression, `most` bytes at most, and whether it was cut there.

    An encoding that we did not ask for and cannot undo gives the bytes as they came, said to be cut: they were not read.
    """
    if encoding in {"", "identity"}:
        return raw, False
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        return raw, bool(raw)
    for bits in (
        47,
        -15,
    ):  # zlib or gzip by its header, then the bare stream that some servers call deflate
        engine = zlib.decompressobj(bits)
        try:
            body = engine.decompress(raw, most)
        except zlib.error:
            continue
        if body or engine.eof:
            return body, bool(engine.unconsumed_tail) or not engine.eof
    return raw, bool(raw)


@cache
def any_tls() -> ssl.SSLContext:
    """A context that accepts every version, suite and certificate: what is poor is for the TLS checks to say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= 0x4  # OP_LEGACY_SERVER_CONNECT, which has a name from Python 3.12 on
    context.set_alpn_protocols(["http/1.1"])
    return context


Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in one exchange: a page by GET, or what a body asks, by POST."""

    path: str
    most: int
    headers: Headers = ()
    body: bytes = b""


class Session:
    """Questions to one endpoint. The connection is kept as long as the server keeps it, and always closed at the end."""

    __slots__ = ("_connection", "_dial", "_link", "_opened", "endpoint", "is_tls")

    def __init__(self, endpoint: Endpoint, *, dial: Dial, is_tls: bool) -> None:
        self.endpoint, self.is_tls = endpoint, is_tls
        self._dial = dial
        self._link: Link | None = None
        self._connection = h11.Connection(h11.CLIENT)
        self._opened = 0

    @property
    def host(self) -> str:
        """The Host header."""
        host = self.endpoint.name or self.endpoint.address
        host = f"[{host}]" if ":" in host else host
        usual = 443 if self.is_tls else 80
        return host if self.endpoint.port == usual else f"{host}:{self.endpoint.port}"

    @property
    def origin(self) -> str:
        """« https://www.exemple.fr »."""
        return f"{'https' if self.is_tls else 'http'}://{self.host}"

    async def get(self, path: str, *, most: int = PAGE_MOST, headers: Headers = ()) -> Answer:
        """The answer to GET `path`. Raises NotReached."""
        return await self.ask(Question(path, most, headers))

    async def ask(self, question: Question) -> Answer:
        """The answer to a question. Raises NotReached."""
        is_fresh = self._link is None
        try:
            return await self._in_time(question)
        except NotReached as fault:
            await self.close()
            # A kept connection may have been closed by the server between two questions: asked once again, anew.
            if is_fresh or fault.reach is not Reach.BROKEN:
                raise
        try:
            return await self._in_time(question)
        except NotReached:
            await self.close()
            raise

    async def _in_time(self, question: Question) -> Answer:
        """One question within the time of one exchange: the connection itself lives for many."""
        try:
            async with asyncio.timeout(self._dial.seconds + self._dial.connect_seconds):
                return await self._exchange(question)
        except TimeoutError:
            reason = "Le serveur n’a pas répondu avant la fin du délai."
            raise NotReached(Reach.SILENT, reason) from None

    async def _exchange(self, question: Question) -> Answer:
        link = await self._open()
        base = [
            ("Host", self.host),
            ("User-Agent", AGENT),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            *question.headers,
        ]
        if question.body:
            base.append(("Content-Length", str(len(question.body))))
        method = "POST" if question.body else "GET"
        try:
            request = h11.Request(method=method, target=question.path, headers=base)
            sent = self._connection.send(request) or b""
            sent += self._connection.send(h11.Data(question.body)) or b""
            sent += self._connection.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as fault:
            raise NotReached(Reach.BROKEN, "Adresse de page impossible à demander.") from fault
        await link.send(sent)
        reading = Reading(self._connection, question.most)
        while not reading.is_over:
            reading.feed(await link.receive())
        answer = reading.answer()
        # An answer that its end of connection ends leaves nothing to ask the next question over.
        await self._keep_or_close(reading.is_cut or reading.has_closed)
        return answer

    async def _open(self) -> Link:
        if self._link is not None:
            return self._link
        if self._opened >= CONNECTIONS_MOST:
            raise NotReached(
                Reach.STOPPED, "Le site ferme trop de connexions : questions arrêtées."
            )
        self._opened += 1
        link = await self._dial.open(
            self.endpoint.address,
            self.endpoint.port,
            seconds=EXCHANGES_LONG * self._dial.seconds,
            most_bytes=LINK_MOST,
        )
        self._link = link
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADERS_MOST)
        if self.is_tls:
            await link.start_tls(any_tls(), self.endpoint.name)
        return link

    async def _keep_or_close(self, is_spent: bool) -> None:
        mine, theirs = self._connection.our_state, self._connection.their_state
        if is_spent or mine is not h11.DONE or theirs is not h11.DONE:
            await self.close()
        else:
            self._connection.start_next_cycle()

    def beside(self, endpoint: Endpoint, is_tls: bool) -> "Session":
        """A session to another port of the same machine."""
        return Session(endpoint, dial=self._dial, is_tls=is_tls)

    async def close(self) -> None:
        """End the connection, if there is one."""
        link, self._link = self._link, None
        if link is not None:
            link.end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.close()
