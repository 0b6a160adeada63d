"""What every page has."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from rempart.web.core.navigation import entries
from rempart.web.core.scope import NOBODY


def page(request: HttpRequest) -> dict[str, Any]:
    """The nonce, the scope, the navigation, and whether all that is shown is invented."""
    scope = getattr(request, "scope", NOBODY)
    return {
        "csp_nonce": str(getattr(request, "csp_nonce", "")),
        "scope": scope,
        "is_demo": settings.DEMO,
        "navigation": entries(scope, request.path),
    }
