"""What a stream of entries is able to say: the facts that checks ask for, stated only when they hold."""

from itertools import repeat
from typing import Final

from rempart.engines.directory.entries.attributes import ALL_ATTRIBUTES_SIGNS
from rempart.engines.directory.entries.gathered import (
    CONFIGURATION,
    DOMAIN,
    DOMAIN_DNS,
    FOREST_DNS,
    SCHEMA,
    Gathered,
)
from rempart.engines.directory.model import NEVER, Fact

_ASKED: Final[dict[Fact, tuple[str, ...]]] = {
    Fact.ACCOUNTS: ("objectsid",),
    Fact.UAC: ("useraccountcontrol",),
    Fact.UAC_COMMON: ("useraccountcontrol",),
    Fact.PASSWORD_DATES: ("pwdlastset",),
    Fact.LOGON_DATES: ("lastlogontimestamp",),
    Fact.CREATION_DATES: ("whencreated",),
    Fact.ADMIN_COUNT: ("admincount",),
    Fact.PRIMARY_GROUP: ("primarygroupid",),
    Fact.SID_HISTORY: ("sidhistory",),
    Fact.SPN: ("serviceprincipalname",),
    Fact.ENCRYPTION_TYPES: ("msds-supportedencryptiontypes",),
    Fact.DELEGATION: ("msds-allowedtodelegateto", "msds-allowedtoactonbehalfofotheridentity"),
    Fact.OPERATING_SYSTEM: ("operatingsystem",),
    Fact.DESCRIPTION: ("description",),
    Fact.KEY_CREDENTIALS: ("msds-keycredentiallink",),
    Fact.ALT_SECURITY_IDENTITIES: ("altsecurityidentities",),
}
"""Facts on accounts: the attributes that must have been asked."""

_EVERY_ACCOUNT_HAS: Final = frozenset(
    {"objectsid", "useraccountcontrol", "pwdlastset", "primarygroupid", "whencreated"}
)
"""Asked and never met means that the collector may not read them, not that they are empty."""

_ACL_SHARE = 0.5
"""Below this share of descriptors the access lists of a partition are not said to be known."""


def state_facts(gathered: Gathered, complete: bool | frozenset[str]) -> None:
    """Add to the builder the facts that hold, and fill what an absent attribute means when it was asked."""
    known = _Known(gathered, complete)
    facts = gathered.builder.facts
    if known.classes & _ACCOUNT_CLASSES:
        facts.update(fact for fact, names in _ASKED.items() if all(map(known.asked, names)))
        facts.update(_about_members(known))
    facts.update(_about_domain(known))
    facts.update(_about_configuration(known))
    facts.update(_about_descriptors(known))
    _fill_absent(gathered, known)


_ACCOUNT_CLASSES = frozenset({"user", "computer", "group", "inetorgperson"})


class _Known:
    """What was met: classes by partition, roots, and attributes asked."""

    def __init__(self, gathered: Gathered, complete: bool | frozenset[str]) -> None:
        self.gathered = gathered
        self._complete = complete
        self._all = complete is True or (
            complete is False and not ALL_ATTRIBUTES_SIGNS.isdisjoint(gathered.attributes_seen)
        )
        self._names = list(gathered.class_numbers)
        self.partitions = [partition.name for partition in gathered.numbers]
        pairs = set(zip(gathered.class_of, gathered.partition_of, strict=True))
        met = [(kind, place) for kind, place in pairs if kind >= 0]
        self.by_partition = {(self.partitions[place], self._names[kind]) for kind, place in met}
        self.classes = {name for _, name in self.by_partition}

    def asked(self, name: str) -> bool:
        """Whether the source would have given this attribute, had it a value."""
        if name in _EVERY_ACCOUNT_HAS and name not in self.gathered.attributes_seen:
            return False
        if self._all:
            return True
        if isinstance(self._complete, frozenset):
            return name in self._complete
        return name in self.gathered.attributes_seen

    def root(self, partition: str) -> bool:
        """Whether the root of this partition was read."""
        return any(found.name == partition for found in self.gathered.roots)

    def met(self, partition: str, *classes: str) -> bool:
        """Whether an object of one of these classes was met in this partition."""
        return any((partition, name) in self.by_partition for name in classes)

    def share_of_lists(self, *partitions: str) -> float:
        """Share of the objects of these partitions whose access list was read."""
        gathered = self.gathered
        wanted = {i for i, name in enumerate(self.partitions) if name in partitions}
        rows = [row for row, place in enumerate(gathered.partition_of) if place in wanted]
        if not rows:
            return 0.0
        return sum(row in gathered.listed for row in rows) / len(rows)


