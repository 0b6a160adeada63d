"""What a server that says no means, in French: result codes of LDAP and sub-codes of Active Directory."""

import re
import ssl
from typing import Final

from rempart.engines.directory.collect.messages import Result
from rempart.engines.directory.collect.target import Protection, Target
from rempart.kernel.errors import UnreadableSource

SUCCESS: Final = 0
REFERRAL: Final = 10
SASL_BIND_IN_PROGRESS: Final = 14

_CODES: Final = {
    1: "la session n’est pas authentifiée, ou le serveur a échoué (operationsError)",
    2: "échange mal compris par le serveur (protocolError)",
    3: "le serveur a dépassé son délai (timeLimitExceeded)",
    4: "le serveur limite le nombre de réponses (sizeLimitExceeded)",
    7: "méthode d’authentification non prise en charge (authMethodNotSupported)",
    8: "le serveur exige une connexion signée ou chiffrée (strongerAuthRequired)",
    10: "le serveur renvoie vers un autre (referral), qui n’est pas suivi",
    11: "limite administrative du serveur (adminLimitExceeded)",
    12: "contrôle non pris en charge (unavailableCriticalExtension)",
    32: "objet introuvable (noSuchObject)",
    49: "compte ou mot de passe refusé (invalidCredentials)",
    50: "droits insuffisants (insufficientAccessRights)",
    51: "serveur occupé (busy)",
    52: "serveur indisponible (unavailable)",
    53: "le serveur refuse la demande (unwillingToPerform)",
}

# Source: Windows error codes behind "data 52e" of AcceptSecurityContext (winerror.h).
_LOGON: Final = {
    "525": "ce compte n’existe pas",
    "52e": "mot de passe ou nom de compte incorrect",
    "530": "connexion interdite à cette heure",
    "531": "connexion interdite depuis ce poste",
    "532": "mot de passe expiré",
    "533": "compte désactivé",
    "701": "compte expiré",
    "773": "mot de passe à changer à la première connexion",
    "775": "compte verrouillé",
    "80090346": "le serveur exige la liaison au canal TLS (channel binding)",
}
_SUBCODE: Final = re.compile(r"(?:data |^)([0-9a-f]{3,8})\b", re.IGNORECASE)


class RefusedError(Exception):
    """The server answered a search by a result that is not success."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(explain(result))


def explain(result: Result) -> str:
    """One French sentence part for a result."""
    meaning = _CODES.get(result.code, f"résultat LDAP {result.code}")
    if result.code == 49:
        for code in _SUBCODE.findall(result.message):
            if detail := _LOGON.get(code.lower()):
                return f"{detail} (invalidCredentials)"
    return meaning


def bind_refused(target: Target, result: Result) -> UnreadableSource:
    """The error of a bind that the server refused."""
    todo = "Vérifiez le nom du compte (compte@domaine ou DOMAINE\\compte), son état et son mot de passe."
    if result.code == 8:
        todo = "Utilisez ldaps://, ou --auth kerberos ou ntlm, qui scellent les échanges sans certificat."
    elif result.code == 7:
        todo = "Essayez une autre méthode : --auth simple, ntlm ou kerberos."
    return UnreadableSource(f"{target.url} refuse la connexion : {explain(result)}.", todo=todo)


def unreachable(target: Target, error: Exception) -> UnreadableSource:
    """The error of a server that cannot be reached, or cannot be trusted."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreadableSource(
            f"Le certificat de {target.host} n’est pas reconnu : {error.verify_message}.",
            expected="Un certificat valable, émis par une autorité connue, au nom du serveur.",
            todo="Donnez l’autorité de l’établissement par --ca-file, et le nom complet du serveur ; "
            "à défaut, --insecure accepte n’importe quel certificat.",
        )
    if isinstance(error, ssl.SSLError):
        return UnreadableSource(
            f"La négociation TLS avec {target.url} a échoué ({getattr(error, 'reason', None) or error}).",
            todo="Vérifiez le port (636 pour ldaps://), ou utilisez ldap:// avec --auth kerberos ou ntlm.",
        )
    if isinstance(error, ConnectionRefusedError):
        found = f"{target.url} refuse la connexion : rien n’écoute sur ce port."
    elif isinstance(error, TimeoutError):
        found = f"{target.url} ne répond pas en {target.timeout:g} s."
    elif isinstance(error, OSError):
        found = f"{target.url} est injoignable ({error.strerror or error})."
    else:
        found = f"L’échange avec {target.url} s’est interrompu. {error}"
    hint = "389" if target.protection is not Protection.LDAPS else "636"
    return UnreadableSource(
        found, todo=f"Vérifiez le nom du serveur, le pare-feu et le port ({hint} par défaut)."
    )
