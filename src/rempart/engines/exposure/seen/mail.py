"""What was seen of the mail of a domain: SPF, DKIM, DMARC, MTA-STS, TLS-RPT, DANE, servers."""

from msgspec import Struct

from rempart.engines.exposure.seen.common import Reach, Seen
from rempart.engines.exposure.seen.dns import Fact


class SpfSeen(Struct, frozen=True, kw_only=True, gc=False):
    """The SPF of a domain, followed to its end. `is_whole` false: some of it could not be read, `reason` tells why."""

    records: Fact = Fact()  # the texts that begin with v=spf1
    is_whole: bool = False
    reason: str = ""
    ending: str = (
        ""  # the qualifier of "all" that counts: "-", "~", "?", "+", "" when none is reached
    )
    lookups: int = 0  # terms that ask the DNS (RFC 7208 §4.6.4)
    void_lookups: int = 0  # those that found nothing
    faults: list[str] = []  # French: what makes it a permanent error
    includes: list[str] = []  # domains that it goes through, in order


class KeySeen(Struct, frozen=True, kw_only=True, gc=False):
    """A DKIM key."""

    selector: str
    kind: str = "rsa"
    bits: int = 0  # 0 when the key is not readable
    is_revoked: bool = False
    is_test: bool = False
    fault: str = ""


class DkimSeen(Struct, frozen=True, kw_only=True, gc=False):
    """DKIM. `is_none` : the zone proves that no key at all is published; else the selectors tried may not be the right ones."""

    keys: list[KeySeen] = []
    tried: list[str] = []
    missing: list[str] = []  # selectors that were given, and lead to no key
    is_none: bool = False
    reason: str = ""


class DmarcSeen(Struct, frozen=True, kw_only=True, gc=False):
    """The DMARC that applies: the domain's own, or that of the domain above (`found_at`)."""

    records: Fact = Fact()
    found_at: str = ""
    policy: str = ""
    sub_policy: str = ""
    percent: int = 100
    is_test: bool = False
    report_to: list[str] = []  # addresses of the aggregate reports
    refused_by: list[str] = []  # domains that do not say that they accept our reports
    unknown_at: list[str] = []  # domains that could not be asked
    faults: list[str] = []


class StsSeen(Struct, frozen=True, kw_only=True, gc=False):
    """MTA-STS: the record, and the policy fetched over HTTPS. `policy_reach` is that of the policy's host."""

    record: Fact = Fact()
    policy_reach: Reach = Reach.STOPPED
    policy_reason: str = ""
    mode: str = ""
    max_age: int = 0
    hosts: list[str] = []
    faults: list[str] = []


class ExchangerSeen(Struct, frozen=True, kw_only=True, gc=False):
    """A mail server of the domain, at one port of one address. `starttls`: offered and works, offered, absent, or ""."""

    name: str
    preference: int = 0
    address: str = ""
    port: int = 25
    reach: Reach = Reach.STOPPED
    reason: str = ""
    starttls: str = ""  # works, fails, absent, implicit (TLS from the first byte), "" unknown
    tls_version: str = ""
    banner: str = ""
    is_alias: bool = False
    is_missing: bool = False
    tlsa: Fact = Fact()
    tlsa_state: str = "unknown"  # what DNSSEC says of the TLSA records
    dane: str = ""  # matches, differs, "" not compared
    dane_reason: str = ""


class MailSeen(Seen, frozen=True, kw_only=True, gc=False, tag="mail"):
    """The mail policies of a domain."""

    domain: str
    is_missing: bool = False
    exchangers: Fact = Fact()  # "10 mx.exemple.fr"; "0 ." for a domain that receives no mail
    is_null: bool = False
    servers: list[ExchangerSeen] = []
    spf: SpfSeen = SpfSeen()
    dkim: DkimSeen = DkimSeen()
    dmarc: DmarcSeen = DmarcSeen()
    sts: StsSeen = StsSeen()
    tls_report: Fact = Fact()
    bimi: Fact = Fact()
    has_secure_names: bool = False  # the domain and its mail servers' names are verified by DNSSEC
    queries: int = 0

    @property
    def target(self) -> str:
        """The domain."""
        return self.domain
