"""One small internet of names for all these tests."""

from collections.abc import Iterator

import pytest

from support.dns_world import World, running


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Servers of names and of mail, up once."""
    with running(tmp_path_factory.mktemp("names")) as found:
        yield found
