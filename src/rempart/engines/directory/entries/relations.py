"""The end of a stream of entries: references become relations, descriptors access lists."""

import re
from collections.abc import Iterator

from rempart.engines.directory.builder import sid_of, well_known_id
from rempart.engines.directory.descriptors import (
    Descriptor,
    UnreadableDescriptor,
    read_descriptor,
)
from rempart.engines.directory.descriptors_rights import principals_of, rights_of
from rempart.engines.directory.entries.above import Above
from rempart.engines.directory.entries.attributes import LINKS
from rempart.engines.directory.entries.gathered import Gathered
from rempart.engines.directory.entries.names import WELL_KNOWN
from rempart.engines.directory.entries.oddities import note_oddities
from rempart.engines.directory.model import UAC_ALL, UNKNOWN, Kind, Relation, Trust
from rempart.engines.directory.rights import Right
from rempart.kernel.french import counted, grouped, plural
from rempart.kernel.progress import Observer

_LINK = re.compile(r"\[ldap://([^;\]]+);(\d{1,9})\]", re.IGNORECASE)
_FOREIGN = re.compile(r"cn=(s-1-[0-9-]+),cn=foreignsecurityprincipals,")
_LAPS_PASSWORDS = frozenset({"ms-mcs-admpwd", "mslaps-password", "mslaps-encryptedpassword"})


def resolve(gathered: Gathered, observer: Observer) -> None:
    """Give the builder everything that needed the whole stream to be known."""
    observer.stage("Résolution des liens entre objets")
    _domains(gathered)
    _columns(gathered)
    _links(gathered, observer)
    _group_policy_links(gathered)
    _certificates(gathered)
    _delegations(gathered)
    _histories(gathered)
    _trusts(gathered)
    observer.stage("Lecture des droits")
    _access_lists(gathered, observer)
    _name_well_known(gathered)


def _domains(gathered: Gathered) -> None:
    """Rows of the domains, one for each DNS name, even when the root object itself was not read."""
    builder = gathered.builder
    for dns, sid in gathered.domain_sids.items():
        if dns and dns not in gathered.domain_rows:
            row = builder.row(sid)
            builder.describe(row, Kind.DOMAIN, name=dns.upper())
            gathered.domain_rows[dns] = row
    rows = [gathered.domain_rows.get(p.dns, UNKNOWN) for p in gathered.numbers]
    for row, number in enumerate(gathered.partition_of):
        if number >= 0 and rows[number] != UNKNOWN:
            builder.domain_of[row] = rows[number]


def _columns(gathered: Gathered) -> None:
    rows, ids = gathered.parents
    found = [gathered.dn_rows[i] for i in ids]
    gathered.builder.set_many("parent", rows.tolist(), found)
    rows, masks = gathered.account_control
    gathered.builder.set_uac(rows.tolist(), masks.tolist(), [UAC_ALL] * len(rows))


def _links(gathered: Gathered, observer: Observer) -> None:
    lost = 0
    names = list(gathered.dn_ids)
    for attribute, (rows, ids) in gathered.links.items():
        relation, value_first = LINKS[attribute]
        for row, number in zip(rows, ids, strict=True):
            target = gathered.dn_rows[number]
            if target == UNKNOWN:
                target = _foreign(gathered, names[number])
                if target == UNKNOWN:
                    lost += 1
                    continue
            pair = (target, row) if value_first else (row, target)
            gathered.builder.relate(relation, *pair)
    if lost:
        observer.note(
            f"{counted(lost, 'lien désigne', 'liens désignent')} un objet absent de la collecte."
        )


def _foreign(gathered: Gathered, lower_dn: str) -> int:
    """Row of the SID that a foreignSecurityPrincipal stands for, when the object itself was not read."""
    found = _FOREIGN.match(lower_dn)
    if not found:
        return UNKNOWN
    domain = gathered.partition(lower_dn).dns
    return gathered.builder.row(well_known_id(found.group(1).upper(), domain))


def _group_policy_links(gathered: Gathered) -> None:
    builder = gathered.builder
    for row, texts in builder.attributes.get("gplink", {}).items():
        for dn, option in _LINK.findall(" ".join(texts)):
            policy = gathered.row_of_dn(dn)
            if policy == UNKNOWN or int(option) & 1:
                continue
            builder.relate(Relation.GP_LINK, policy, row)
            if int(option) & 2:
                builder.relate(Relation.GP_LINK_ENFORCED, policy, row)


