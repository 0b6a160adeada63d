"""The ordinary objects, streamed: organisational units, then users, computers and groups."""

from collections.abc import Iterator

from benchmarks.directory_generator import access, fixed, planted_paths
from benchmarks.directory_generator.access import Access, Grant
from benchmarks.directory_generator.items import (
    CLASSES,
    Attributes,
    Item,
    filetime,
    generalized,
    sid_value,
)
from benchmarks.directory_generator.shape import DAY, DNS, DOMAIN_SID, ROOT, TODAY, Shape, Who

_PERSON = f"CN=Person,CN=Schema,CN=Configuration,{ROOT}"
_KINDS = {"user": 0, "computer": 1, "group": 2}


class Directory:
    """All the objects of one directory, parents before children; `items()` gives the same ones each time."""

    def __init__(self, objects: int, seed: int) -> None:
        self.shape = Shape(objects, seed)
        self._shared: dict[tuple[str, int, int], Access] = {}
        shape = self.shape
        # Drawn in a fixed order, so that the seed alone decides.
        _ = (shape.groups_of_users, shape.group_above, shape.guids, shape.ages)
        _ = (shape.disabled, shape.singular)

    def items(self) -> Iterator[Item]:
        """Every object."""
        shape = self.shape
        yield from planted_paths.domain()
        yield from planted_paths.policies()
        yield planted_paths.trust()
        yield from self._units()
        yield from fixed.people()
        yield from (self._user(i) for i in range(shape.users))
        yield from planted_paths.computers(shape)
        yield from (self._computer(i) for i in range(shape.computers))
        yield from planted_paths.groups(shape)
        yield from (self._group(i) for i in range(shape.groups))
        yield from planted_paths.configuration(shape)

    def _units(self) -> Iterator[Item]:
        unit = "organizationalUnit"
        yield fixed.item(f"OU=Hopital,{ROOT}", unit, access.below(unit, DOMAIN_SID))
        policy = f"[LDAP://CN={{{fixed.POLICY_GUIDS['Postes']}}},{fixed.POLICIES};0]"
        for site in range(self.shape.sites):
            top = f"OU=Site {site:04d},OU=Hopital,{ROOT}"
            delegated = [grant.on_children() for grant in self._delegations(site)]
            yield fixed.item(top, unit, access.below(unit, DOMAIN_SID, own=delegated))
            for name in ("Utilisateurs", "Postes", "Groupes"):
                found = fixed.item(f"OU={name},{top}", unit, self._access(unit, site, 0))
                if name == "Postes":
                    found.attributes["gPLink"] = [policy]
                yield found

    def _delegations(self, site: int) -> list[Grant]:
        """What the administrators of a site are given on everything below it."""
        from_site = self.shape.group(site % self.shape.groups).sid
        reset = access.reset_password(from_site)
        join = access.full(from_site)
        return [
            Grant(
                reset.sid, reset.mask, reset.object_type, access.CLASSES["user"], named=reset.named
            ),
            Grant(join.sid, join.mask, "", access.CLASSES["computer"], named=join.named),
        ]

    def _access(self, object_class: str, site: int, singular: int) -> Access:
        key = (object_class, site, singular)
        found = self._shared.get(key)
        if found is None:
            own = []
            if singular:
                who = self.shape.group((site * 7 + singular) % self.shape.groups)
                own = [access.generic_write(who.sid)]
            found = access.below(object_class, DOMAIN_SID, self._delegations(site), own)
            self._shared[key] = found
        return found

    def _common(
        self, who: Who, object_class: str, rank: int, site: int
    ) -> tuple[Access, Attributes]:
        shape = self.shape
        name = who.dn[3 : who.dn.index(",")]
        age = int(shape.ages[rank, 0]) if rank < len(shape.ages) else 900
        when = generalized(TODAY - age * DAY)
        return self._access(object_class, site, int(shape.singular[rank])), {
            "objectClass": CLASSES[object_class],
            "cn": [name],
            "name": [name],
            "distinguishedName": [who.dn],
            "instanceType": ["4"],
            "whenCreated": [when],
            "whenChanged": [when],
            "uSNCreated": ["12345"],
            "uSNChanged": ["67890"],
            "objectGUID": [self._guid(rank)],
            "objectSid": [sid_value(who.sid)],
        }

    def _guid(self, rank: int) -> bytes:
        return self.shape.guids[16 * rank : 16 * rank + 16]

    def _account(self, rank: int, values: Attributes, uac: int) -> None:
        _, password, logon = self.shape.ages[rank].tolist()
        disabled = bool(self.shape.disabled[rank])
        values["userAccountControl"] = [str(uac | 2 if disabled else uac)]
        values["pwdLastSet"] = [filetime(TODAY - password * DAY)]
        if logon:
            values["lastLogonTimestamp"] = [filetime(TODAY - logon * DAY)]
        values["accountExpires"] = [fixed.NEVER_EXPIRES]

    def _user(self, i: int) -> Item:
        shape = self.shape
        who = shape.user(i)
        rights, values = self._common(who, "user", i, i % shape.sites)
        name = f"agent{i:07d}"
        values["sAMAccountName"] = [name]
        values["userPrincipalName"] = [f"{name}@{DNS}"]
        values["displayName"] = [f"Agent {i} (Élodie)"]
        values["objectCategory"] = [_PERSON]
        values["primaryGroupID"] = ["513"]
        above = dict.fromkeys(shape.groups_of_users[i].tolist())
        values["memberOf"] = [shape.group(g).dn for g in above]
        self._account(i, values, 0x200)
        return Item(who.dn, "user", self._guid(i), rights, values, who.sid)

    def _computer(self, i: int) -> Item:
        shape = self.shape
        who, rank = shape.computer(i), shape.users + i
        rights, values = self._common(who, "computer", rank, i % shape.sites)
        host = f"pc{i:07d}.{DNS}"
        values["sAMAccountName"] = [f"PC{i:07d}$"]
        values["dNSHostName"] = [host]
        values["servicePrincipalName"] = [f"HOST/PC{i:07d}", f"HOST/{host}"]
        values["operatingSystem"] = [
            "Windows 11 Entreprise" if i % 9 else "Windows 7 Professionnel"
        ]
        values["primaryGroupID"] = ["515"]
        self._account(rank, values, 0x1000)
        return Item(who.dn, "computer", self._guid(rank), rights, values, who.sid)

    def _group(self, i: int) -> Item:
        shape = self.shape
        who, rank = shape.group(i), shape.users + shape.computers + i
        rights, values = self._common(who, "group", rank, i % shape.sites)
        values["sAMAccountName"] = values["cn"]
        values["groupType"] = ["-2147483646"]
        members = [shape.user(u) for u in shape.users_of_group(i)]
        members += [shape.group(g) for g in shape.groups_below.get(i, ())]
        if members:
            values["member"] = [member.dn for member in members]
        above = int(shape.group_above[i])
        if above >= 0:
            values["memberOf"] = [shape.group(above).dn]
        return Item(
            who.dn,
            "group",
            self._guid(rank),
            rights,
            values,
            who.sid,
            members=members,
        )
