"""What the server runs."""

import os
from typing import Any

import django
from django.core.handlers.asgi import ASGIHandler, ASGIRequest

from rempart.web.core.bounds import Bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.web.config.settings.prod")


class Request(ASGIRequest):
    """A request whose `scope` is free for ours: Django reads the protocol's once more, for the scheme."""

    def __init__(self, scope: dict[str, Any], body_file: Any) -> None:
        super().__init__(scope, body_file)
        self._protocol_scheme = scope.get("scheme") or "http"

    def _get_scheme(self) -> str:
        return str(self._protocol_scheme)


class Handler(ASGIHandler):
    """Django's, with that request."""

    request_class = Request


django.setup(set_prefix=False)
application = Bounded(Handler())
