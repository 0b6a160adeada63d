"""The import of a framework in a real browser."""

from pathlib import Path

import pytest
from pytest_django import Settings

from rempart.render.assessment.library import ciso_library
from rempart.web.apps.frameworks.models import StoredFramework
from support.frameworks import a_framework
from web.conftest import Cast
from web.e2e.conftest import Look, PageAs


@pytest.fixture(autouse=True)
def _files_are_elsewhere(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_a_framework_is_read_shown_and_put_in_place(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    library = ciso_library(a_framework("region_53"))
    page = page_as("rose", "/referentiels/importer/")
    axe_clean(page)
    page.get_by_label("Fichier du référentiel").set_input_files(
        {"name": "essai.yaml", "mimeType": "application/yaml", "buffer": library}
    )
    page.get_by_role("button", name="Lire ce fichier").click()
    page.get_by_text("Ce que ce fichier apporte").wait_for()
    axe_clean(page)
    shoot(page, "referentiel-apercu")
    assert not StoredFramework.objects.exists()
    page.get_by_role("button", name="Mettre en place").click()
    page.get_by_text("est en place.").wait_for()
    axe_clean(page)
    page.goto("/referentiels/")
    axe_clean(page)
    shoot(page, "referentiels")
    assert StoredFramework.objects.get().region == "53"
