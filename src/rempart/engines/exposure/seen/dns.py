"""What was seen of a zone: delegation, servers, records, DNSSEC."""

from msgspec import Struct

from rempart.engines.exposure.seen.common import Reach, Seen


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """Some records: texts as read. `is_known` false: nobody could say, `reason` (French) tells why."""

    is_known: bool = False
    values: list[str] = []
    reason: str = ""

    @property
    def is_absent(self) -> bool:
        """Whether it is a fact that there is none."""
        return self.is_known and not self.values


class ServerSeen(Struct, frozen=True, kw_only=True, gc=False):
    """One name server at one address. `reach` ANSWERED: it answered about this zone, well or badly."""

    name: str
    address: str = ""  # "" when the name leads to no address
    reach: Reach = Reach.ANSWERED
    reason: str = ""
    is_missing: bool = False  # the name certainly leads nowhere
    is_authoritative: bool = False
    rcode: int = 0
    serial: int = 0
    is_ours: bool = False  # in the perimeter: it may be asked more than a plain question
    transfer: str = ""  # "open", "closed", "" not asked
    transfer_records: int = 0
    transfer_reason: str = ""
    recursion: str = ""  # "open", "closed", "" not asked
    recursion_reason: str = ""


class DnssecSeen(Struct, frozen=True, kw_only=True, gc=False):
    """What the chain of trust says of the zone, and how it is signed."""

    state: str = "unknown"  # secure, insecure, bogus, unknown
    reason: str = ""
    algorithms: list[int] = []
    digests: list[int] = []  # kinds of the DS
    bits: list[int] = []  # sizes of the RSA keys
    expires_at: int = 0  # the first end of a signature, Unix seconds; 0 when unknown
    begins_at: int = 0  # the beginning of that same signature


class AliasSeen(Struct, frozen=True, kw_only=True, gc=False):
    """A name that is an alias, and where it leads. `state`: answers, missing, unknown."""

    name: str
    target: str
    state: str
    reason: str = ""
    is_free: bool = False  # the domain of the target is registered by nobody


class SoaSeen(Struct, frozen=True, kw_only=True, gc=False):
    """Start of authority, in seconds."""

    primary: str
    mailbox: str
    serial: int
    refresh: int
    retry: int
    expire: int
    minimum: int


class ZoneSeen(Seen, frozen=True, kw_only=True, gc=False, tag="zone"):
    """A zone and what its servers say. Lists of names are sorted."""

    domain: str
    is_missing: bool = False  # the domain certainly does not exist
    apex: str = ""  # the zone that holds it, when it is not a zone itself
    parent_servers: Fact = Fact()  # as the registry names them
    child_servers: Fact = Fact()  # as the zone names them
    servers: list[ServerSeen] = []
    soa: SoaSeen | None = None
    dnssec: DnssecSeen = DnssecSeen()
    caa: Fact = Fact()
    addresses: Fact = Fact()  # A of the domain
    six_addresses: Fact = Fact()  # AAAA of the domain
    wildcard: Fact = Fact()  # what answers for a name that nobody made
    aliases: list[AliasSeen] = []
    unread: list[str] = []  # names of which nobody could say whether they are aliases
    unread_reason: str = ""
    queries: int = 0

    @property
    def target(self) -> str:
        """The domain."""
        return self.domain
