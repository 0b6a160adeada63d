"""Imports made by a test, in two steps as people make them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from rempart.kernel.progress import Silent
from rempart.web.apps.establishments import importing
from rempart.web.apps.establishments.models import RegistryImport

Compared = Callable[..., RegistryImport]
DAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def own_data(settings: Settings, tmp_path: Path) -> None:
    """Stored files go to a folder of the test."""
    settings.DATA = tmp_path / "data"


@pytest.fixture
def compared(db: None) -> Compared:
    """`compared(path, …)`: an import of these files, compared and not written."""

    def compare(*paths: Path) -> RegistryImport:
        given = [(path.name, [path.read_bytes()]) for path in paths]
        made = importing.give_files(given=given, by=None)
        importing.compare(registry_import=made, observer=Silent())
        return made

    return compare


@pytest.fixture
def imported(compared: Compared) -> Compared:
    """`imported(path, …)`: the same, written."""

    def write(*paths: Path, closures: bool = True) -> RegistryImport:
        made = compared(*paths)
        importing.write(
            registry_import=made, by=None, observer=Silent(), today=DAY, closures_accepted=closures
        )
        return made

    return write
