"""Kerberos and NTLM, carried by SPNEGO (GSS-SPNEGO, MS-ADTS 5.1.1.1.2): they prove who we are, then seal every message.

They are used without TLS, since a domain controller refuses to be sealed twice: no certificate is needed, and there is
no TLS channel to bind to. NTLM, and Kerberos on Windows, are pyspnego's; elsewhere Kerberos is the system's library.
"""

import sys
from typing import Final, Protocol

import spnego
import spnego.exceptions

from rempart.engines.directory.collect.gssapi import GssContext, GssError
from rempart.engines.directory.collect.target import Auth, Target
from rempart.engines.directory.collect.transport import Transport, TransportError
from rempart.kernel.errors import UnreadableSource

MECHANISM: Final = "GSS-SPNEGO"

_SEALED: Final = (
    spnego.ContextReq.mutual_auth
    | spnego.ContextReq.integrity
    | spnego.ContextReq.confidentiality
    | spnego.ContextReq.replay_detect
    | spnego.ContextReq.sequence_detect
)
_REFUSALS = (GssError, spnego.exceptions.SpnegoError, ImportError, ValueError)


class Context(Protocol):
    """A security context on our side of the exchange."""

    @property
    def complete(self) -> bool:
        """Whether both sides are satisfied."""

    def step(self, in_token: bytes | None = None) -> bytes | None:
        """Our next token for the other's."""

    def wrap(self, data: bytes) -> bytes:
        """`data` sealed."""

    def unwrap(self, data: bytes) -> bytes:
        """`data` opened and verified."""

    def close(self) -> None:
        """Give back what the context holds."""


class _Spnego:
    """A context of pyspnego."""

    def __init__(self, target: Target) -> None:
        self._context = spnego.client(
            target.user or None,
            target.password or None,
            hostname=target.name,
            service="ldap",
            context_req=_SEALED,
            # NTLM inside SPNEGO, as the mechanism's name asks, rather than bare.
            protocol="kerberos" if target.auth is Auth.KERBEROS else "negotiate",
        )

    @property
    def complete(self) -> bool:
        return self._context.complete

    def step(self, in_token: bytes | None = None) -> bytes | None:
        return self._context.step(in_token)

    def wrap(self, data: bytes) -> bytes:
        return self._context.wrap(data).data

    def unwrap(self, data: bytes) -> bytes:
        return self._context.unwrap(data).data

    def close(self) -> None:
        """Nothing is held outside Python."""


def context_of(target: Target) -> Context:
    """The context that authenticates `target.user`. Raises `UnreadableSource` where the mechanism is missing."""
    try:
        if target.auth is Auth.KERBEROS and sys.platform != "win32":
            return GssContext(f"ldap@{target.name}", target.user, target.password)
        return _Spnego(target)
    except _REFUSALS as error:
        raise _refused(target, error) from error


def step(context: Context, token: bytes | None, target: Target) -> bytes:
    """Our next token. Raises `UnreadableSource` with what the mechanism says."""
    try:
        return context.step(token) or b""
    except _REFUSALS as error:
        raise _refused(target, error) from error


def seal(context: Context, transport: Transport) -> None:
    """Seal the rest of the conversation with the session key of `context`."""

    def unwrap(data: bytes) -> bytes:
        try:
            return context.unwrap(data)
        except _REFUSALS as error:
            raise TransportError("Un message scellé du serveur n’est pas authentique.") from error

    transport.seal_with(context.wrap, unwrap)


def _refused(target: Target, error: Exception) -> UnreadableSource:
    said = str(error).partition("\n")[0].strip() or type(error).__name__
    todo = "Vérifiez le compte (DOMAINE\\compte ou compte@domaine) et le mot de passe, ou essayez --auth simple."
    if target.auth is Auth.KERBEROS:
        todo = (
            "Vérifiez que le serveur est désigné par son nom complet (ou --server-name), que l’heure du poste est juste "
            "et qu’un ticket existe (kinit) ou que le mot de passe est donné ; sinon, essayez --auth ntlm ou simple."
        )
    return UnreadableSource(f"L’authentification {target.auth} a échoué ({said}).", todo=todo)
