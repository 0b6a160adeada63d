"""Proving who we are: simple bind, or Kerberos and NTLM carried by SPNEGO (GSS-SPNEGO, MS-ADTS 5.1.1.1.2).

Under TLS the exchange is tied to the certificate (channel binding) and does not seal; without TLS every message is
sealed with the session key. A domain controller refuses both at once.
"""

from typing import Final, Protocol

import spnego
import spnego.exceptions
from spnego.channel_bindings import GssChannelBindings

from rempart.engines.directory.collect.target import Auth, Target
from rempart.engines.directory.collect.transport import Transport, TransportError, channel_binding
from rempart.kernel.errors import UnreadableSource

MECHANISM: Final = "GSS-SPNEGO"


class Context(Protocol):
    """A security context: what `spnego.client` gives."""

    @property
    def complete(self) -> bool:
        """Whether both sides are satisfied."""

    def step(self, in_token: bytes | None = None) -> bytes | None:
        """Our next token for the other's."""


def context_of(target: Target, transport: Transport) -> spnego.ContextProxy:
    """The context that authenticates `target.user`. Raises `UnreadableSource` where the mechanism is missing."""
    if transport.tls and target.auth is Auth.NTLM:
        # pyspnego and Samba disagree on the session key of an NTLM exchange that does not sign.
        raise UnreadableSource(
            "NTLM ne s’emploie pas sous TLS.",
            expected="NTLM scelle lui-même les échanges, sur le port 389.",
            todo="Utilisez ldap:// sans --start-tls avec NTLM, ou --auth simple avec ldaps://.",
        )
    certificate = transport.certificate()
    bindings = (
        GssChannelBindings(application_data=channel_binding(certificate)) if certificate else None
    )
    request = spnego.ContextReq.mutual_auth
    if not transport.tls:
        request |= (
            spnego.ContextReq.integrity
            | spnego.ContextReq.confidentiality
            | spnego.ContextReq.replay_detect
            | spnego.ContextReq.sequence_detect
        )
    try:
        return spnego.client(
            target.user or None,
            target.password or None,
            hostname=target.name,
            service="ldap",
            channel_bindings=bindings,
            context_req=request,
            protocol=target.auth.value,
        )
    except (ImportError, spnego.exceptions.SpnegoError) as error:
        raise UnreadableSource(
            f"L’authentification {target.auth} n’est pas possible ici ({_first_line(error)}).",
            todo=_advice(target),
        ) from error


def step(context: Context, token: bytes | None, target: Target) -> bytes:
    """Our next token. Raises `UnreadableSource` with what the mechanism says."""
    try:
        return context.step(token) or b""
    except (spnego.exceptions.SpnegoError, ValueError) as error:
        raise UnreadableSource(
            f"L’authentification {target.auth} a échoué ({_first_line(error)}).",
            todo=_advice(target),
        ) from error


def seal(context: spnego.ContextProxy, transport: Transport) -> None:
    """Seal the rest of the conversation with the session key of `context`."""

    def wrap(data: bytes) -> bytes:
        return context.wrap(data).data

    def unwrap(data: bytes) -> bytes:
        try:
            return context.unwrap(data).data
        except spnego.exceptions.SpnegoError as error:
            raise TransportError("Un message scellé du serveur n’est pas authentique.") from error

    transport.seal_with(wrap, unwrap)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip() or type(error).__name__


def _advice(target: Target) -> str:
    if target.auth is Auth.KERBEROS:
        return (
            "Vérifiez que le serveur est désigné par son nom complet, que l’heure du poste est juste et qu’un ticket "
            "existe (kinit) ou que le mot de passe est donné ; sinon, essayez --auth ntlm ou --auth simple."
        )
    return "Vérifiez le compte (DOMAINE\\compte ou compte@domaine) et le mot de passe, ou essayez --auth simple."