def _hosts(gathered: Gathered) -> dict[str, int]:
    """Computers by DNS name and by short name, lower case."""
    builder = gathered.builder
    out: dict[str, int] = {}
    for row, texts in builder.attributes.get("samaccountname", {}).items():
        if texts[0].endswith("$"):
            out.setdefault(texts[0][:-1].lower(), row)
    for row, texts in builder.attributes.get("dnshostname", {}).items():
        if row in builder.attributes.get("samaccountname", {}):
            out[texts[0].lower()] = row
    return out


def _certificates(gathered: Gathered) -> None:
    builder = gathered.builder
    hosts = _hosts(gathered)
    templates: dict[tuple[str, str], int] = {}
    services: list[tuple[int, str]] = []
    classes = builder.attributes.get("objectclass", {})
    for row, names in classes.items():
        partition = gathered.partition_of_row(row) if "pki" in " ".join(names) else None
        if partition is None:
            continue
        if "pkicertificatetemplate" in names:
            cn = builder.names[row].rpartition("@")[0]
            templates[partition.dns, cn] = row
        elif "pkienrollmentservice" in names:
            services.append((row, partition.dns))
    for row, dns in services:
        for name in builder.attributes.get("certificatetemplates", {}).get(row, []):
            template = templates.get((dns, name.upper()))
            if template is not None:
                builder.relate(Relation.PUBLISHED, template, row)
        for host in builder.attributes.get("dnshostname", {}).get(row, []):
            if host.lower() in hosts:
                builder.relate(Relation.HOSTS_CA, hosts[host.lower()], row)


def _delegations(gathered: Gathered) -> None:
    builder = gathered.builder
    delegating = builder.attributes.get("msds-allowedtodelegateto", {})
    services = _services(gathered, {n.lower() for names in delegating.values() for n in names})
    hosts = {**_hosts(gathered), **_ticket_services(gathered)} if delegating else {}
    for row, names in delegating.items():
        for name in names:
            target = services.get(name.lower(), hosts.get(_service_host(name)))
            if target is not None:
                builder.relate(Relation.ALLOWED_TO_DELEGATE, row, target)
    for row, data in gathered.delegates.items():
        for principal in principals_of(_read(data)):
            source = builder.row(well_known_id(principal, _dns(gathered, row)))
            builder.relate(Relation.ALLOWED_TO_ACT, source, row)


def _services(gathered: Gathered, wanted: set[str]) -> dict[str, int]:
    """Accounts that carry these service principal names (lower case), whatever host the names speak of."""
    carried = gathered.builder.attributes.get("serviceprincipalname", {}) if wanted else {}
    return {
        name.lower(): row
        for row, names in carried.items()
        for name in names
        if name.lower() in wanted
    }


def _ticket_services(gathered: Gathered) -> dict[str, int]:
    """`krbtgt` and `krbtgt/DOMAIN` name the krbtgt account."""
    names = gathered.builder.attributes.get("samaccountname", {})
    return {texts[0].lower(): row for row, texts in names.items() if texts[0].lower() == "krbtgt"}


def _service_host(name: str) -> str:
    """Host of a service principal name: `cifs/srv.chu.test:445/x` gives `srv.chu.test`."""
    service, _, rest = name.lower().partition("/")
    if service == "krbtgt":
        return service
    return rest.partition("/")[0].partition(":")[0]


def _histories(gathered: Gathered) -> None:
    builder = gathered.builder
    for row, sids in builder.attributes.get("sidhistory", {}).items():
        for sid in filter(None, sids):
            target = builder.row(well_known_id(sid, _dns(gathered, row)))
            builder.relate(Relation.SID_HISTORY, row, target)


def _trusts(gathered: Gathered) -> None:
    builder = gathered.builder
    kept = builder.attributes
    for row, partner in kept.get("trustpartner", {}).items():
        partition = gathered.partition_of_row(row)
        domain = gathered.domain_rows.get(partition.dns) if partition else None
        if domain is None:
            continue
        direction = _number(kept.get("trustdirection", {}).get(row)) or 0
        builder.trust(
            Trust(
                domain=domain,
                partner=partner[0].lower(),
                partner_sid=(kept.get("securityidentifier", {}).get(row) or [""])[0],
                inbound=bool(direction & 1),
                outbound=bool(direction & 2),
                trust_type=_number(kept.get("trusttype", {}).get(row)),
                attributes=_number(kept.get("trustattributes", {}).get(row)),
                row=row,
            )
        )