def _about_members(known: _Known) -> set[Fact]:
    facts = set()
    if known.asked("member") and known.asked("primarygroupid"):
        facts.add(Fact.MEMBERS)
    if known.asked("ms-mcs-admpwdexpirationtime") or known.asked("mslaps-passwordexpirationtime"):
        facts.add(Fact.LAPS)
    if known.asked("msds-neverrevealgroup") and known.asked("msds-revealedusers"):
        facts.add(Fact.RODC)
    if known.asked("msds-assignedauthnpolicysilo") and known.root(CONFIGURATION):
        facts.add(Fact.SILOS)
    return facts


def _about_domain(known: _Known) -> set[Fact]:
    facts: set[Fact] = set()
    if not known.root(DOMAIN):
        return facts
    if known.asked("minpwdlength") and known.asked("pwdproperties"):
        facts.add(Fact.DOMAIN_POLICY)
    if known.asked("ms-ds-machineaccountquota"):
        facts.add(Fact.MACHINE_QUOTA)
    if known.asked("msds-expirepasswordsonsmartcardonlyaccounts"):
        facts.add(Fact.SMARTCARD_EXPIRY)
    if known.asked("msds-behavior-version"):
        facts.add(Fact.FUNCTIONAL_LEVEL)
    if known.asked("gplink"):
        facts.add(Fact.GPO_LINKS)
    system = known.met(
        DOMAIN, "rpccontainer", "ridmanager", "infrastructureupdate", "trusteddomain"
    )
    if system or known.met(DOMAIN, "grouppolicycontainer"):
        if known.asked("trustattributes"):
            facts |= {Fact.TRUSTS, Fact.TRUST_TGT_DELEGATION}
        facts.add(Fact.DFSR)
    # Ordinary users see neither the settings objects nor their container: no container, no knowledge.
    settings = known.met(DOMAIN, "msds-passwordsettingscontainer", "msds-passwordsettings")
    if settings and known.asked("msds-minimumpasswordlength"):
        facts.add(Fact.PASSWORD_SETTINGS)
    return facts


def _about_configuration(known: _Known) -> set[Fact]:
    facts: set[Fact] = set()
    if known.root(CONFIGURATION) or known.met(CONFIGURATION, "crossrefcontainer", "ntdsservice"):
        facts.add(Fact.CONFIGURATION)
        if known.asked("dsheuristics") and known.met(CONFIGURATION, "ntdsservice"):
            facts.add(Fact.DSHEURISTICS)
        if known.asked("msds-behavior-version") and known.met(CONFIGURATION, "crossrefcontainer"):
            facts.add(Fact.FOREST_LEVEL)
        if known.asked("mspki-certificate-name-flag"):
            facts.add(Fact.PKI)
        if known.asked("cacertificate"):
            facts.add(Fact.PKI_CERTIFICATES)
    if known.root(SCHEMA) or known.met(SCHEMA, "classschema", "attributeschema"):
        facts.add(Fact.SCHEMA)
    if known.root(DOMAIN_DNS) or known.met(DOMAIN_DNS, "dnszone"):
        facts.add(Fact.DNS_ZONES)
    return facts


def _about_descriptors(known: _Known) -> set[Fact]:
    facts = set()
    if known.share_of_lists(DOMAIN) >= _ACL_SHARE:
        facts |= {Fact.ACL, Fact.DESCRIPTORS}
    if known.gathered.owned >= _ACL_SHARE * max(known.gathered.entries, 1):
        facts.add(Fact.OWNERS)
    if known.share_of_lists(CONFIGURATION) >= _ACL_SHARE:
        facts |= {Fact.ACL_CONFIGURATION, Fact.ACL_PKI}
    if known.share_of_lists(SCHEMA) >= _ACL_SHARE:
        facts.add(Fact.ACL_SCHEMA)
    if known.share_of_lists(DOMAIN_DNS, FOREST_DNS) >= _ACL_SHARE:
        facts.add(Fact.ACL_DNS_PARTITIONS)
    return facts


def _fill_absent(gathered: Gathered, known: _Known) -> None:
    """An attribute that was asked and is absent has a meaning: no encryption type, never logged on, not protected."""
    builder = gathered.builder
    for column, attribute, value, classes in (
        ("encryption_types", "msds-supportedencryptiontypes", 0, _PEOPLE_AND_MACHINES),
        ("last_logon", "lastlogontimestamp", NEVER, _PEOPLE_AND_MACHINES),
        ("admin_count", "admincount", 0, _PEOPLE_AND_MACHINES | {"group"}),
    ):
        if not known.asked(attribute):
            continue
        numbers = {gathered.class_numbers[name] for name in classes & set(gathered.class_numbers)}
        stated = builder.stated(column)
        rows = [
            row
            for row, number in enumerate(gathered.class_of)
            if number in numbers and row not in stated
        ]
        builder.set_many(column, rows, repeat(value, len(rows)))


_PEOPLE_AND_MACHINES = frozenset(
    {
        "user",
        "inetorgperson",
        "computer",
        "msds-managedserviceaccount",
        "msds-groupmanagedserviceaccount",
        "msds-delegatedmanagedserviceaccount",
    }
)
