"""Fixtures: a weak domain controller, and the same one mended."""

from collections.abc import Iterator

import pytest

from support.samba import Controller, running


@pytest.fixture(scope="session")
def weak_controller() -> Iterator[Controller]:
    """A domain controller with every weakness of `samba_seed`."""
    with running("weak") as controller:
        yield controller


@pytest.fixture(scope="session")
def mended_controller() -> Iterator[Controller]:
    """The same directory, after an administrator mended it."""
    with running("mended") as controller:
        yield controller
