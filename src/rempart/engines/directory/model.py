"""One directory (or several, merged) as columns: object i is row i of every array.

The model is the same whatever was read (SharpHound, LDIF, ORADAD, live LDAP): readers fill a
`rempart.engines.directory.builder.Builder`, checks and graph read a `Directory`. What a source did not give
is *unknown*, never a default: see `Fact`, `UNKNOWN` and `Directory.uac_known`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.policies import PolicyFiles
from rempart.engines.directory.rights import Right

UNKNOWN: Final = -1
"""In a column: the source did not give the value."""
NEVER: Final = 0
"""In a date column: the source says that it never happened."""


class Kind(IntEnum):
    """What a row is. Kinds up to ISSUANCE_POLICY are the nodes of BloodHound CE; the others are read from LDAP."""

    UNKNOWN = 0  # a SID met in a descriptor or a membership, and never described
    USER = 1
    COMPUTER = 2
    GROUP = 3
    DOMAIN = 4
    OU = 5
    CONTAINER = 6
    GPO = 7
    CERT_TEMPLATE = 8
    ENTERPRISE_CA = 9
    ROOT_CA = 10
    AIA_CA = 11
    NTAUTH_STORE = 12
    ISSUANCE_POLICY = 13
    SITE = 20
    SERVER = 21  # objectClass server, under a site
    NTDS_SETTINGS = 22  # nTDSDSA, nTDSDSARO
    TRUST = 23  # trustedDomain
    DNS_ZONE = 24
    PASSWORD_SETTINGS = 25
    SCHEMA_OBJECT = 26  # classSchema, attributeSchema
    NAMING_CONTEXT = 27  # root of configuration, schema or an application partition
    CROSS_REF = 28
    KDS_ROOT_KEY = 29
    SECRET = 30  # BCKUPKEY_* (DPAPI)
    DFSR = 31  # msDFSR-* and nTFRS*
    DISPLAY_SPECIFIER = 32
    AUTHN_SILO = 33
    AUTHN_POLICY = 34
    OTHER = 99


class Managed(IntEnum):
    """Column `managed`: what kind of managed service account a USER row is."""

    NO = 0
    SMSA = 1
    GMSA = 2
    DMSA = 3


class Uac(IntEnum):
    """Bits of userAccountControl (MS-ADTS 2.2.16)."""

    DISABLED = 0x2
    PASSWORD_NOT_REQUIRED = 0x20
    REVERSIBLE_PASSWORD = 0x80
    NORMAL_ACCOUNT = 0x200
    INTERDOMAIN_TRUST_ACCOUNT = 0x800
    WORKSTATION_ACCOUNT = 0x1000
    SERVER_TRUST_ACCOUNT = 0x2000
    DONT_EXPIRE_PASSWORD = 0x10000
    SMARTCARD_REQUIRED = 0x40000
    TRUSTED_FOR_DELEGATION = 0x80000
    NOT_DELEGATED = 0x100000
    USE_DES_KEY_ONLY = 0x200000
    DONT_REQUIRE_PREAUTH = 0x400000
    TRUSTED_TO_AUTH_FOR_DELEGATION = 0x1000000
    PARTIAL_SECRETS_ACCOUNT = 0x4000000  # RODC


UAC_ALL: Final = 0x7FFFFFFF


class Fact(StrEnum):
    """What a source is able to say. A check names the facts it needs; a missing one gives NOT_MEASURED.

    The French label of each fact is in `content/reference/directory_facts.yaml`.
    """

    ACCOUNTS = "accounts"  # users, computers and groups are listed
    MEMBERS = "members"  # group members, and primary groups
    UAC = "uac"  # every bit of userAccountControl
    UAC_COMMON = "uac_common"  # disabled, never expires, no pre-auth, delegation, not required
    PASSWORD_DATES = "password_dates"
    LOGON_DATES = "logon_dates"
    CREATION_DATES = "creation_dates"
    ADMIN_COUNT = "admin_count"
    PRIMARY_GROUP = "primary_group"
    SID_HISTORY = "sid_history"
    SPN = "spn"
    ENCRYPTION_TYPES = "encryption_types"
    DELEGATION = "delegation"  # msDS-AllowedToDelegateTo and -AllowedToActOnBehalfOfOtherIdentity
    OPERATING_SYSTEM = "operating_system"
    DESCRIPTION = "description"
    LAPS = "laps"
    KEY_CREDENTIALS = "key_credentials"
    ALT_SECURITY_IDENTITIES = "alt_security_identities"
    DOMAIN_POLICY = "domain_policy"  # minPwdLength, maxPwdAge, pwdProperties of the domain root
    MACHINE_QUOTA = "machine_quota"
    SMARTCARD_EXPIRY = "smartcard_expiry"
    FUNCTIONAL_LEVEL = "functional_level"  # domain
    FOREST_LEVEL = "forest_level"
    DSHEURISTICS = "dsheuristics"
    TRUSTS = "trusts"  # with their raw attributes
    TRUST_TGT_DELEGATION = "trust_tgt_delegation"
    PASSWORD_SETTINGS = "password_settings"  # PSO
    ACL = "acl"  # rights on users, computers, groups, OUs, GPOs, domains
    OWNERS = "owners"
    DESCRIPTORS = "descriptors"  # raw descriptors: deny ACE, protection, exact masks
    ACL_PKI = "acl_pki"
    ACL_CONFIGURATION = "acl_configuration"
    ACL_SCHEMA = "acl_schema"
    ACL_DNS_PARTITIONS = "acl_dns_partitions"
    PKI = "pki"  # templates and certification authorities
    PKI_CERTIFICATES = "pki_certificates"  # the certificates themselves
    CA_REGISTRY = "ca_registry"  # EDITF flags, CA security, enrolment endpoints: read on the CA
    GPO_LINKS = "gpo_links"
    CONFIGURATION = "configuration"  # objects of the configuration partition
    SCHEMA = "schema"
    DNS_ZONES = "dns_zones"
    DFSR = "dfsr"
    RODC = "rodc"  # RODC attributes (revealed users, lists)
    SILOS = "silos"
    SESSIONS = "sessions"
    LOCAL_GROUPS = "local_groups"
    HOST_SECURITY = "host_security"  # SMB signing, LDAP signing, WebClient, spooler: seen by the collector on hosts
    SYSVOL = "sysvol"
    SYSVOL_DESCRIPTORS = "sysvol_descriptors"


class Relation(StrEnum):
    """A plain relation between two rows, as the source states it; the graph derives its edges from these."""

    MEMBER = "member"  # account or group → group (explicit member only)
    ALLOWED_TO_DELEGATE = "allowed_to_delegate"  # account → computer behind the SPN
    ALLOWED_TO_ACT = "allowed_to_act"  # principal → computer or account that trusts it (RBCD)
    SID_HISTORY = "sid_history"  # account → principal whose SID it also carries
    GP_LINK = "gp_link"  # GPO → OU, domain or site
    GP_LINK_ENFORCED = "gp_link_enforced"  # the subset that is enforced
    SESSION = "session"  # computer → user logged on there
    LOCAL_ADMIN = "local_admin"  # principal → computer
    LOCAL_RDP = "local_rdp"
    LOCAL_DCOM = "local_dcom"
    LOCAL_PSREMOTE = "local_psremote"
    DUMP_SMSA = "dump_smsa"  # computer → standalone managed account
    PUBLISHED = "published"  # certificate template → enterprise CA
    HOSTS_CA = "hosts_ca"  # computer → enterprise CA
    OID_GROUP_LINK = "oid_group_link"  # issuance policy → group
    MANAGED_BY = "managed_by"  # object → its manager
    RODC_REVEALED = "rodc_revealed"  # RODC computer → account whose secret it holds
    RODC_REVEAL_ON_DEMAND = "rodc_reveal_on_demand"  # RODC computer → principal
    RODC_NEVER_REVEAL = "rodc_never_reveal"  # RODC computer → principal
    KRBTGT_LINK = "krbtgt_link"  # RODC computer → its krbtgt_N account
    SERVER_REFERENCE = "server_reference"  # server object of a site → DC computer
    PSO_APPLIES_TO = "pso_applies_to"  # password settings object → user or group
    SILO_MEMBER = "silo_member"  # account → authentication policy silo
    DMSA_PREDECESSOR = "dmsa_predecessor"  # dMSA → account it supersedes


@dataclass(slots=True, frozen=True)
class Pairs:
    """A relation as two aligned int32 arrays of rows."""

    src: NDArray[np.int32]
    dst: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.src)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self.src.tolist(), self.dst.tolist(), strict=True))

    def of(self, src: int) -> list[int]:
        """The destination rows of one source row."""
        return [int(x) for x in self.dst[self.src == src]]

    def to(self, dst: int) -> list[int]:
        """The source rows of one destination row."""
        return [int(x) for x in self.src[self.dst == dst]]


NO_PAIRS: Final = Pairs(np.empty(0, np.int32), np.empty(0, np.int32))


@dataclass(slots=True, frozen=True)
class Acls:
    """Access lists, each distinct one once: real directories repeat a descriptor 40 to 60 times.

    `of[i]` is the list of row i (-1: not read). List k holds entries start[k]:start[k+1] of `principal` (row),
    `right` (`Right`) and `inherited`. Ownership is the entry `Right.Owns`. `protected[i]` is SE_DACL_PROTECTED
    of row i (1, 0, or -1 not read).
    """

    of: NDArray[np.int32]
    start: NDArray[np.int64]
    principal: NDArray[np.int32]
    right: NDArray[np.uint8]
    inherited: NDArray[np.bool_]
    protected: NDArray[np.int8]

    def entries(self, row: int) -> list[tuple[int, Right, bool]]:
        """(principal row, right, inherited) of one row; empty when the list was not read."""
        k = int(self.of[row])
        if k < 0:
            return []
        a, b = int(self.start[k]), int(self.start[k + 1])
        return [
            (int(p), Right(int(r)), bool(i))
            for p, r, i in zip(
                self.principal[a:b], self.right[a:b], self.inherited[a:b], strict=True
            )
        ]


@dataclass(slots=True, frozen=True)
class Trust:
    """A trust of `domain` (row) towards `partner`. `attributes` is trustAttributes (MS-ADTS 6.1.6.7.9) or None."""

    domain: int
    partner: str  # DNS name, lower case
    partner_sid: str
    inbound: bool
    outbound: bool
    trust_type: int | None
    attributes: int | None
    row: int = UNKNOWN  # row of the trustedDomain object, when it was read

    # Bits of trustAttributes.
    NON_TRANSITIVE = 0x1
    QUARANTINED = 0x4  # SID filtering of an external trust
    FOREST_TRANSITIVE = 0x8
    WITHIN_FOREST = 0x20
    TREAT_AS_EXTERNAL = 0x40  # SID history enabled on a forest trust
    ENABLE_TGT_DELEGATION = 0x800

    def bit(self, mask: int) -> bool | None:
        """Whether a bit of trustAttributes is set; None when the source did not give them."""
        return None if self.attributes is None else bool(self.attributes & mask)


@dataclass(slots=True, frozen=True)
class SourceFile:
    """A file that was read: name shown to the user, size in bytes, SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(slots=True, frozen=True)
