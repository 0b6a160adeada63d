"""How the account library is bent to our rules."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Nobody opens an account without an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: an invitation opens an account."""
        return False


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Second factors."""
