"""What the HTML of a page tells: its title, what it loads from elsewhere, where it sends passwords.

Tags are found one after the other with bounded patterns: a page made to slow a parser down costs its length, no more.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from rempart.engines.exposure.seen.http import Script

TAGS_MOST: Final = 4000
KEPT_MOST: Final = 60
_TAG: Final = re.compile(
    r"<(script|link|form|input|img|iframe|audio|video|source|object|embed|meta|base|/form)\b([^<>]{0,4000})>",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(
    r"""([a-zA-Z-]{1,40})(?:\s{0,8}=\s{0,8}(?:"([^"]{0,3000})"|'([^']{0,3000})'|([^\s"'>]{1,3000})))?"""
)
_TITLE: Final = re.compile(r"<title[^<>]{0,200}>([^<]{0,600})", re.IGNORECASE)
_LOADS: Final = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "audio": "src",
    "video": "src",
    "source": "src",
    "embed": "src",
    "object": "data",
}
_STYLE_RELATIONS: Final = frozenset({"stylesheet", "preload", "modulepreload"})


@dataclass(slots=True)
class Page:
    """What was found in a page; addresses are whole, as the page would ask for them."""

    title: str = ""
    is_whole: bool = True  # every tag was looked at, every script kept
    icon: str = ""
    refresh: str = ""  # where a meta refresh sends
    scripts: list[Script] = field(default_factory=list)
    own_scripts: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    insecure_forms: list[str] = field(default_factory=list)
    has_password_field: bool = False


def read_page(text: str, url: str) -> Page:
    """The page found at `url`. Never raises: what cannot be understood is left out."""
    page = Page(title=_title(text))
    base, form = url, ""
    for number, tag in enumerate(_TAG.finditer(text)):
        if number >= TAGS_MOST:
            page.is_whole = False
            break
        name, attributes = tag[1].lower(), _attributes(tag[2])
        if name == "base":
            base = joined(base, attributes.get("href", ""))
        elif name == "form":
            form = joined(base, attributes.get("action", ""))
        elif name == "/form":
            form = ""
        elif name == "input":
            _input(page, attributes, form or url)
        elif name == "meta":
            _meta(page, attributes, base)
        elif name == "link":
            _link(page, attributes, base, url)
        elif source := attributes.get(_LOADS[name], ""):
            _loaded(page, name, joined(base, source), attributes, url)
    return page


def joined(base: str, path: str) -> str:
    """An address of a page, made whole; "" when it is none."""
    try:
        return urljoin(base, path.strip())[:3000]
    except ValueError:
        return ""


def split(url: str) -> SplitResult | None:
    """The parts of an address of the web, None when it is none."""
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        return None
    return None


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return " ".join(html.unescape(found[1]).split())[:200] if found else ""


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(text):
        value = attribute[2] or attribute[3] or attribute[4] or ""
        found.setdefault(attribute[1].lower(), html.unescape(value))
    return found


def _input(page: Page, attributes: dict[str, str], action: str) -> None:
    if attributes.get("type", "").lower() != "password":
        return
    page.has_password_field = True
    if action.startswith("http://") and len(page.insecure_forms) < KEPT_MOST:
        page.insecure_forms.append(action[:300])


def _meta(page: Page, attributes: dict[str, str], base: str) -> None:
    if attributes.get("http-equiv", "").lower() == "refresh":
        _, _, target = attributes.get("content", "").partition("=")
        page.refresh = joined(base, target.strip("'\" ")) if target else ""


def _link(page: Page, attributes: dict[str, str], base: str, url: str) -> None:
    relation = set(attributes.get("rel", "").lower().split())
    target = joined(base, attributes.get("href", ""))
    if "icon" in relation and not page.icon:
        page.icon = target
    elif relation & _STYLE_RELATIONS and target:
        _loaded(page, "link", target, attributes, url)


def _loaded(page: Page, name: str, target: str, attributes: dict[str, str], url: str) -> None:
    there, here = split(target), split(url)
    if there is None or here is None:
        return
    is_clear = here.scheme == "https" and there.scheme == "http"
    if is_clear and len(page.mixed) < KEPT_MOST:
        page.mixed.append(target[:300])
    if name not in {"script", "link"}:
        return
    if there.netloc == here.netloc:
        if name == "script" and len(page.own_scripts) < KEPT_MOST:
            page.own_scripts.append(target)
    elif len(page.scripts) >= KEPT_MOST:
        page.is_whole = False
    else:
        page.scripts.append(
            Script(
                url=target[:300],
                host=there.hostname or "",
                integrity=attributes.get("integrity", "")[:200],
                is_clear=is_clear,
            )
        )