class Source:
    """One collection: its format (French label), its files, the collector and the date it states (Unix seconds)."""

    format: str
    files: tuple[SourceFile, ...]
    collector: str = ""
    collected_at: int | None = None


@dataclass(slots=True, eq=False, weakref_slot=True)
class Directory:
    """A directory as columns; see the module's text. Dates are Unix seconds (UTC), int64. One is equal to itself only, so
    that what was computed of it can be remembered."""

    sources: tuple[Source, ...]
    facts: frozenset[Fact]
    ids: list[str]  # SID, or GUID in upper case
    names: list[str]  # NAME@DOMAIN as BloodHound writes it
    dns: list[str]  # distinguished names, "" when unknown
    kind: NDArray[np.int8]
    domain: NDArray[np.int32]  # row of the DOMAIN object, or UNKNOWN
    parent: NDArray[np.int32]  # row of the container, or UNKNOWN
    rid: NDArray[np.int64]  # last sub-authority of the SID, or UNKNOWN
    uac: NDArray[np.int32]
    uac_known: NDArray[np.int32]  # mask of the bits of `uac` that the source gave
    password_set: NDArray[np.int64]
    last_logon: NDArray[np.int64]  # lastLogonTimestamp
    created: NDArray[np.int64]
    admin_count: NDArray[np.int8]
    primary_group_rid: NDArray[np.int64]
    encryption_types: NDArray[
        np.int32
    ]  # msDS-SupportedEncryptionTypes; 0 when the attribute is empty
    managed: NDArray[np.int8]
    relations: dict[Relation, Pairs]
    acls: Acls
    trusts: tuple[Trust, ...]
    # Sparse attributes: lower-case LDAP name → row → values as text. SIDs and GUIDs in their usual text,
    # other binary values in hexadecimal, booleans TRUE or FALSE.
    attributes: dict[str, dict[int, list[str]]]
    # Owner as stated, before any reading of rights; UNKNOWN when not read.
    owner: NDArray[np.int32]
    blobs: dict[str, dict[int, list[bytes]]] = field(default_factory=dict)  # cacertificate, …
    sysvol: dict[str, PolicyFiles] = field(default_factory=dict)  # by policies.policy_key
    index: dict[str, int] = field(default_factory=dict)  # id → row
    stated_edges: tuple[tuple[int, str, int], ...] = ()  # OpenGraph: source row, kind, target row

    def __len__(self) -> int:
        return len(self.ids)

    def has(self, *facts: Fact) -> bool:
        """Whether every fact is known."""
        return self.facts.issuperset(facts)

    def rows(self, *kinds: Kind) -> NDArray[np.int64]:
        """Rows of these kinds, in order."""
        return np.flatnonzero(np.isin(self.kind, np.array(kinds, np.int8)))

    def flag(self, bit: int) -> NDArray[np.bool_]:
        """Rows known to have this bit of userAccountControl."""
        mask: NDArray[np.bool_] = ((self.uac & self.uac_known) & bit) != 0
        return mask

    def enabled(self) -> NDArray[np.bool_]:
        """Users and computers not known to be disabled."""
        account = (self.kind == Kind.USER) | (self.kind == Kind.COMPUTER)
        mask: NDArray[np.bool_] = account & ~self.flag(Uac.DISABLED)
        return mask

    def pairs(self, relation: Relation) -> Pairs:
        """A relation, empty when the source has none."""
        return self.relations.get(relation, NO_PAIRS)

    def values(self, row: int, attribute: str) -> list[str]:
        """Values of a sparse attribute (lower-case LDAP name) of a row."""
        return self.attributes.get(attribute, {}).get(row, [])

    def value(self, row: int, attribute: str) -> str | None:
        """First value of a sparse attribute, or None."""
        found = self.values(row, attribute)
        return found[0] if found else None

    def integer(self, row: int, attribute: str) -> int | None:
        """First value of a sparse attribute as an integer, or None when absent or not a number."""
        text = self.value(row, attribute)
        try:
            return int(text) if text is not None else None
        except ValueError:
            return None

    def of_class(self, *classes: str) -> list[int]:
        """Rows whose objectClass holds one of these lower-case names (LDAP sources only)."""
        wanted = set(classes)
        return [
            row
            for row, values in self.attributes.get("objectclass", {}).items()
            if wanted.intersection(v.lower() for v in values)
        ]

    def label(self, row: int) -> str:
        """What a person calls the row."""
        return self.names[row] or self.dns[row] or self.ids[row]

    def labels(self, rows: Iterable[int]) -> list[str]:
        """Labels of several rows."""
        return [self.label(int(row)) for row in rows]
