"""What every page has."""

from typing import Any

from django.http import HttpRequest

from rempart.web.core.navigation import entries
from rempart.web.core.scope import NOBODY


def page(request: HttpRequest) -> dict[str, Any]:
    """The nonce, the scope and the navigation."""
    scope = getattr(request, "scope", NOBODY)
    return {
        "csp_nonce": str(getattr(request, "csp_nonce", "")),
        "scope": scope,
        "navigation": entries(scope, request.path),
    }
