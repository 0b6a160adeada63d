"""The identity providers of the health sector, by the library's way of adding one (it looks for this module).

Its own OpenID provider fails ProConnect on three points: a state of 16 characters where 32 are asked, no nonce, and
user information that it reads as JSON where it is signed. It also takes parameters from the address of our page.
"""

from typing import Any

from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from rempart.web.apps.accounts.oidc import kept
from rempart.web.apps.accounts.provider_views import HealthAdapter

NONCE_LENGTH = 43


class HealthProvider(OpenIDConnectProvider):  # type: ignore[misc]  # the library has no types
    """ProConnect, Pro Santé Connect, or a regional provider, each by its settings."""

    id = "health"
    name = "Identité professionnelle"
    oauth2_adapter_class = HealthAdapter

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """What the settings say: nothing that the address of our page could add."""
        return {
            name: self.app.settings[name]
            for name in ("acr_values", "claims")
            if self.app.settings.get(name)
        }

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """What the settings say."""
        return list(self.get_scope())

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """Go to the provider, with a nonce that is kept with the state of this request and no other."""
        nonce = get_random_string(NONCE_LENGTH)
        params = (kwargs.pop("auth_params", None) or {}) | {"nonce": nonce}
        answer: HttpResponse = super().redirect(
            request, process, next_url, data, auth_params=params, nonce=nonce, **kwargs
        )
        return answer

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The subject: never an address, which changes hands."""
        return str(data["id_token"]["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """The little that is kept."""
        return kept(data["id_token"], data["userinfo"])

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Names and address, under the words of either provider."""
        said = data["userinfo"]
        return {
            "email": said.get("email"),
            "first_name": said.get("given_name", ""),
            "last_name": said.get("usual_name") or said.get("family_name", ""),
        }

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """None: an address said by a provider proves nothing here."""
        return []


provider_classes = [HealthProvider]
