"""How the account library is bent to our rules."""

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from rempart.web.apps.accounts import mails
from rempart.web.apps.accounts.sealing import seal, unseal

SAID: Final[dict[str, tuple[str, str]]] = {
    "password_reset_key": ("choisir un nouveau mot de passe", ""),
    "password_reset": (
        "mot de passe changé",
        "Votre mot de passe a été changé par le lien d’un message.",
    ),
    "password_changed": ("mot de passe changé", "Votre mot de passe a été changé."),
    "password_set": ("mot de passe choisi", "Un mot de passe a été donné à votre compte."),
    "totp_activated": (
        "application ajoutée",
        "Une application d’authentification protège votre compte.",
    ),
    "totp_deactivated": ("application retirée", "L’application d’authentification a été retirée."),
    "webauthn_added": ("clé ajoutée", "Une clé a été ajoutée à votre compte."),
    "webauthn_removed": ("clé retirée", "Une clé a été retirée de votre compte."),
    "recovery_codes_generated": ("codes de secours", "De nouveaux codes de secours ont été faits."),
    "account_connected": (
        "identité reliée",
        "Une identité professionnelle a été reliée à votre compte.",
    ),
    "account_disconnected": (
        "identité retirée",
        "Une identité professionnelle a été retirée de votre compte.",
    ),
}
"""Message of the library → our subject, and our sentence; without one, the message has a template of its own."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Nobody opens an account without an invitation; messages go through our jobs."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: an invitation opens an account."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the message now, in our words, and queue it sealed: it may hold a link that opens an account."""
        name = template_prefix.rsplit("/", 1)[-1]
        subject, sentence = SAID[name]
        template = "notice" if sentence else name
        text = render_to_string(f"accounts/mail/{template}.txt", context | {"sentence": sentence})
        mails.account_message(email, f"Rempart : {subject}", text)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account."""
        return reverse("account")


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Second factors: their secrets are sealed in the database."""

    def encrypt(self, text: str) -> str:
        """The secret as the database keeps it."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        return unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        """What the application of the person calls us."""
        return "Rempart"
