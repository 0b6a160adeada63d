"""A script that calls the API with the token of someone of the cast."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from rempart.web.api.models import ApiToken
from rempart.web.api.rules import digest_of, new_secret
from rempart.web.apps.accounts.models import User
from rempart.web.core.scope import Act

Script = Callable[..., Client]


def a_token(owner: User, *acts: Act, **fields: Any) -> str:
    """A token that can do everything that its owner can, or some acts only; gives its secret."""
    secret = new_secret()
    values: dict[str, Any] = {
        "name": "essai",
        "acts": sorted(acts or Act),
        "expires_at": timezone.now() + timedelta(days=1),
    } | fields
    ApiToken.objects.create(owner=owner, digest=digest_of(secret), start=secret[:12], **values)
    return secret


@pytest.fixture
def script(cast: Any) -> Script:
    """`script("alice")` calls as Alice; `script("alice", Act.SEE_ESTABLISHMENT)` with a narrower token."""

    def calling(name: str, *acts: Act, **fields: Any) -> Client:
        secret = a_token(getattr(cast, name), *acts, **fields)
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return calling
