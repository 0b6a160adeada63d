"""What a SharpHound collector saw on the computers themselves: sessions, local groups, signing and services."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Fact, Relation
from rempart.engines.directory.read.sharphound_batch import Batch
from rempart.engines.directory.read.sharphound_structs import ANY, EMPTY, Computer
from rempart.engines.directory.read.sharphound_values import identifier, listed, records, truth

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
_REMOTE_LOGON: Final = "SeRemoteInteractiveLogonRight"
# Properties of recent collections, kept under their names: what a host requires, or runs.
_PROPERTIES: Final = ("smbsigning", "ldapsigning", "ldapsepa", "webclientrunning")

_SESSION_LISTS: Final = ("Sessions", "PrivilegedSessions", "RegistrySessions")
SHORT: Final = 120


def read_hosts(builder: Builder, batch: Batch) -> None:
    """Keep what was seen on computers."""
    for name in _SESSION_LISTS:
        for row, _, raw in _said(batch, name):
            _sessions(builder, raw, row)
    for row, item, raw in _said(batch, "LocalGroups"):
        _local_groups(builder, item, raw, row)
    for name, relation in _LOCAL_LISTS:
        for row, _, raw in _said(batch, name):
            _local(builder, relation, row, *_decoded_results(raw))
    _host_security(builder, batch)
    for name in _PROPERTIES:
        read = zip(batch.rows, map(truth, batch.column(name)), strict=True)
        cells = {row: [str(value).upper()] for row, value in read if value is not None}
        if cells:
            builder.facts.add(Fact.HOST_SECURITY)
            builder.attributes.setdefault(name, {}).update(cells)


def _said(batch: Batch, name: str) -> Iterator[tuple[int, Computer, bytes]]:
    """Row, computer and JSON of the fields that say something: most computers answer the same few words, nothing
    collected or nobody there."""
    answers = list(map(attrgetter(name), batch.items))
    for i in [i for i, raw in enumerate(answers) if raw is not EMPTY]:
        said = bytes(answers[i])
        if len(said) > SHORT or not _is_silent(said):
            yield batch.rows[i], batch.items[i], said


@lru_cache(maxsize=4096)
def _is_silent(raw: bytes) -> bool:
    return _decoded_results(raw) == ([], False)


def _sessions(b: Builder, raw: bytes, row: int) -> None:
    results, collected = _decoded_results(raw)
    if collected:
        b.facts.add(Fact.SESSIONS)
    for session in results:
        user = session.get("UserSID") or session.get("UserId") or ""
        computer = str(session.get("ComputerSID") or session.get("ComputerId") or "")
        if user:
            where = b.row(computer.upper()) if computer.startswith("S-1-") else row
            b.relate(Relation.SESSION, where, b.row(str(user).upper()))


def _local_groups(b: Builder, item: Computer, raw: bytes, row: int) -> None:
    found = records(ANY.decode(raw))
    members = {identifier(group): listed(group.get("Results")) for group in found}
    for group in found:
        place = identifier(group)
        relation = _LOCAL_GROUPS.get(place.rpartition("-")[2])
        if relation is None:
            continue
        results = _at_any_depth(place, members)
        if relation is Relation.LOCAL_RDP:
            results = _let_in(item, place, results)
        _local(b, relation, row, results, group.get("Collected"))


def _at_any_depth(place: str, members: dict[str, list[Any]]) -> list[Any]:
    """Members of a local group, those of the local groups of the same host that are inside it included."""
    out, todo, seen = [], [place], {place}
    while todo:
        for member in members.get(todo.pop(), ()):
            found = identifier(member)
            if found not in members:
                out.append(member)
            elif found not in seen:
                seen.add(found)
                todo.append(found)
    return out


def _let_in(item: Computer, place: str, results: list[Any]) -> list[Any]:
    """Of the members of Remote Desktop Users, those whom the host's rights let open such a session, when they were
    collected: a domain controller lets in its administrators only."""
    for right in records(ANY.decode(item.UserRights) if bytes(item.UserRights) else []):
        if right.get("Privilege") == _REMOTE_LOGON and right.get("Collected") is True:
            holders = {identifier(holder) for holder in listed(right.get("Results"))}
            return results if place in holders else [r for r in results if identifier(r) in holders]
    return results


def _local(
    b: Builder, relation: Relation, row: int, results: Iterable[Any], collected: Any
) -> None:
    if collected:
        b.facts.add(Fact.LOCAL_GROUPS)
    for principal in results:
        if found := identifier(principal):
            b.relate(relation, b.row(found), row)


def _host_security(b: Builder, batch: Batch) -> None:
    """What the collector saw on the hosts themselves; absent in most collections."""
    for row, stated in batch.present("SmbInfo"):
        signing = _inner(stated, "SigningEnabled") if isinstance(stated, dict) else None
        if signing is not None:
            b.facts.add(Fact.HOST_SECURITY)
            b.attribute(row, "smbsigning", [str(bool(signing)).upper()])
    for row, stated in batch.present("IsWebClientRunning"):
        running = _inner(stated, "Result")
        if isinstance(running, bool):
            b.attribute(row, "webclientrunning", [str(running).upper()])
    for row, stated in batch.present("NTLMRegistryData"):
        sending = _inner(stated, "RestrictSendingNtlmTraffic") if isinstance(stated, dict) else None
        if sending is not None:
            b.attribute(row, "restrictsendingntlmtraffic", [str(sending)])
    for row, stated in batch.present("DCRegistryData"):
        for key, attribute in (
            ("CertificateMappingMethods", "certificatemappingmethods"),
            ("StrongCertificateBindingEnforcement", "strongcertificatebindingenforcement"),
        ):
            value = _inner(stated, key) if isinstance(stated, dict) else None
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


def _decoded_results(raw: bytes) -> tuple[list[dict[str, Any]], bool]:
    """Results and whether they were collected, of a list (version 3) or an API result (4 and later)."""
    decoded = ANY.decode(raw)
    if isinstance(decoded, dict):
        return records(decoded.get("Results")), bool(decoded.get("Collected"))
    if isinstance(decoded, list):
        return records(decoded), bool(decoded)
    return [], False
