"""Going to an identity provider, and coming back from it."""

import time
from http import HTTPStatus
from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from requests import RequestException

from rempart.web.apps.accounts import oidc
from rempart.web.apps.accounts.second_factor import BY_PROVIDER
from rempart.web.core.policy import public

ID_TOKEN = "sso_id_token"  # noqa: S105  # the key of the session, not a secret
END_OF_SESSION = "sso_end_of_session"


class HealthAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the library has no types
    """Reads what the provider answers, and believes only what it can verify."""

    expected_nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider publishes; its issuer is the very address at which we asked."""
        found: dict[str, Any] = super().openid_config
        asked: str = self.get_provider().server_url
        if not asked.startswith(f"{found.get('issuer', '')}/.well-known/"):
            raise oidc.UntrustedAnswer(
                "Le fournisseur d’identité ne porte pas le nom attendu.", todo=oidc.AGAIN
            )
        return found

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The address that is declared to the provider: that of the installation, whatever the request says."""
        return settings.PUBLIC_URL + reverse("health_callback", args=[self.provider_id])

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """The identity, once everything that it rests on has been verified."""
        signed = str(kwargs["response"].get("id_token", ""))
        keys = self._get(self.openid_config["jwks_uri"]).json()
        claims = self._claims(signed, app, keys)
        oidc.check_nonce(claims, self.expected_nonce)
        oidc.check_strength(claims, app.settings.get("acr_allowed", ()))
        said = self._user_information(token.token, app, keys)
        oidc.check_same_person(claims, said)
        request.session[ID_TOKEN] = signed
        request.session[END_OF_SESSION] = self.openid_config.get("end_session_endpoint", "")
        request.session[BY_PROVIDER] = oidc.has_second_factor(
            claims, app.settings.get("acr_second_factor", ())
        )
        data = {"id_token": claims, "userinfo": said}
        return self.get_provider().sociallogin_from_response(request, data)

    def _user_information(self, token: str, app: Any, keys: dict[str, Any]) -> dict[str, Any]:
        answer = self._get(self.profile_url, {"Authorization": f"Bearer {token}"})
        if answer.headers.get("content-type", "").startswith("application/jwt"):
            return self._claims(answer.text, app, keys, needs_end=False)
        if app.settings.get("signed_userinfo"):
            raise oidc.UntrustedAnswer(
                "Le fournisseur d’identité n’a pas signé ce qu’il dit de vous.", todo=oidc.AGAIN
            )
        found = answer.json()
        return found if isinstance(found, dict) else {}

    def _claims(
        self, signed: str, app: Any, keys: dict[str, Any], *, needs_end: bool = True
    ) -> dict[str, Any]:
        return oidc.claims_of(
            signed,
            keys=keys,
            issuer=self.openid_config["issuer"],
            client=app.client_id,
            now=int(time.time()),
            needs_end=needs_end,
        )

    def _get(self, address: str, headers: dict[str, str] | None = None) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.get(address, headers=headers)
        if answer.status_code != HTTPStatus.OK:
            raise oidc.UntrustedAnswer(
                f"Le fournisseur d’identité répond une erreur ({answer.status_code}).",
                todo=oidc.AGAIN,
            )
        return answer


class HealthCallback(OAuth2CallbackView):  # type: ignore[misc]  # the library has no types
    """Coming back: the nonce that was sent is found with the state of this request."""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, Any]:
        state, answer = super()._get_state(request, provider)
        self.adapter.expected_nonce = (state or {}).get("nonce", "")
        return state, answer


def _through(kind: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    adapter = HealthAdapter(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist as absent:
        raise Http404 from absent
    try:
        answer: HttpResponse = kind.adapter_view(adapter)(request)
    except (RequestException, oidc.UntrustedAnswer) as fault:
        return render_authentication_error(request, provider, exception=fault)  # type: ignore[no-any-return]
    return answer


@public
@login_not_required  # type: ignore[untyped-decorator]
def go(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Go to the provider: a page that asks, then a POST."""
    return _through(OAuth2LoginView, request, provider_id)


@public
@login_not_required  # type: ignore[untyped-decorator]
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """What the provider answered."""
    return _through(HealthCallback, request, provider_id)
