"""Users, computers and groups of SharpHound, into the builder: the many objects, hence the tight loops."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from rempart.engines.directory.builder import Builder, rid_of
from rempart.engines.directory.model import UNKNOWN, Fact, Kind, Managed, Relation, Uac
from rempart.engines.directory.read.sharphound_acl import AceTable
from rempart.engines.directory.read.sharphound_structs import (
    ANY,
    AccountProperties,
    Computer,
    Group,
    User,
)

_UAC_OF: Final = (
    ("dontreqpreauth", Uac.DONT_REQUIRE_PREAUTH),
    ("passwordnotreqd", Uac.PASSWORD_NOT_REQUIRED),
    ("unconstraineddelegation", Uac.TRUSTED_FOR_DELEGATION),
    ("pwdneverexpires", Uac.DONT_EXPIRE_PASSWORD),
    ("trustedtoauth", Uac.TRUSTED_TO_AUTH_FOR_DELEGATION),
    ("sensitive", Uac.NOT_DELEGATED),
    ("usedeskeyonly", Uac.USE_DES_KEY_ONLY),
    ("encryptedtextpwdallowed", Uac.REVERSIBLE_PASSWORD),
    ("smartcardrequired", Uac.SMARTCARD_REQUIRED),
)
_LOCAL_GROUPS: Final = {
    "544": Relation.LOCAL_ADMIN,
    "555": Relation.LOCAL_RDP,
    "562": Relation.LOCAL_DCOM,
    "580": Relation.LOCAL_PSREMOTE,
}
_LOCAL_LISTS: Final = (
    ("LocalAdmins", Relation.LOCAL_ADMIN),
    ("RemoteDesktopUsers", Relation.LOCAL_RDP),
    ("DcomUsers", Relation.LOCAL_DCOM),
    ("PSRemoteUsers", Relation.LOCAL_PSREMOTE),
)
# Facts proven by a property seen on at least one account.
_FACT_OF_PROPERTY: Final = (
    ("pwdlastset", Fact.PASSWORD_DATES),
    ("lastlogontimestamp", Fact.LOGON_DATES),
    ("whencreated", Fact.CREATION_DATES),
    ("admincount", Fact.ADMIN_COUNT),
    ("dontreqpreauth", Fact.UAC_COMMON),
    ("serviceprincipalnames", Fact.SPN),
    ("sidhistory", Fact.SID_HISTORY),
    ("supportedencryptiontypes", Fact.ENCRYPTION_TYPES),
)
_ENCRYPTION_NAMES: Final = {
    "DES-CBC-CRC": 0x1,
    "DES-CBC-MD5": 0x2,
    "RC4-HMAC-MD5": 0x4,
    "AES128-CTS-HMAC-SHA1-96": 0x8,
    "AES256-CTS-HMAC-SHA1-96": 0x10,
}


def when(value: Any) -> int:
    """A date of SharpHound: Unix seconds; -1 and 0 mean never; absent, unknown."""
    if value is None or isinstance(value, bool):
        return UNKNOWN
    try:
        seconds = int(value)
    except (ValueError, OverflowError):
        return UNKNOWN
    return seconds if seconds > 0 else 0


def truth(value: Any) -> bool | None:
    """A flag, whatever its dress."""
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(value.lower())
    return None if value is None else bool(value)


def encryption_types(value: Any) -> int:
    """msDS-SupportedEncryptionTypes as an integer, from a number or a list of names; UNKNOWN when absent."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return UNKNOWN
    return sum({_ENCRYPTION_NAMES.get(str(v).upper(), 0) for v in value})


def identifier(value: Any) -> str:
    """The id inside a reference: a string, or an object of any version."""
    if isinstance(value, dict):
        value = (
            value.get("ObjectIdentifier") or value.get("MemberId") or value.get("ComputerSID") or ""
        )
    return str(value).upper() if value else ""


