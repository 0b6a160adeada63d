"""What was seen of the TLS of one endpoint: versions, suites, groups, certificate chain.

A fact that was not established is None (or « unknown »), and `gaps` says why, in French, under the fact's name.
"""

from enum import StrEnum

from msgspec import Struct

from rempart.engines.exposure.seen.common import Endpoint, Seen


class VersionState(StrEnum):
    """What the server makes of one version."""

    OFFERED = "offered"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # no answer that says either


class VersionSeen(Struct, frozen=True, kw_only=True, gc=False):
    """One version: SSLv2, SSLv3, TLSv1.0 to TLSv1.3. `suites` are registered names, in the order of the server's choice."""

    version: str
    state: VersionState
    suites: list[str] = []
    is_complete: bool = True  # false when the list of suites was cut short, with `reason`
    has_server_order: bool | None = (
        None  # whether the server imposes its order; None with one suite
    )
    reason: str = ""


class CertificateSeen(Struct, frozen=True, kw_only=True, gc=False):
    """One certificate, as sent. Instants are Unix seconds (UTC); `names` and `addresses` those of subjectAltName."""

    subject: str
    issuer: str
    not_before: int
    not_after: int
    sha256: str = ""
    serial: str = ""
    names: list[str] = []
    addresses: list[str] = []
    common_name: str = ""
    key_kind: str = ""  # rsa, ec, ed25519, ed448, dsa, or the OID of what is not known
    key_bits: int = 0
    curve: str = ""
    signature_hash: str = ""  # md5, sha1, sha256…; "" for those that need none (Ed25519)
    is_authority: bool = False
    is_self_signed: bool = False
    key_usages: list[str] | None = None  # None: no such extension
    extended_usages: list[str] | None = None
    crl_urls: list[str] = []
    ocsp_urls: list[str] = []
    issuer_urls: list[str] = []
    timestamps: int = 0  # signed certificate timestamps (transparency) inside
    must_staple: bool = False


class Trust(StrEnum):
    """Where a chain leads."""

    TRUSTED = "trusted"
    SELF_SIGNED = "self_signed"  # the server's certificate signs itself, and is in no store
    UNKNOWN_ROOT = "unknown_root"  # leads to a root that the store lacks
    INCOMPLETE = "incomplete"  # an issuer is neither sent nor in the store
    BROKEN = "broken"  # a signature does not hold


class ChainSeen(Struct, frozen=True, kw_only=True, gc=False):
    """The certificates that the server sends for one kind of key, its own first, and where they lead."""

    certificates: list[CertificateSeen]
    trust: Trust | None = None  # None without a store
    store: str = ""  # the store that it was held against
    in_order: bool = True
    sends_root: bool = False
    has_staple: bool | None = None
    reason: str = ""


class TlsSeen(Seen, frozen=True, kw_only=True, gc=False, tag="tls"):
    """The TLS of one endpoint, possibly after STARTTLS."""

    endpoint: Endpoint
    starttls: str = (
        ""  # smtp, imap, pop3, ftp, ldap, rdp, postgres, mysql…; "" for TLS from the first byte
    )
    versions: list[VersionSeen] = []
    groups: list[str] | None = None  # named groups accepted, in the server's order
    weak_groups: list[str] | None = None  # curves under 112 bits accepted before TLS 1.3
    dh_bits: int | None = None  # smallest prime seen in a Diffie-Hellman exchange
    has_compression: bool | None = None
    has_secure_renegotiation: bool | None = None
    accepts_client_renegotiation: bool | None = None
    has_extended_master_secret: bool | None = None
    refuses_downgrade: bool | None = None  # the fallback SCSV of RFC 7507
    ticket_seconds: int | None = None  # longest lifetime of a session ticket; 0 without tickets
    early_data_bytes: int | None = None  # most data taken before the handshake ends; 0 when refused
    alpn: str = ""
    handshake_timestamps: int = 0  # signed certificate timestamps outside the certificate
    chains: list[ChainSeen] = []
    connections: int = 0
    gaps: dict[str, str] = {}

    @property
    def target(self) -> str:
        """The endpoint."""
        return self.endpoint.label

    def version(self, name: str) -> VersionSeen | None:
        """What was seen of one version, None when it was not asked."""
        return next((v for v in self.versions if v.version == name), None)

    @property
    def offered(self) -> list[VersionSeen]:
        """The versions that the server speaks, the oldest first."""
        return [v for v in self.versions if v.state == VersionState.OFFERED]
