"""The request of the server."""

import io

import pytest

from rempart.web.config.asgi import Request
from rempart.web.core.scope import NOBODY


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_our_scope_does_not_hide_the_scheme_of_the_request(scheme: str) -> None:
    headers = [(b"host", b"testserver")]
    asked = {"type": "http", "method": "GET", "path": "/x", "headers": headers, "scheme": scheme}
    request = Request(asked, io.BytesIO())
    request.scope = NOBODY  # type: ignore[assignment]
    assert request.build_absolute_uri() == f"{scheme}://testserver/x"
