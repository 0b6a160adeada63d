"""What an identity provider signed, verified: signature, issuer, audience, life, nonce, strength. No Django, no clock.

Sources: OpenID Connect Core 1.0, §3.1.3.7 (ID token) and §5.3.2 (user information, which may be signed); the
implementation notes of ProConnect (RS256 or ES256, signed user information, tokens of sixty seconds).
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from allauth.socialaccount.providers.base import ProviderException
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from rempart.web.core.errors import Refused

ALGORITHMS: Final = ("RS256", "ES256", "PS256")
"""Signatures by a key pair. `none`, and a signature by the shared secret, are refused."""

LEEWAY_SECONDS: Final = 30
AGAIN: Final = "Recommencez ; si cela continue, prévenez la personne qui exploite Rempart."


class UntrustedAnswer(Refused, ProviderException):  # type: ignore[misc]  # the library has no types
    """An identity provider answered something that its own rules, or ours, do not allow."""


def claims_of(
    token: str,
    *,
    keys: Mapping[str, Any],
    issuer: str,
    client: str,
    now: int,
    needs_end: bool = True,
) -> dict[str, Any]:
    """The claims of a signed token for this client; UntrustedAnswer when anything in it is not as it must be."""
    try:
        found = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client},
            exp={"essential": needs_end},
        )
        registry.validate(found.claims)
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise UntrustedAnswer(
            "La réponse signée du fournisseur d’identité n’est pas valable.", todo=AGAIN
        ) from fault
    audience = found.claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and found.claims.get("azp") != client:
        raise UntrustedAnswer("La réponse du fournisseur d’identité est pour un autre.", todo=AGAIN)
    return dict(found.claims)


def check_nonce(claims: Mapping[str, Any], expected: str) -> None:
    """The answer is to this very request: otherwise somebody replays another one."""
    if not expected or claims.get("nonce") != expected:
        raise UntrustedAnswer(
            "La réponse du fournisseur d’identité ne répond pas à cette demande.", todo=AGAIN
        )


def check_strength(claims: Mapping[str, Any], allowed: Collection[str]) -> None:
    """The provider authenticated the person at least as strongly as we ask."""
    if allowed and claims.get("acr") not in allowed:
        raise UntrustedAnswer(
            f"Le fournisseur d’identité annonce une authentification trop faible ({claims.get('acr', 'aucune')}).",
            expected=f"Attendu : {', '.join(sorted(allowed))}.",
            todo="Connectez-vous chez lui avec un moyen plus fort.",
        )


def check_same_person(claims: Mapping[str, Any], user_information: Mapping[str, Any]) -> None:
    """The user information is about the person whom the ID token names."""
    if not claims.get("sub") or user_information.get("sub") != claims["sub"]:
        raise UntrustedAnswer(
            "Le fournisseur d’identité a répondu pour une autre personne.", todo=AGAIN
        )


def has_second_factor(claims: Mapping[str, Any], strong: Collection[str]) -> bool:
    """Whether the provider says that the person gave two factors."""
    methods = claims.get("amr")
    return claims.get("acr") in strong or (isinstance(methods, list) and "mfa" in methods)


def kept(claims: Mapping[str, Any], user_information: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth keeping of an identity: who, at which employer, under which RPPS number; nothing more."""
    found = {
        "sub": claims["sub"],
        "email": user_information.get("email", ""),
        "siret": user_information.get("siret", ""),
        "rpps": rpps_of(user_information),
        "acr": claims.get("acr", ""),
    }
    return {key: value for key, value in found.items() if value}


def rpps_of(user_information: Mapping[str, Any]) -> str:
    """The RPPS number of a professional: Pro Santé Connect writes it after an 8, the kind of identifier."""
    number = str(user_information.get("SubjectNameID", ""))
    return number[1:] if len(number) == 12 and number.startswith("8") and number.isdigit() else ""
