"""The example directory, and the small language by which a content file changes it.

`sain.test` is a healthy forest where every control passes, on 2026-11-21: about 150 objects (`examples_domain`,
`examples_forest`). An example of a check (`content.directory.Example`) changes it, and says what the check must
conclude:

    examples:
      - title: Mot de passe de krbtgt inchangé depuis 400 jours
        expect: failed
        levels: [2]
        objects: [krbtgt]
        change: {krbtgt: {pwdLastSet: -400d}}
      - title: Le support peut réinitialiser le mot de passe d’un administrateur
        expect: failed
        objects: [adm-anne]
        add: [{cn: support, ou: Personnel, objectClass: user}]
        aces: [{on: adm-anne, who: support, right: ForceChangePassword}]

Names: an object is called by its sAMAccountName (with or without `$`), its cn, its DN, its SID, or an alias:
`domaine`, `configuration`, `schéma`, `adminsdholder`, `domaindnszones`, `forestdnszones`, `directory service`,
`system`, `autorité` (the certification authority). A principal may also be an SDDL alias (DA, AU, WD, S-1-5-7…).
What is there: DC1, DC2, RODC1, SRV-PKI, SRV-SQL, SRV-DPI, CLU1 (cluster), PC01…03, Administrator, Guest, krbtgt,
krbtgt_21001, adm-anne, adm-bruno (Domain Admins), u01…u20, svc-dpi (has an SPN), gmsa-sql, PARTENAIRE$ (trust
account), the default groups under their English names, G-Soignants, G-Laboratoire, G-Pharmacie, G-Accès-DPI,
G-RODC-Annexe, G-Informatique, Politique du domaine / des contrôleurs / des postes (GPO), Serveur-Web and Ordinateur
(templates), SAIN-CA, PSO-Administration, Silo-Administration, partenaire.test (forest trust), sain.test and
_msdcs.sain.test (zones).

change: {object: {attribute: value}}. null removes the attribute; a list replaces it; a list whose items all begin
with `+` or `-` adds and takes away. userAccountControl also takes `+DONT_EXPIRE_PASSWORD` (names of `model.Uac`).
Dates: `-800d`, `+3h`, `never`, `2026-01-31`. Durations (maxPwdAge…): `42d`, `never`. Links (member, managedBy…) and
SIDs (sIDHistory): names. gPLink: names of GPO, or {gpo: …, enforced: true, disabled: true}. RBCD and
msDS-GroupMSAMembership: names of principals. Binary: `hex:…`, `b64:…`; dNSProperty: the zone's ALLOW_UPDATE (0, 1,
2). nTSecurityDescriptor: SDDL, or null for one that could not be read. `protected: false` clears SE_DACL_PROTECTED.
add: objects, by `dn`, or by `cn` and `ou` (name of the container); objectClass; any attribute. SID, GUID, dates and
descriptor are filled in. `protected: true` gives an account what AdminSDHolder gives.
remove: names of objects; what is under them goes too.
aces: {on, who, right, inherited, owner, deny}: right is a name of `rights.Right`, or an SDDL entry with `%s` where
the SID goes: `(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;%s)`. `owner: true` makes `who` the owner instead.
without: facts taken away after reading, as a poorer source would. today: another day for the audit (`2027-01-31`).
observed, policies, facts, collector: what machines and SYSVOL say; see `examples_observed`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from rempart.content.directory import Example
from rempart.engines.directory.builder import Builder
from rempart.engines.directory.entries.attributes import LINKS
from rempart.engines.directory.entries.reader import EntryReader
from rempart.engines.directory.examples.aces import add_ace
from rempart.engines.directory.examples.domain import domain_drafts
from rempart.engines.directory.examples.draft import (
    DOMAIN,
    DOMAIN_SID,
    PRINCIPALS,
    Draft,
    Names,
    render,
    set_descriptor,
)
from rempart.engines.directory.examples.forest import forest_drafts
from rempart.engines.directory.examples.objects import computer, draft, group, protect, user
from rempart.engines.directory.examples.observed import observe
from rempart.engines.directory.model import Directory, Fact, Source, Uac
from rempart.kernel.progress import Silent

TODAY: Final = 1_795_219_200
"""2026-11-21 at midnight UTC, the day of the examples."""
_FIRST_NEW_RID: Final = 5000
_REFERRING: Final = frozenset({*LINKS, *PRINCIPALS, "gplink"})


def today_of(example: Example) -> int:
    """The day of the audit in an example, Unix seconds. Raises ValueError when its `today` is not a date."""
    if not example.today:
        return TODAY
    return int(datetime.fromisoformat(example.today).replace(tzinfo=UTC).timestamp())


def example_directory(example: Example | None = None) -> Directory:
    """The example directory, changed as the example says. Raises KeyError for a name that nobody has."""
    day = TODAY if example is None else today_of(example)
    drafts = {one.dn.lower(): one.copy() for one in _clean()}
    if example is not None:
        _change(drafts, example)
    names = Names(drafts)
    builder = Builder()
    reader = EntryReader(builder, complete=True, observer=Silent())
    for one in drafts.values():
        reader.add(*render(one, names, day))
    reader.finish()
    collector = "" if example is None else example.collector
    builder.sources.append(Source("Annuaire d’exemple", (), collector, collected_at=day))
    directory = builder.build()
    if example is not None:
        observe(directory, names, example, day)
        directory.facts -= {Fact(name) for name in example.without}
    return directory


def example_entries() -> Iterator[tuple[str, dict[str, list[bytes]]]]:
    """The entries of the healthy directory, for those who write them to files."""
    drafts = {one.dn.lower(): one for one in _clean()}
    names = Names(drafts)
    for one in drafts.values():
        yield render(one, names, TODAY)


@lru_cache(maxsize=1)
def _clean() -> tuple[Draft, ...]:
    return (*domain_drafts(), *forest_drafts())


def _change(drafts: dict[str, Draft], example: Example) -> None:
    for number, given in enumerate(example.add):
        added = _added(dict(given), Names(drafts), _FIRST_NEW_RID + number)
        drafts[added.dn.lower()] = added
    names = Names(drafts)
    for name, attributes in example.change.items():
        one = names.draft(name)
        for attribute, value in attributes.items():
            _set(one, attribute.lower(), value)
    for given in example.aces:
        add_ace(names, given)
    roots = tuple(names.draft(name).dn.lower() for name in example.remove)
    gone = {dn for dn in drafts if dn.endswith(tuple(f",{root}" for root in roots))}.union(roots)
    _forget(drafts, names, gone)
    for dn in gone:
        del drafts[dn]


def _forget(drafts: dict[str, Draft], names: Names, gone: set[str]) -> None:
    """A directory drops the links to the objects that it deletes."""
    for one in drafts.values() if gone else ():
        for attribute in _REFERRING.intersection(one.attributes):
            kept = [v for v in one.attributes[attribute] if not _names(v, names, gone)]
            one.attributes[attribute] = kept
            if not kept:
                del one.attributes[attribute]


def _names(value: Any, names: Names, gone: set[str]) -> bool:
    target = value["gpo"] if isinstance(value, dict) else value
    if "[" in str(target):
        return False
    try:
        return names.dn(str(target)).lower() in gone
    except KeyError:
        return False


def _added(given: dict[str, Any], names: Names, rid: int) -> Draft:
    """A new object, with what its class always has."""
    cells = {name.lower(): value for name, value in given.items()}
    object_class = _text(cells.pop("objectclass", "user"))
    dn, unit = cells.pop("dn", None), cells.pop("ou", None)
    name = str(cells.get("cn") or cells.get("samaccountname") or _rdn(dn))
    protected = bool(cells.pop("protected", False))
    if dn is None:
        parent = names.dn(str(unit)) if unit else f"OU=Personnel,{DOMAIN}"
        kind = "OU" if object_class == "organizationalUnit" else "CN"
        dn = f"{'DC' if object_class == 'dnsZone' else kind}={name},{parent}"
    made = _of_class(object_class, name.removesuffix("$"), rid, str(dn))
    made.dn = str(dn)
    for attribute, value in cells.items():
        if attribute not in ("cn", "ou"):
            _set(made, attribute, value)
    return protect(made) if protected else made


def _rdn(dn: Any) -> str:
    return str(dn or "").partition(",")[0].partition("=")[2]


def _text(value: Any) -> str:
    """objectClass given as one name or as the whole list, whose last is the class."""
    return str(value[-1]) if isinstance(value, list) else str(value)


def _of_class(object_class: str, name: str, rid: int, dn: str) -> Draft:
    parent = dn.partition(",")[2]
    if object_class in ("user", "inetOrgPerson"):
        made = user(name, rid, parent)
        made.classes = draft(object_class, dn).classes
        return made
    if object_class == "computer":
        return computer(name, rid, parent)
    if object_class == "group":
        return group(name, f"{DOMAIN_SID}-{rid}", parent)
    if object_class.endswith("ManagedServiceAccount"):
        made = computer(name, rid, parent)
        made.classes = draft(object_class, dn).classes
        made.attributes = {
            key: value
            for key, value in made.attributes.items()
            if not key.startswith(("operatingsystem", "mslaps", "serviceprincipalname"))
        }
        return made
    return draft(object_class, dn)


def _set(one: Draft, attribute: str, value: Any) -> None:
    if attribute == "ntsecuritydescriptor":
        one.described = value is not None
        if value is not None:
            set_descriptor(one, str(value))
    elif attribute == "protected":
        one.protected = bool(value)
    elif attribute == "objectclass":
        one.classes = [str(name) for name in value] if isinstance(value, list) else [str(value)]
    elif value is None:
        one.attributes.pop(attribute, None)
    elif attribute == "useraccountcontrol":
        one.attributes[attribute] = [_account_control(one, value)]
    else:
        values = value if isinstance(value, list) else [value]
        one.attributes[attribute] = _merged(one.attributes.get(attribute, []), values)


def _merged(before: list[Any], values: list[Any]) -> list[Any]:
    """A list of `+x` and `-x` changes what was there; any other list replaces it."""
    signed = [v for v in values if isinstance(v, str) and v[:1] in "+-" and not v[1:2].isdigit()]
    if not values or len(signed) < len(values):
        return list(values)
    taken = {v[1:].lower() for v in signed if v[0] == "-"}
    kept = [v for v in before if str(v).lower() not in taken]
    return kept + [v[1:] for v in signed if v[0] == "+"]


def _account_control(one: Draft, value: Any) -> int:
    if isinstance(value, int):
        return value
    bits = int(one.attributes.get("useraccountcontrol", [512])[0])
    for name in value if isinstance(value, list) else str(value).split():
        bit = Uac[str(name)[1:]]
        bits = bits | bit if str(name)[0] == "+" else bits & ~bit
    return bits
