"""The pages of the account library that we open, under French addresses and each with its policy.

Its other pages (signing up, changing an address, codes by mail) are not routed: nobody reaches them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from django.http import HttpResponseBase
from django.urls import URLPattern, path, re_path

from rempart.web.core.policy import public, signed_in
from rempart.web.core.sessions import written_together

Page = Callable[..., HttpResponseBase]


def _page(view: Page, mark: Callable[[Page], Page]) -> Page:
    """The view of the library, with a policy of ours."""

    @wraps(view)
    def page(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    return mark(page)


def _public(route: str, view: Page, name: str) -> URLPattern:
    return path(route, _page(view, public), name=name)


def _signed_in(route: str, view: Page, name: str) -> URLPattern:
    return path(route, _page(view, signed_in), name=name)


ENTRANCE = [
    _public("connexion/", account.login, "account_login"),
    _public("deconnexion/", account.logout, "account_logout"),
    _public("ferme/", account.account_inactive, "account_inactive"),
    _public("mot-de-passe/oublie/", account.password_reset, "account_reset_password"),
    _public("mot-de-passe/envoye/", account.password_reset_done, "account_reset_password_done"),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        _page(written_together(account.password_reset_from_key), public),
        name="account_reset_password_from_key",
    ),
    _public(
        "mot-de-passe/change/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    _public("second-facteur/verifier/", mfa.authenticate, "mfa_authenticate"),
    _public("cles/connexion/", keys.login_webauthn, "mfa_login_webauthn"),
    _public("identites/annule/", social.login_cancelled, "socialaccount_login_cancelled"),
    _public("identites/erreur/", social.login_error, "socialaccount_login_error"),
]

OWN = [
    _signed_in(
        "mot-de-passe/", written_together(account.password_change), "account_change_password"
    ),
    _signed_in(
        "mot-de-passe/choisir/", written_together(account.password_set), "account_set_password"
    ),
    _signed_in("confirmer/", account.reauthenticate, "account_reauthenticate"),
    _signed_in("second-facteur/", mfa.index, "mfa_index"),
    _signed_in("second-facteur/confirmer/", mfa.reauthenticate, "mfa_reauthenticate"),
    _signed_in("application/activer/", totp.activate_totp, "mfa_activate_totp"),
    _signed_in("application/retirer/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _signed_in("codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _signed_in("codes/nouveaux/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _signed_in("codes/telecharger/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    _signed_in("cles/", keys.list_webauthn, "mfa_list_webauthn"),
    _signed_in("cles/ajouter/", keys.add_webauthn, "mfa_add_webauthn"),
    _signed_in("cles/confirmer/", keys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    _signed_in("cles/<int:pk>/retirer/", keys.remove_webauthn, "mfa_remove_webauthn"),
    _signed_in("cles/<int:pk>/renommer/", keys.edit_webauthn, "mfa_edit_webauthn"),
    _signed_in("identites/", social.connections, "socialaccount_connections"),
]
