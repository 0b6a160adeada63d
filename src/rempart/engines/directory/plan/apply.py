"""The directory as it would be once the gestures are done: what lets the report foretell the level.

Only what the gestures remove changes. It is the same directory that the checks then judge again, so the forecast
is a measure of the plan, not a promise.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.edges import EFFECTIVE_ON
from rempart.engines.directory.model import UNKNOWN, Acls, Directory, Pairs, Relation, Uac
from rempart.engines.directory.plan.gestures import Cuttable
from rempart.engines.directory.rights import REPLICATION_RIGHTS, Right

_RELATION_OF: Final = {
    "MemberOf": Relation.MEMBER,
    "HasSession": Relation.SESSION,
    "AdminTo": Relation.LOCAL_ADMIN,
    "CanRDP": Relation.LOCAL_RDP,
    "ExecuteDCOM": Relation.LOCAL_DCOM,
    "CanPSRemote": Relation.LOCAL_PSREMOTE,
    "AllowedToDelegate": Relation.ALLOWED_TO_DELEGATE,
    "AllowedToAct": Relation.ALLOWED_TO_ACT,
    "HasSIDHistory": Relation.SID_HISTORY,
    "DumpSMSAPassword": Relation.DUMP_SMSA,
}
# Attributes that checks read, and that go with the relation.
_ATTRIBUTE_OF: Final = {
    "AllowedToDelegate": "msds-allowedtodelegateto",
    "HasSIDHistory": "sidhistory",
}
_ENROLMENT_FLAGS: Final = "mspki-enrollment-flag"
_CONTROL: Final = frozenset(right.name for right in EFFECTIVE_ON)
_PEND_ALL_REQUESTS: Final = 0x2


def applied(directory: Directory, cuttable: Cuttable, chosen: Iterable[int]) -> Directory:
    """A new directory without what the chosen gestures remove; the one given is left as it is."""
    done = np.isin(cuttable.gesture, np.array(list(chosen), np.int64))
    graph = cuttable.graph
    removed: dict[str, list[tuple[int, int]]] = defaultdict(list)
    templates: set[int] = set()
    for edge in cuttable.edge[done].tolist():
        kind = graph.kinds[graph.kind[edge]]
        # A successor is created in the OU that the edge comes from, not in the domain that it leads to.
        at = graph.via[edge] if kind.id == "BadSuccessor" else graph.dst[edge]
        removed[kind.id].append((int(graph.src[edge]), int(at)))
        if kind.cut == "fix_template":
            templates.add(int(graph.via[edge]))
    attributes = dict(directory.attributes)
    # Of a hundred thousand values a name, only what changes is copied.
    for name in {*_ATTRIBUTE_OF.values(), _ENROLMENT_FLAGS} & attributes.keys():
        attributes[name] = dict(attributes[name])
    for kind_id, attribute in _ATTRIBUTE_OF.items():
        for source, _ in removed.get(kind_id, ()):
            attributes.get(attribute, {}).pop(source, None)
    _approve(attributes, templates - {UNKNOWN})
    acls, owner = _access(directory, removed, _rewriters(directory, graph.tier0, templates))
    return replace(
        directory,
        relations=_relations(directory, removed),
        attributes=attributes,
        acls=acls,
        owner=owner,
        uac=_undelegated(directory, removed.get("CoerceToTGT", ())),
    )


def _relations(d: Directory, removed: dict[str, list[tuple[int, int]]]) -> dict[Relation, Pairs]:
    out = dict(d.relations)
    for kind, relation in _RELATION_OF.items():
        if kind in removed and relation in out:
            out[relation] = _minus(out[relation], removed[kind], len(d))
    for gpo in {source for source, _ in removed.get("GPOAppliesTo", ())}:
        for relation in (Relation.GP_LINK, Relation.GP_LINK_ENFORCED):
            if relation in out:
                keep = out[relation].src != gpo
                out[relation] = Pairs(out[relation].src[keep], out[relation].dst[keep])
    return out


def _minus(pairs: Pairs, gone: list[tuple[int, int]], n: int) -> Pairs:
    keys = pairs.src.astype(np.int64) * n + pairs.dst
    keep = ~np.isin(keys, np.array([s * n + t for s, t in gone], np.int64))
    return Pairs(pairs.src[keep], pairs.dst[keep])


def _undelegated(d: Directory, gone: Iterable[tuple[int, int]]) -> NDArray[np.int32]:
    uac = d.uac.copy()
    rows = [source for source, _ in gone]
    uac[rows] &= ~np.int32(Uac.TRUSTED_FOR_DELEGATION)
    return uac


def _approve(attributes: dict[str, dict[int, list[str]]], templates: set[int]) -> None:
    """A mended template: the manager approves each request."""
    flags = attributes.setdefault(_ENROLMENT_FLAGS, {})
    for row in templates:
        stated = flags.get(row, ["0"])[0]
        flags[row] = (
            [str(int(stated) | _PEND_ALL_REQUESTS)] if stated.lstrip("-").isdigit() else flags[row]
        )


def _rewriters(
    d: Directory, tier0: NDArray[np.bool_], templates: set[int]
) -> dict[int, set[tuple[int, Right]]]:
    """Rights to rewrite a mended template, of whoever is outside Tier 0."""
    rewriting = {*EFFECTIVE_ON, Right.WritePKIEnrollmentFlag, Right.WritePKINameFlag}
    return {
        row: {(p, r) for p, r, _ in d.acls.entries(row) if r in rewriting and not tier0[p]}
        for row in templates - {UNKNOWN}
    }


def _access(
    d: Directory,
    removed: dict[str, list[tuple[int, int]]],
    rewriters: dict[int, set[tuple[int, Right]]],
) -> tuple[Acls, NDArray[np.int32]]:
    """Access lists without the rights removed; each changed object gets a list of its own."""
    gone: dict[int, set[tuple[int, Right]]] = defaultdict(set, rewriters)
    for kind, pairs in removed.items():
        if kind in _CONTROL:
            for source, target in pairs:
                gone[target] |= {(source, right) for right in EFFECTIVE_ON}
        elif kind in ("DCSync", "SyncLAPSPassword"):
            for source, target in pairs:
                gone[target] |= {(source, right) for right in REPLICATION_RIGHTS}
        elif kind == "BadSuccessor":
            for source, target in pairs:
                gone[target] |= {(source, Right.CreateDMSA), (source, Right.CreateChild)}
    owner = d.owner.copy()
    for target, rights in gone.items():
        if (int(owner[target]), Right.Owns) in rights:
            owner[target] = UNKNOWN
    return _rewritten(d.acls, gone), owner


def _rewritten(acls: Acls, gone: dict[int, set[tuple[int, Right]]]) -> Acls:
    of = acls.of.copy()
    start, extra = [int(acls.start[-1])], []
    for target, rights in gone.items():
        if of[target] < 0:
            continue
        k = int(acls.of[target])
        span = range(int(acls.start[k]), int(acls.start[k + 1]))
        kept = [
            i for i in span if (int(acls.principal[i]), Right(int(acls.right[i]))) not in rights
        ]
        of[target] = len(acls.start) - 1 + len(start) - 1
        extra += kept
        start.append(start[-1] + len(kept))
    index = np.array(extra, np.int64)
    return Acls(
        of=of,
        start=np.concatenate([acls.start, np.array(start[1:], np.int64)]),
        principal=np.concatenate([acls.principal, acls.principal[index]]),
        right=np.concatenate([acls.right, acls.right[index]]),
        inherited=np.concatenate([acls.inherited, acls.inherited[index]]),
        protected=acls.protected,
    )
