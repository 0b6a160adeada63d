"""Installations of their own, which tests start as processes."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.installation import LIGHT, Installation

SERVER = os.environ.get("REMPART_TEST_DATABASE_URL", "")


@contextmanager
def empty_database(template: str = "template0") -> Iterator[str]:
    """A database on the server that the tests use, made after another one; "" for the embedded one."""
    if not SERVER:
        yield ""
        return
    import psycopg

    name = f"site_{secrets.token_hex(4)}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    yield f"{SERVER.rpartition('/')[0]}/{name}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def migrated(folder: Path, settings: str = "") -> Iterator[Installation]:
    """An installation whose tables are made."""
    folder.mkdir(parents=True)
    with empty_database() as address:
        made = Installation(folder, address, settings)
        done = made.rempart("migrate")
        assert done.returncode == 0, done.stderr
        yield made


@contextmanager
def copied(model: Installation, folder: Path) -> Iterator[Installation]:
    """The same installation again, for a test alone."""
    shutil.copytree(model.folder, folder)
    with empty_database(model.address.rpartition("/")[2] or "template0") as address:
        yield Installation(folder, address, model.environment["DJANGO_SETTINGS_MODULE"])


@pytest.fixture(scope="session")
def _light_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with migrated(tmp_path_factory.mktemp("light") / "data", LIGHT) as made:
        yield made


@pytest.fixture(scope="session")
def _whole_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with migrated(tmp_path_factory.mktemp("whole") / "data") as made:
        yield made


@pytest.fixture
def light_site(tmp_path: Path, _light_model: Installation) -> Iterator[Installation]:
    """An installation with the core alone, and two slow kinds of jobs."""
    with copied(_light_model, tmp_path / "data") as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, _whole_model: Installation) -> Iterator[Installation]:
    """A whole installation whose tables are made, and that nobody has used."""
    with copied(_whole_model, tmp_path / "data") as made:
        yield made


@pytest.fixture
def new_site(tmp_path: Path) -> Iterator[Installation]:
    """A whole installation that nobody has prepared."""
    (tmp_path / "new").mkdir()
    with empty_database() as address:
        yield Installation(tmp_path / "new", address)
