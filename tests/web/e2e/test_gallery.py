"""The components, as people meet them: every rule of axe, every width, the keyboard, no script."""

from playwright.sync_api import expect

from web.e2e.conftest import NARROW, Look, PageAs

GALLERY = "/_composants"


def test_the_gallery_breaks_no_rule_of_accessibility(page_as: PageAs, axe_clean: Look) -> None:
    page = page_as("rose", GALLERY)
    expect(page.get_by_role("heading", level=1)).to_have_text("Les composants des pages")
    axe_clean(page)


def test_the_first_stop_of_the_keyboard_is_the_link_to_the_content(page_as: PageAs) -> None:
    page = page_as("rose", GALLERY)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_unfolds_on_a_telephone_without_script(page_as: PageAs) -> None:
    page = page_as("rose", GALLERY, viewport=NARROW, java_script_enabled=False)
    links = page.get_by_role("navigation", name="Principale")
    expect(links).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(links).to_be_visible()


def test_a_map_draws_its_shapes_from_the_shared_file(page_as: PageAs) -> None:
    page = page_as("rose", GALLERY)
    box = page.locator("svg use[href$='#d29']").first.bounding_box()
    assert box is not None and box["width"] > 20


def test_the_error_summary_leads_to_the_field(page_as: PageAs) -> None:
    page = page_as("rose", GALLERY)
    page.get_by_role("alert").get_by_role("link", name="Échéance").click()
    assert page.url.endswith("#id_due_on")
    expect(page.get_by_label("Échéance")).to_have_attribute("aria-invalid", "true")
