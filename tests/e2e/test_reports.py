"""The pages in a real browser: accessible, quiet, narrow, by keyboard, and whole without script."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from rempart.engines.directory.report import Comparison, Difference
from rempart.engines.exposure.compare import compare as compare_exposures
from rempart.render.exposure import comparison as exposure_comparison, page as exposure_page
from rempart.render.html import compare, directory
from support import exposure_reports, reports

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.needs("chromium")]

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def comparison() -> str:
    """The page of two reports, with something in each state."""
    items = zip(reports.controls(), ("mended", "still_there", "new"), strict=False)
    found = [Difference(c.id, c.title, ref, s) for c, s in items for ref in c.objects]
    return compare.page(
        Comparison(
            "2026-01-01",
            "2026-11-14",
            reports.level(1),
            reports.level(2),
            found,
            no_longer_measured=["vuln_x"],
        )  # fmt: skip
    )


PAGES: dict[str, Callable[[], str]] = {
    "sample": lambda: directory.page(reports.sample()),
    "clean": lambda: directory.page(reports.clean()),
    "unmeasured": lambda: directory.page(reports.unmeasured()),
    "hostile": lambda: directory.page(reports.hostile()),
    "group": lambda: directory.page(reports.group()),
    "comparison": comparison,
    "exposure": lambda: exposure_page.page(exposure_reports.sample()),
    "exposure-clean": lambda: exposure_page.page(exposure_reports.clean()),
    "exposure-hostile": lambda: exposure_page.page(exposure_reports.hostile()),
    "exposure-comparison": lambda: exposure_comparison.page(
        compare_exposures(exposure_reports.clean(), exposure_reports.sample())
    ),
}


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Open a page of `PAGES`; also gives what its console says, content security policy included."""
    contexts = []

    def opened(name: str, **options: object) -> tuple[Page, list[str]]:
        path = tmp_path / f"{name}.html"
        path.write_text(PAGES[name](), encoding="utf-8")
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page, heard = context.new_page(), []
        page.on("console", lambda m: heard.append(m.text))
        page.on("pageerror", lambda e: heard.append(str(e)))
        page.on("request", lambda r: heard.append(r.url) if r.url != path.as_uri() else None)
        page.goto(path.as_uri())
        return page, heard

    yield opened
    for context in contexts:
        context.close()


Show = Callable[..., tuple[Page, list[str]]]


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        *((name, "light") for name in PAGES),
        ("sample", "dark"),
        ("comparison", "dark"),
        ("exposure", "dark"),
    ],
)
def test_axe_finds_nothing(show: Show, name: str, scheme: str) -> None:
    # axe is injected as a script, which our policy forbids: it is set aside for this test alone.
    page, _ = show(name, viewport=WIDE, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_telephone_never_scrolls_the_page_sideways(show: Show, name: str) -> None:
    page, _ = show(name, viewport=NARROW)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", PAGES)
def test_the_console_stays_silent_and_nothing_is_fetched(show: Show, name: str) -> None:
    _, heard = show(name, viewport=WIDE)
    assert heard == []


def test_the_report_reads_without_script(show: Show) -> None:
    page, _ = show("sample", viewport=WIDE, java_script_enabled=False)
    assert page.locator("[data-rp-tools]").first.is_hidden()
    page.locator("#vuln_krbtgt > summary").click()
    assert page.locator("#vuln_krbtgt").get_by_text("inchangé depuis 1 530 jours").is_visible()


def test_search_keeps_what_matches_and_counts_it(show: Show) -> None:
    page, _ = show("sample", viewport=WIDE)
    page.locator("#echecs [data-rp-search]").fill("KRBTGT")
    assert page.locator("#vuln_krbtgt").is_visible()
    assert page.locator("#vuln_protected_users").is_hidden()
    assert page.locator("#echecs [data-rp-count]").inner_text() == "1 sur 4"


def test_a_level_can_be_picked(show: Show) -> None:
    page, _ = show("sample", viewport=WIDE)
    page.locator("#echecs [data-rp-pick]").select_option("3")
    assert page.locator("#vuln_protected_users").is_visible()
    assert page.locator("#vuln_krbtgt").is_hidden()


def test_a_column_sorts_by_number_both_ways(show: Show) -> None:
    page, _ = show("sample", viewport=WIDE)
    table = page.locator("#chemins table[data-rp-sort]")
    heading = table.get_by_role("button", name="Comptes dont")
    first = table.locator("tbody tr").first.locator("td").last
    heading.click()
    assert first.inner_text() == "31"
    heading.click()
    assert first.inner_text() == "43"
    assert table.locator("th[aria-sort=descending]").count() == 1


def test_the_keyboard_reaches_the_content_and_opens_a_control(show: Show) -> None:
    page, _ = show("sample", viewport=WIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    page.locator("#vuln_krbtgt > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#vuln_krbtgt .control-body").is_visible()


def test_a_link_to_a_control_opens_it(show: Show) -> None:
    page, _ = show("sample", viewport=WIDE)
    page.locator("#priorites a[href='#vuln_krbtgt']").click()
    page.locator("#vuln_krbtgt .control-body").wait_for(state="visible", timeout=2000)


def test_the_narrow_drawing_replaces_the_wide_one(show: Show) -> None:
    page, _ = show("sample", viewport=NARROW)
    assert page.locator("svg.narrow").first.is_visible()
    assert page.locator("svg.wide").first.is_hidden()


def test_the_page_prints(show: Show) -> None:
    page, _ = show("sample", viewport=WIDE)
    assert page.pdf(format="A4").startswith(b"%PDF")