class Accounts:
    """Fills a builder with accounts and groups."""

    def __init__(self, builder: Builder, aces: AceTable) -> None:
        self._builder = builder
        self._aces = aces
        self._delegations: list[tuple[int, str]] = []
        self._by_host: dict[str, int] = {}
        self._with_uac = 0
        self._accounts = 0

    def take(self, kind: str, objects: Sequence[Any]) -> None:
        """Take the decoded objects of one piece."""
        takers: dict[str, Any] = {
            "users": self._user,
            "computers": self._computer,
            "groups": self._group,
        }
        one = takers[kind]
        for item in objects:
            if item.ObjectIdentifier and not item.IsDeleted:
                one(item)

    def finish(self) -> None:
        """Resolve delegation targets and state the facts seen."""
        b = self._builder
        for row, spn in self._delegations:
            host = spn.partition("/")[2].partition("/")[0].partition(":")[0].upper()
            target = self._by_host.get(spn.upper()) or self._by_host.get(host)
            if target is None and spn.upper() in b.index:
                target = b.index[spn.upper()]
            if target is not None:
                b.relate(Relation.ALLOWED_TO_DELEGATE, row, target)
        if self._accounts:
            b.facts |= {Fact.ACCOUNTS, Fact.PRIMARY_GROUP, Fact.DELEGATION}
            if self._with_uac == self._accounts:
                b.facts.add(Fact.UAC)

    def _common(self, item: User | Group, kind: Kind, row: int) -> AccountProperties:
        b = self._builder
        p = item.Properties or AccountProperties()
        b.describe(
            row,
            kind,
            name=str(p.name or p.samaccountname or ""),
            dn=str(p.distinguishedname or ""),
            parent=b.row(item.ContainedBy.ObjectIdentifier.upper())
            if item.ContainedBy and item.ContainedBy.ObjectIdentifier
            else UNKNOWN,
            created=when(p.whencreated),
            admin_count=UNKNOWN if p.admincount is None else int(bool(truth(p.admincount))),
        )
        if p.samaccountname:
            b.attribute(row, "samaccountname", [str(p.samaccountname)])
        if p.description:
            b.attribute(row, "description", [str(p.description)])
        if item.Aces is not None:
            b.set("acl", row, self._aces.acl(map(bytes, item.Aces)))
        if item.IsACLProtected is not None:
            b.set("protected", row, int(item.IsACLProtected))
        for history in item.HasSIDHistory or ():
            if sid := identifier(history):
                b.relate(Relation.SID_HISTORY, row, b.row(sid))
        for name, fact in _FACT_OF_PROPERTY:
            if fact not in b.facts and getattr(p, name) is not None:
                b.facts.add(fact)
        return p

    def _account(self, item: User, kind: Kind, row: int) -> AccountProperties:
        b = self._builder
        p = self._common(item, kind, row)
        self._accounts += 1
        uac, known = _uac(p)
        self._with_uac += p.useraccountcontrol is not None
        b.set_uac((row,), (uac,), (known,))
        b.set("password_set", row, when(p.pwdlastset))
        last = p.lastlogontimestamp if p.lastlogontimestamp is not None else p.lastlogon
        b.set("last_logon", row, when(last))
        group = item.PrimaryGroupSID or item.PrimaryGroupSid
        if group:
            b.set("primary_group_rid", row, rid_of(group))
        types = encryption_types(p.supportedencryptiontypes)
        if types != UNKNOWN:
            b.set("encryption_types", row, types)
        for attribute, value in (
            ("serviceprincipalname", p.serviceprincipalnames),
            ("sidhistory", p.sidhistory),
            ("msds-allowedtodelegateto", p.allowedtodelegate),
        ):
            if value:
                b.attribute(row, attribute, [value] if isinstance(value, str) else value)
        for target in item.AllowedToDelegate or ():
            if found := identifier(target):
                self._delegations.append((row, found))
        return p

    def _user(self, item: User) -> None:
        b = self._builder
        row = b.row(item.ObjectIdentifier.upper())
        p = self._account(item, Kind.USER, row)
        if truth(p.gmsa) or truth(p.msa):
            b.set("managed", row, Managed.GMSA if truth(p.gmsa) else Managed.SMSA)
        elif "CN=MANAGED SERVICE ACCOUNTS," in str(p.distinguishedname or "").upper():
            b.set("managed", row, Managed.GMSA)

    def _computer(self, item: Computer) -> None:
        b = self._builder
        row = b.row(item.ObjectIdentifier.upper())
        p = self._account(item, Kind.COMPUTER, row)
        if p.name:
            self._by_host[str(p.name).upper()] = row
            self._by_host.setdefault(str(p.name).upper().partition(".")[0], row)
        if p.operatingsystem is not None:
            b.facts.add(Fact.OPERATING_SYSTEM)
            b.attribute(row, "operatingsystem", [str(p.operatingsystem)])
        if p.haslaps is not None:
            b.facts.add(Fact.LAPS)
            b.attribute(row, "haslaps", [str(bool(truth(p.haslaps))).upper()])
        if item.IsDC is not None or p.isdc is not None:
            b.attribute(row, "isdc", [str(bool(item.IsDC or truth(p.isdc))).upper()])
        for principal in item.AllowedToAct or ():
            if found := identifier(principal):
                b.relate(Relation.ALLOWED_TO_ACT, b.row(found), row)
        for account in item.DumpSMSAPassword or ():
            if found := identifier(account):
                b.relate(Relation.DUMP_SMSA, row, b.row(found))
        self._sessions(item, row)
        self._local_groups(item, row)
        self._host_security(item, row)

    def _group(self, item: Group) -> None:
        b = self._builder
        row = b.row(item.ObjectIdentifier.upper())
        self._common(item, Kind.GROUP, row)
        if item.Members is not None:
            b.facts.add(Fact.MEMBERS)
        for member in item.Members or ():
            if member.id:
                b.relate(Relation.MEMBER, b.row(member.id.upper()), row)

    def _sessions(self, item: Computer, row: int) -> None:
        b = self._builder
        for raw in (item.Sessions, item.PrivilegedSessions, item.RegistrySessions):
            results, collected = _results(raw)
            if collected:
                b.facts.add(Fact.SESSIONS)
            for session in results:
                user = session.get("UserSID") or session.get("UserId") or ""
                computer = str(session.get("ComputerSID") or session.get("ComputerId") or "")
                if user:
                    where = b.row(computer.upper()) if computer.startswith("S-1-") else row
                    b.relate(Relation.SESSION, where, b.row(str(user).upper()))

    def _local_groups(self, item: Computer, row: int) -> None:
        if bytes(item.LocalGroups):
            decoded = ANY.decode(item.LocalGroups)
            for group in decoded if isinstance(decoded, list) else ():
                tail = str(group.get("ObjectIdentifier", "")).rpartition("-")[2]
                relation = _LOCAL_GROUPS.get(tail)
                if relation is not None:
                    self._local(relation, row, group.get("Results") or (), group.get("Collected"))
        for name, relation in _LOCAL_LISTS:
            results, collected = _results(getattr(item, name))
            self._local(relation, row, results, collected)

    def _local(self, relation: Relation, row: int, results: Iterable[Any], collected: Any) -> None:
        if collected:
            self._builder.facts.add(Fact.LOCAL_GROUPS)
        for principal in results:
            if found := identifier(principal):
                self._builder.relate(relation, self._builder.row(found), row)

    def _host_security(self, item: Computer, row: int) -> None:
        """What the collector saw on the host itself; absent in most collections."""
        b = self._builder
        if isinstance(item.SmbInfo, dict):
            signing = _inner(item.SmbInfo, "SigningEnabled")
            if signing is not None:
                b.facts.add(Fact.HOST_SECURITY)
                b.attribute(row, "smbsigning", [str(bool(signing)).upper()])
        running = _inner(item.IsWebClientRunning, "Result")
        if isinstance(running, bool):
            b.attribute(row, "webclientrunning", [str(running).upper()])
        if isinstance(item.NTLMRegistryData, dict):
            sending = _inner(item.NTLMRegistryData, "RestrictSendingNtlmTraffic")
            if sending is not None:
                b.attribute(row, "restrictsendingntlmtraffic", [str(sending)])
        if isinstance(item.DCRegistryData, dict):
            for key, attribute in (
                ("CertificateMappingMethods", "certificatemappingmethods"),
                ("StrongCertificateBindingEnforcement", "strongcertificatebindingenforcement"),
            ):
                value = _inner(item.DCRegistryData, key)
                if isinstance(value, int):
                    b.attribute(row, attribute, [str(value)])


