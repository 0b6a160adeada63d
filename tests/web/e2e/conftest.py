"""Pages in a real browser: a live server, the cast signed in, and what every page must hold to.

`page_as("alice")` gives a page signed in as someone of the cast, or as nobody (None). A test that has used it fails when
the console of the browser said anything at all: a script error, a file that is not found, a line of the content security
policy. `axe_clean(page)` looks at the page in light, in dark and at 390 pixels. `shoot(page, "nom")` keeps a screenshot
for the user guide when REMPART_SCREENSHOTS=1.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from support.parts import LOOPBACK

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PICTURES = Path(__file__).parents[3] / "docs" / "images" / "ecrans"
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}

CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
LOUD = ("error", "warning", "log", "info")

PageAs = Callable[..., Page]
Look = Callable[..., None]

# The browser's driver keeps an event loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test of this folder drives a browser on loopback, over rows that another thread must see."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for mark in ("e2e", "slow"):
                item.add_marker(mark)
            item.add_marker(pytest.mark.needs("chromium"))
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def page_as(browser: Browser, live_server: LiveServer, cast: object) -> Iterator[PageAs]:
    """Open pages as people of the cast; at the end, the consoles must have said nothing."""
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def opened(name: str | None, path: str = "", **options: object) -> Page:
        context = browser.new_context(
            **(
                {
                    "viewport": WIDE,
                    "locale": "fr-FR",
                    "reduced_motion": "reduce",
                    "base_url": live_server.url,
                }
                | options
            )  # type: ignore[arg-type]
        )
        contexts.append(context)
        if name:
            client = Client()
            client.force_login(getattr(cast, name))
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
        page = context.new_page()
        page.set_default_timeout(10_000)
        # A refused form answers 422, which the browser says too.
        page.on(
            "console",
            lambda m: "status of 422" in m.text or heard.append(f"{m.type}: {m.text}"),
        )
        page.on("pageerror", lambda e: heard.append(str(e)))
        if path:
            page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def _faults(page: Page, rules: dict[str, object]) -> list[str]:
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]


@pytest.fixture
def axe_clean() -> Look:
    """No rule of axe broken, and nothing wider than the screen, in light, in dark and at 390 pixels."""

    def look(page: Page) -> None:
        # A click that leads elsewhere returns once the next page is announced: it may not have a root yet.
        page.wait_for_load_state("load")
        before = page.viewport_size
        # Of all the rules, only those of contrast depend on the scheme.
        looks = (("light", WIDE, RULES), ("dark", WIDE, CONTRAST), ("light", NARROW, RULES))
        for scheme, size, rules in looks:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert _faults(page, rules) == [], (scheme, size)
            wide = page.locator("html").evaluate("e => e.scrollWidth")
            assert wide <= size["width"], f"{wide} px wide on a screen of {size['width']}"
        page.emulate_media(color_scheme="light")
        if before:
            page.set_viewport_size(before)

    return look


@pytest.fixture
def shoot() -> Look:
    """Keep a screenshot for the guide: `shoot(page, "portefeuille")` writes portefeuille.png when it is asked for."""

    def kept(page: Page, name: str, *, narrow: bool = False) -> None:
        if os.environ.get("REMPART_SCREENSHOTS") != "1":
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        page.set_viewport_size(NARROW if narrow else WIDE)  # type: ignore[arg-type]
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
        if before:
            page.set_viewport_size(before)

    return kept
