"""What a server loads: it stays up for months on a small machine, and what is rarely needed comes when it is."""

import subprocess
import sys

import pytest

SERVER = """
import sys, django
django.setup()
from rempart.web.core import worker
worker.discover()
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules of a process that serves every page and takes every job."""
    done = subprocess.run(
        [sys.executable, "-c", SERVER], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", ["numpy", "scipy", "typst", "icalendar"])
def test_a_server_does_not_load_what_few_need(loaded: set[str], name: str) -> None:
    assert "rempart.web.config.urls" in loaded
    assert name not in loaded
