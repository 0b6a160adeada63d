"""Set-Cookie headers, without the values of the cookies."""

import re
from typing import Final

from rempart.engines.exposure.seen.http import Cookie

COOKIES_MOST: Final = 50
_SESSION: Final = re.compile(
    r"sess|sid$|^sid|auth|token|login|jwt|^connect\.|phpsessid|jsessionid|asp\.net_sessionid|cadata|svpn|dsid|ticket",
    re.IGNORECASE,
)
_NOT_SESSION: Final = re.compile(r"csrf|xsrf", re.IGNORECASE)


def read_cookies(headers: list[str]) -> list[Cookie]:
    """One cookie for each header that sets one; the value is dropped at once, for it may open a session."""
    found = []
    for header in headers[:COOKIES_MOST]:
        first, *rest = header.split(";")
        name, equal, value = first.partition("=")
        if not equal or not name.strip():
            continue
        flags = {}
        for part in rest[:20]:
            key, _, said = part.partition("=")
            flags[key.strip().lower()] = said.strip().lower()
        if _is_deletion(value, flags):
            continue
        found.append(
            Cookie(
                name=name.strip()[:100],
                is_secure="secure" in flags,
                is_http_only="httponly" in flags,
                same_site=flags.get("samesite", "")[:10],
                is_session=bool(_SESSION.search(name)) and not _NOT_SESSION.search(name),
            )
        )
    return found


def _is_deletion(value: str, flags: dict[str, str]) -> bool:
    """A header that removes a cookie sets nothing that can be stolen."""
    return (
        value.strip('" ').lower() in {"", "deleted", "deleteme"} or flags.get("max-age", "") == "0"
    )
