"""Fixture: servers of TLS on loopback, good and bad, for the whole session."""

from collections.abc import Iterator

import pytest

from support.tls_servers import Lab, running


@pytest.fixture(scope="session")
def tls_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Thirty servers, each with one fault, and a good one."""
    with running(tmp_path_factory.mktemp("tls")) as lab:
        yield lab
