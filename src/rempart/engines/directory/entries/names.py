"""How objects and principals are called: BloodHound's NAME@DOMAIN, and the names of well-known SIDs."""

from typing import Final

from rempart.engines.directory.entries.values import rdn_value
from rempart.engines.directory.model import Kind

WELL_KNOWN: Final[dict[str, tuple[str, Kind]]] = {
    "S-1-0-0": ("NULL AUTHORITY", Kind.USER),
    "S-1-1-0": ("EVERYONE", Kind.GROUP),
    "S-1-3-0": ("CREATOR OWNER", Kind.USER),
    "S-1-3-1": ("CREATOR GROUP", Kind.GROUP),
    "S-1-3-4": ("OWNER RIGHTS", Kind.GROUP),
    "S-1-5-1": ("DIALUP", Kind.GROUP),
    "S-1-5-2": ("NETWORK", Kind.GROUP),
    "S-1-5-3": ("BATCH", Kind.GROUP),
    "S-1-5-4": ("INTERACTIVE", Kind.GROUP),
    "S-1-5-6": ("SERVICE", Kind.GROUP),
    "S-1-5-7": ("ANONYMOUS LOGON", Kind.USER),
    "S-1-5-8": ("PROXY", Kind.GROUP),
    "S-1-5-9": ("ENTERPRISE DOMAIN CONTROLLERS", Kind.GROUP),
    "S-1-5-10": ("PRINCIPAL SELF", Kind.USER),
    "S-1-5-11": ("AUTHENTICATED USERS", Kind.GROUP),
    "S-1-5-12": ("RESTRICTED CODE", Kind.GROUP),
    "S-1-5-13": ("TERMINAL SERVER USERS", Kind.GROUP),
    "S-1-5-14": ("REMOTE INTERACTIVE LOGON", Kind.GROUP),
    "S-1-5-15": ("THIS ORGANIZATION", Kind.GROUP),
    "S-1-5-17": ("IUSR", Kind.USER),
    "S-1-5-18": ("LOCAL SYSTEM", Kind.USER),
    "S-1-5-19": ("LOCAL SERVICE", Kind.USER),
    "S-1-5-20": ("NETWORK SERVICE", Kind.USER),
    "S-1-5-64-10": ("NTLM AUTHENTICATION", Kind.GROUP),
    "S-1-5-64-14": ("SCHANNEL AUTHENTICATION", Kind.GROUP),
    "S-1-5-64-21": ("DIGEST AUTHENTICATION", Kind.GROUP),
    "S-1-5-65-1": ("THIS ORGANIZATION CERTIFICATE", Kind.GROUP),
    "S-1-5-1000": ("OTHER ORGANIZATION", Kind.GROUP),
    "S-1-5-32-544": ("ADMINISTRATORS", Kind.GROUP),
    "S-1-5-32-545": ("USERS", Kind.GROUP),
    "S-1-5-32-546": ("GUESTS", Kind.GROUP),
    "S-1-5-32-547": ("POWER USERS", Kind.GROUP),
    "S-1-5-32-548": ("ACCOUNT OPERATORS", Kind.GROUP),
    "S-1-5-32-549": ("SERVER OPERATORS", Kind.GROUP),
    "S-1-5-32-550": ("PRINT OPERATORS", Kind.GROUP),
    "S-1-5-32-551": ("BACKUP OPERATORS", Kind.GROUP),
    "S-1-5-32-552": ("REPLICATOR", Kind.GROUP),
    "S-1-5-32-554": ("PRE-WINDOWS 2000 COMPATIBLE ACCESS", Kind.GROUP),
    "S-1-5-32-555": ("REMOTE DESKTOP USERS", Kind.GROUP),
    "S-1-5-32-556": ("NETWORK CONFIGURATION OPERATORS", Kind.GROUP),
    "S-1-5-32-557": ("INCOMING FOREST TRUST BUILDERS", Kind.GROUP),
    "S-1-5-32-558": ("PERFORMANCE MONITOR USERS", Kind.GROUP),
    "S-1-5-32-559": ("PERFORMANCE LOG USERS", Kind.GROUP),
    "S-1-5-32-560": ("WINDOWS AUTHORIZATION ACCESS GROUP", Kind.GROUP),
    "S-1-5-32-561": ("TERMINAL SERVER LICENSE SERVERS", Kind.GROUP),
    "S-1-5-32-562": ("DISTRIBUTED COM USERS", Kind.GROUP),
    "S-1-5-32-568": ("IIS_IUSRS", Kind.GROUP),
    "S-1-5-32-569": ("CRYPTOGRAPHIC OPERATORS", Kind.GROUP),
    "S-1-5-32-573": ("EVENT LOG READERS", Kind.GROUP),
    "S-1-5-32-574": ("CERTIFICATE SERVICE DCOM ACCESS", Kind.GROUP),
    "S-1-5-32-575": ("RDS REMOTE ACCESS SERVERS", Kind.GROUP),
    "S-1-5-32-576": ("RDS ENDPOINT SERVERS", Kind.GROUP),
    "S-1-5-32-577": ("RDS MANAGEMENT SERVERS", Kind.GROUP),
    "S-1-5-32-578": ("HYPER-V ADMINISTRATORS", Kind.GROUP),
    "S-1-5-32-579": ("ACCESS CONTROL ASSISTANCE OPERATORS", Kind.GROUP),
    "S-1-5-32-580": ("REMOTE MANAGEMENT USERS", Kind.GROUP),
    "S-1-5-32-581": ("SYSTEM MANAGED ACCOUNTS GROUP", Kind.GROUP),
    "S-1-5-32-582": ("STORAGE REPLICA ADMINISTRATORS", Kind.GROUP),
    "S-1-5-32-583": ("DEVICE OWNERS", Kind.GROUP),
    "S-1-18-1": ("AUTHENTICATION AUTHORITY ASSERTED IDENTITY", Kind.GROUP),
    "S-1-18-2": ("SERVICE ASSERTED IDENTITY", Kind.GROUP),
}
"""English names of well-known SIDs (MS-DTYP 2.4.2.4), which sources give in the language of the server or not."""


def object_name(kind: Kind, dn: str, account: str, host: str, display: str, domain: str) -> str:
    """The name that BloodHound gives: `account` is sAMAccountName, `host` dNSHostName, `domain` the DNS name."""
    domain = domain.upper()
    if kind == Kind.DOMAIN:
        return domain
    if kind == Kind.COMPUTER:
        if host:
            return host.upper()
        return f"{(account or rdn_value(dn)).removesuffix('$')}.{domain}".upper()
    if kind == Kind.GPO:
        return f"{(display or rdn_value(dn)).upper()}@{domain}"
    return f"{(account or rdn_value(dn)).upper()}@{domain}"