def _inner(value: Any, key: str) -> Any:
    """A value that versions wrap differently: {key: v}, {Result: {key: v}} or {key: {Value: v, Collected: true}}."""
    if not isinstance(value, dict):
        return value
    for place in (value, value.get("Result"), value.get("Results")):
        if isinstance(place, dict) and key in place:
            found = place[key]
            if isinstance(found, dict):
                return found.get("Value") if found.get("Collected") else None
            return found
    return None


def _results(raw: msgspec.Raw) -> tuple[list[dict[str, Any]], bool]:
    """Results and whether they were collected, of a list (version 3) or an API result (4 and later)."""
    if not bytes(raw):
        return [], False
    decoded = ANY.decode(raw)
    if isinstance(decoded, dict):
        results = decoded.get("Results") or []
        return [r for r in results if isinstance(r, dict)], bool(decoded.get("Collected"))
    if isinstance(decoded, list):
        return [r for r in decoded if isinstance(r, dict)], bool(decoded)
    return [], False


def _uac(p: AccountProperties) -> tuple[int, int]:
    """userAccountControl and the mask of its known bits."""
    if p.useraccountcontrol is not None:
        try:
            return int(p.useraccountcontrol), 0x7FFFFFFF
        except ValueError:
            pass
    value = known = 0
    if p.enabled is not None:
        known |= Uac.DISABLED
        value |= 0 if truth(p.enabled) else Uac.DISABLED
    for name, bit in _UAC_OF:
        flag = getattr(p, name)
        if flag is not None:
            known |= bit
            if flag is True or truth(flag):
                value |= bit
    return value, known
