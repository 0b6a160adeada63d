"""Ways from certificate services to the domain: who may obtain a certificate in the name of someone else.

Kinds follow the names of the field (ESC1 … ESC17; « Certified Pre-Owned », 2021, and its followers) and, for
those that BloodHound CE draws, its edge names. Only what the data prove is said: a setting that sits in the
registry of the authority or of a domain controller gives nothing when no collector read it.
"""

from typing import Final
from weakref import WeakKeyDictionary

from rempart.engines.directory.adcs import authorities, templates
from rempart.engines.directory.adcs.access import Analysis, Escalation
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Directory

__all__ = ["EDGE_KINDS", "Analysis", "Escalation", "escalations"]

EDGE_KINDS: Final = frozenset(
    {
        *(f"ADCSESC{n}" for n in ("1", "3", "4", "5", "6a", "6b", "7", "8")),
        *(f"ADCSESC{n}" for n in ("9a", "9b", "10a", "10b", "11", "13", "16")),
        "GoldenCert",
    }
)
"""Kinds that lead all the way; the others (ESC2, ESC15, ESC17) are weaknesses that need one thing more."""

_RULES: Final = (
    templates.supplied_subject,
    templates.any_purpose,
    templates.enrollment_agent,
    templates.template_control,
    templates.unbound_certificate,
    templates.weak_mapping,
    templates.linked_group,
    templates.version_one,
    templates.server_identity,
    authorities.golden_certificate,
    authorities.trust_stores,
    authorities.requester_attributes,
    authorities.authority_officers,
    authorities.relay,
)

# A dozen checks and the graph ask the same question of one directory.
_KNOWN: WeakKeyDictionary[Groups, list[Escalation]] = WeakKeyDictionary()


def escalations(directory: Directory, groups: Groups) -> list[Escalation]:
    """Every escalation that the data prove, privileged principals left out, each (kind, principal, target,
    template, authority) once. Empty without `Fact.PKI`."""
    known = _KNOWN.get(groups)
    if known is not None:
        return known
    found: dict[tuple[str, int, int, int, int], Escalation] = {}
    analysis = Analysis(directory, groups)
    for rule in _RULES:
        for e in rule(analysis):
            found.setdefault((e.kind, e.principal, e.target, e.template, e.authority), e)
    _KNOWN[groups] = list(found.values())
    return _KNOWN[groups]
