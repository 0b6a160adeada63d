"""The identity providers of an installation, from its variables.

REMPART_PROCONNECT_DISCOVERY, REMPART_PROCONNECT_CLIENT_ID, REMPART_PROCONNECT_CLIENT_SECRET (or …_FILE), and the same
with PSC for Pro Santé Connect. Without a discovery address, the provider is not shown.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from rempart.web.config import env

# By the rules that each provider publishes. ProConnect refuses a request with any parameter that it does not name.
RULES: Final[dict[str, dict[str, Any]]] = {
    "PROCONNECT": {
        "name": "ProConnect",
        "scope": ["openid", "email", "given_name", "usual_name", "uid", "siret"],
        "acr_values": "eidas1",
        "claims": '{"id_token":{"amr":{"essential":true}}}',
        "signed_userinfo": True,
        "trusts_email": True,
        "oauth_pkce_enabled": False,
        "token_auth_method": "client_secret_post",
        "acr_second_factor": ["eidas2", "eidas3"],
    },
    "PSC": {
        "name": "Pro Santé Connect",
        "scope": ["openid", "scope_all"],
        "acr_values": "eidas1",
        "acr_allowed": ["eidas1", "eidas2", "eidas3"],
        "trusts_email": False,
        "oauth_pkce_enabled": True,
        "token_auth_method": "client_secret_post",
        # A card or its mobile twin, with a code: two factors by construction.
        "acr_second_factor": ["eidas1", "eidas2", "eidas3"],
    },
}
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def apps() -> list[dict[str, Any]]:
    """The providers that are configured, as the account library wants them."""
    found = []
    for key, rules in RULES.items():
        if discovery := env.text(f"REMPART_{key}_DISCOVERY", ""):
            _refuse_clear_text(key, discovery)
            own = rules | {"server_url": discovery}
            if allowed := env.words(f"REMPART_{key}_ACR_ALLOWED"):
                own["acr_allowed"] = allowed
            found.append(
                {
                    "provider_id": key.lower(),
                    "name": own.pop("name"),
                    "client_id": env.text(f"REMPART_{key}_CLIENT_ID"),
                    "secret": env.text(f"REMPART_{key}_CLIENT_SECRET"),
                    "settings": own,
                }
            )
    return found


def origins() -> list[str]:
    """Where a form of ours may lead: a browser that enforces our policy follows no other redirection."""
    found = env.words("REMPART_SSO_ORIGINS")
    for key in RULES:
        if discovery := env.text(f"REMPART_{key}_DISCOVERY", ""):
            parts = urlsplit(discovery)
            found.append(f"{parts.scheme}://{parts.netloc}")
    return sorted(set(found))


def _refuse_clear_text(key: str, discovery: str) -> None:
    parts = urlsplit(discovery)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise env.BadSetting(f"REMPART_{key}_DISCOVERY : attendu une adresse en https.")
    if "/.well-known/" not in discovery:
        raise env.BadSetting(
            f"REMPART_{key}_DISCOVERY : attendu l’adresse entière, avec « /.well-known/ »."
        )
