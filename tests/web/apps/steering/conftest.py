"""The situations of the cast."""

import pytest

from rempart.web.apps.steering.actions import rebuild_situations
from web.conftest import Cast


@pytest.fixture
def situations(cast: Cast) -> Cast:
    """The cast, once its situations are written."""
    rebuild_situations()
    return cast
