"""What a collection aims at, and how: the address, the account, the protection of the conversation."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rempart.kernel.errors import UnreadableSource

DEFAULT_PORTS: Final = {"ldap": 389, "ldaps": 636}


class Auth(StrEnum):
    """How the account proves itself."""

    SIMPLE = "simple"
    NTLM = "ntlm"
    KERBEROS = "kerberos"


class Protection(StrEnum):
    """What keeps the conversation from being read or altered on the way."""

    LDAPS = "ldaps"
    STARTTLS = "starttls"
    SEALED = (
        "sealed"  # messages encrypted by Kerberos or NTLM, as Windows does without certificates
    )
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Target:
    """A domain controller and the account that reads it. Nothing here is written to the collection but the host."""

    host: str
    port: int
    protection: Protection
    auth: Auth = Auth.SIMPLE
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    insecure: bool = False  # accept any certificate
    timeout: float = 60.0  # seconds without a whole answer
    rate: int = 0  # entries a second at most; 0: no limit
    server_name: str = (
        ""  # name in the certificate and in the Kerberos ticket, when it is not `host`
    )
    sysvol: bool = True  # read the SYSVOL share of the same host
    smb_port: int = 445
    page: int = 1000  # entries an answer; 1000 is the most that Active Directory gives by default

    @property
    def name(self) -> str:
        """The name by which the server must prove itself."""
        return self.server_name or self.host

    @property
    def url(self) -> str:
        """The address as a person writes it."""
        scheme = "ldaps" if self.protection is Protection.LDAPS else "ldap"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


def parse_url(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of `ldap://host[:port]` or `ldaps://host[:port]`. Raises `UnreadableSource`."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        scheme, host, port = "", "", None
    if scheme not in DEFAULT_PORTS or not host or parts.path.strip("/") or parts.username:
        raise UnreadableSource(
            f"« {url} » n’est pas une adresse de contrôleur de domaine.",
            expected="Une adresse s’écrit ldaps://dc1.exemple.fr ou ldap://dc1.exemple.fr:389.",
            todo="Donnez le compte avec --user, jamais dans l’adresse.",
        )
    return scheme, host, port or DEFAULT_PORTS[scheme]


def protection_of(scheme: str, auth: Auth, *, clear: bool) -> Protection:
    """The protection that an address and the user's choices give. Raises `UnreadableSource` when they do not agree.

    A simple bind goes under TLS, by `ldaps` or by StartTLS; `clear` sends its password unprotected, which only a
    person may decide. Kerberos and NTLM seal their messages on `ldap`, and are refused under TLS by controllers.
    """
    if auth is Auth.SIMPLE:
        if scheme == "ldaps":
            return Protection.LDAPS
        return Protection.CLEAR if clear else Protection.STARTTLS
    if scheme == "ldaps":
        raise UnreadableSource(
            f"--auth {auth} ne s’emploie pas avec ldaps://.",
            expected="Kerberos et NTLM scellent eux-mêmes les échanges, sans certificat, sur le port 389.",
            todo="Utilisez ldap:// avec cette méthode, ou --auth simple avec ldaps://.",
        )
    return Protection.SEALED
