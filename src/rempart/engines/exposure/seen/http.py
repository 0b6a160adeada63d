"""What was seen of a web site: redirections, headers, cookies, pages that should not be there."""

from typing import Final

from msgspec import Struct

from rempart.engines.exposure.seen.common import Endpoint, Seen
from rempart.engines.exposure.seen.services import Product

PASSING: Final = frozenset({429, 502, 503, 504})
"""Errors of a moment: what is behind them does not show, and may be there again."""


class Step(Struct, frozen=True, kw_only=True, gc=False):
    """One answer on the way to the page: what was asked, and where it sends. `refused` (French) ends the way."""

    url: str
    status: int
    location: str = ""
    refused: str = ""


class Cookie(Struct, frozen=True, kw_only=True, gc=False):
    """A cookie that the site sets; its value is never kept."""

    name: str
    is_secure: bool = False
    is_http_only: bool = False
    same_site: str = ""  # strict, lax, none, or "" when not said
    is_session: bool = False  # it opens a session, by its name


class Script(Struct, frozen=True, kw_only=True, gc=False):
    """A script or a style sheet that a page takes from elsewhere."""

    url: str
    host: str
    integrity: str = ""
    is_clear: bool = False  # asked in clear by a page that came over TLS


class ExposedPage(Struct, frozen=True, kw_only=True, gc=False):
    """A page that should not answer: `id` is that of reference/exposure_paths.yaml."""

    id: str
    path: str
    status: int
    proof: str = ""  # what proves it, never a secret


class HttpSeen(Seen, frozen=True, kw_only=True, gc=False, tag="http"):
    """A web site at one endpoint. Header names are in lower case; `status` is that of the page at the end of the way."""

    endpoint: Endpoint
    is_tls: bool = False
    status: int = 0
    steps: list[Step] = []
    leaves_to: str = (
        ""  # « https://www.exemple.fr », another site to which this one sends, not followed
    )
    headers: dict[str, list[str]] = {}
    cookies: list[Cookie] = []
    title: str = ""
    page_type: str = ""  # media type of the page
    scripts: list[Script] = []
    mixed: list[str] = []  # addresses in clear that a page over TLS loads
    insecure_forms: list[str] = []  # forms with a password sent in clear
    has_password_field: bool = False
    cors: str = ""  # Access-Control-Allow-Origin given to an invented origin
    cors_credentials: bool = False
    favicon_sha256: str = ""
    libraries: list[Product] = []  # JavaScript libraries, by their usual name (jquery, bootstrap…)
    products: list[Product] = []
    details: dict[str, str] = {}  # netscaler_stamp, netscaler_vhash…
    exposed: list[ExposedPage] = []
    paths_asked: int = 0
    paths_reason: str = ""  # why the list of pages was not gone through, French; "" when it was
    page_bytes: int = 0
    is_cut: bool = False  # the page was not read to its end: too long, or compressed in a way that we do not know

    @property
    def target(self) -> str:
        """The endpoint."""
        return self.endpoint.label