def _number(texts: list[str] | None) -> int | None:
    try:
        return int(texts[0]) if texts else None
    except ValueError:
        return None


def _dns(gathered: Gathered, row: int) -> str:
    partition = gathered.partition_of_row(row)
    return partition.dns if partition else ""


def _access_lists(gathered: Gathered, observer: Observer) -> None:
    """Each distinct (descriptor, class, LAPS, domain) is read once and shared by its rows."""
    builder = gathered.builder
    reader = _RightsReader(gathered)
    stream = object()  # tells the lists of this stream from those of another in the same builder
    descriptors = list(map(_read_or_none, gathered.descriptor_ids))
    note_oddities(gathered, descriptors)
    unreadable = 0
    for row, number in gathered.descriptor_of.items():
        descriptor = descriptors[number]
        if descriptor is None:
            unreadable += 1
            continue
        if descriptor.owner:
            builder.set("owner", row, reader.row(descriptor.owner, row))
            gathered.owned += 1
        if descriptor.aces is None:
            continue
        place, kind = gathered.partition_of[row], gathered.class_of[row]
        readers = gathered.readers.get(row, b"")
        key = (stream, number, kind, row in gathered.laps, place, readers)
        builder.set("acl", row, builder.acl(key, reader.entries(descriptor, row, kind)))
        builder.set("protected", row, int(descriptor.protected))
        gathered.listed.add(row)
    if unreadable:
        said = plural(
            unreadable,
            "descripteur de sécurité est illisible",
            "descripteurs de sécurité sont illisibles",
        )
        observer.note(f"{grouped(unreadable)} {said}.")


class _RightsReader:
    """Rights of a descriptor as rows of the builder."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._above = Above(gathered.builder)
        self._classes = list(gathered.class_numbers)
        self._domains = [partition.dns for partition in gathered.numbers]
        self._forest = gathered.forest_root()
        kept = gathered.builder.attributes
        guids = {
            names[0].lower(): kept["schemaidguid"][row][0].lower()
            for row, names in kept.get("ldapdisplayname", {}).items()
            if row in kept.get("schemaidguid", {})
        }
        self._class_guids = guids
        self._laps = frozenset(guids[name] for name in _LAPS_PASSWORDS if name in guids)

    def row(self, sid: str, owner_of: int) -> int:
        """Row of a principal met in the descriptor of `owner_of`."""
        return self._gathered.builder.row(self._identifier(sid, owner_of))

    def _identifier(self, sid: str, owner_of: int) -> str:
        if sid.startswith("S-1-5-21-"):
            return sid
        dns = self._domains[self._gathered.partition_of[owner_of]]
        if sid == "S-1-5-9" and self._forest:
            dns = self._forest
        return well_known_id(sid, dns)

    def entries(
        self, descriptor: Descriptor, row: int, class_number: int
    ) -> Iterator[tuple[int, int, bool]]:
        """(principal row, right, inherited), with the readers of a managed password."""
        name = self._classes[class_number]
        laps = self._laps if row in self._gathered.laps else None
        rights = rights_of(
            descriptor,
            name,
            class_guid=self._class_guids.get(name, ""),
            laps=laps,
            above=lambda sid: self._above.sids(self._identifier(sid, row)),
        )
        for sid, right, inherited in rights:
            yield self.row(sid, row), int(right), inherited
        readers = self._gathered.readers.get(row)
        if readers:
            for sid in principals_of(_read(readers)):
                yield self.row(sid, row), int(Right.ReadGMSAPassword), False


def _read(data: bytes) -> Descriptor:
    return _read_or_none(data) or Descriptor("", 0, None)


def _read_or_none(data: bytes) -> Descriptor | None:
    try:
        return read_descriptor(data)
    except UnreadableDescriptor:
        return None


def _name_well_known(gathered: Gathered) -> None:
    """Name the well-known principals that no entry described: Everyone is met in descriptors only."""
    builder = gathered.builder
    for identifier, row in builder.index.items():
        if identifier.startswith("S-1-5-21-") or row in builder.names:
            continue
        known = WELL_KNOWN.get(sid_of(identifier))
        if known:
            domain = identifier.partition("-S-1-")[0]
            builder.describe(row, known[1], name=f"{known[0]}@{domain}")
