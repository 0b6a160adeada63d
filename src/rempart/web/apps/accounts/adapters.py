"""How the account library is bent to our rules."""

from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import get_random_string

from rempart.web.apps.accounts import mails
from rempart.web.apps.accounts.actions import accept_invitation
from rempart.web.apps.accounts.models import User
from rempart.web.apps.accounts.provider_views import END_OF_SESSION, ID_TOKEN
from rempart.web.apps.accounts.queries import IN_SESSION, invitation_of
from rempart.web.core import sessions
from rempart.web.core.errors import Refused
from rempart.web.core.sealing import seal, unseal

STATE_LENGTH: Final = 43

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

    def set_password(self, user: Any, password: str) -> None:
        """Whoever had the former password, or stole it, is signed out: every session but this one ends."""
        super().set_password(user, password)
        sessions.close(user.pk, but=self.request.session.session_key)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """To the identity provider when one opened the session: its rules ask that it be closed there too."""
        end = request.session.get(END_OF_SESSION)
        signed = request.session.get(ID_TOKEN)
        if not end or not signed:
            return str(super().get_logout_redirect_url(request))
        query = {
            "id_token_hint": signed,
            "state": get_random_string(STATE_LENGTH),
            "post_logout_redirect_uri": settings.PUBLIC_URL + reverse("account_login"),
        }
        return f"{end}?{urlencode(query)}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account."""
        return reverse("account")


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library has no types
    """An identity signs in whom we know, or accepts an invitation; it never opens an account alone."""

    def generate_state_param(self, state: dict[str, Any]) -> str:
        """ProConnect refuses a state of less than 32 characters."""
        return get_random_string(STATE_LENGTH)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Closed: an invitation opens an account."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Recognise the person: by the identity itself, by an address that is vouched for, by an invitation."""
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        email = str(sociallogin.user.email or "").lower()
        is_vouched = bool(sociallogin.provider.app.settings.get("trusts_email"))
        known = User.objects.filter(email=email, is_active=True).first() if is_vouched else None
        user = known or self._invited(request, sociallogin, email if is_vouched else "")
        if user is None:
            context = {"provider": sociallogin.provider.name, "email": email}
            page = render(request, "socialaccount/unknown.html", context, status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, user)

    def _invited(self, request: HttpRequest, sociallogin: Any, email: str) -> User | None:
        """The account that the invitation of this session opens; the link was read by whoever has the mailbox."""
        opened = request.session.pop(IN_SESSION, None)
        if not opened:
            return None
        invitation = invitation_of(*opened)
        if email and email != invitation.email:
            raise Refused(
                f"Cette invitation est pour {invitation.email}, et le fournisseur d’identité dit {email}.",
                todo="Demandez une invitation à cette adresse, ou ouvrez le compte avec un mot de passe.",
            )
        names = sociallogin.user
        return accept_invitation(
            invitation=invitation,
            by=None,
            first_name=names.first_name[:80],
            last_name=names.last_name[:80],
        )


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Second factors: their secrets are sealed in the database."""

    def encrypt(self, text: str) -> str:
        """The secret as the database keeps it."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """What a new key is called until its owner says better."""
        return f"Clé {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"

    def get_totp_issuer(self) -> str:
        """What the application of the person calls us."""
        return "Rempart"
