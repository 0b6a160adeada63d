"""Every page that a person can reach by following links, a page for each route."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

LEFT_OUT = ("account_logout",)
"""Following it would end the walk."""
LIBRARIES = ("api-", "openid", "socialaccount_login")


@dataclass(frozen=True, slots=True)
class Reached:
    """A page: the route that answers, its address, what it said."""

    route: str
    address: str
    html: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href and "download" not in dict(attrs):
            self.found.append(href)


def route_of(address: str) -> str:
    """The name of the route of an address, or nothing."""
    try:
        return resolve(urlsplit(address).path).view_name or ""
    except Resolver404:
        return ""


def pages(client: Client, *starts: str) -> list[Reached]:
    """Follow the links from these addresses; each route is opened once, a page that is not HTML is left out."""
    todo, seen, found = list(starts), set[str](), []
    while todo:
        address = todo.pop(0)
        route = route_of(address)
        if not route or route in seen or route in LEFT_OUT or route.startswith(LIBRARIES):
            continue
        answer = client.get(address, follow=True)
        if answer.redirect_chain:
            address = str(answer.redirect_chain[-1][0])
        seen |= {route, route_of(address)}
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        html = answer.content.decode("utf-8")
        found.append(Reached(route_of(address), address, html))
        reader = _Links()
        reader.feed(html)
        todo += [link for href in reader.found if (link := _inside(address, href))]
    return found


def _inside(address: str, href: str) -> str:
    target = urlsplit(urljoin(f"http://testserver{address}", href))
    if target.netloc != "testserver" or target.scheme != "http":
        return ""
    return f"{target.path}?{target.query}" if target.query else target.path


def routes() -> Iterator[str]:
    """The names of our own routes."""
    yield from _named(get_resolver().url_patterns)


def _named(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace is None:
                yield from _named(pattern.url_patterns)
        elif pattern.name and pattern.callback.__module__.startswith("rempart."):
            yield pattern.name
