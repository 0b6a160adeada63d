"""The control graph of a directory, from all its families of edges."""

from collections.abc import Mapping

from rempart.content.directory import DirectoryRelation
from rempart.engines.directory.adcs.escalations import EDGE_KINDS, escalations
from rempart.engines.directory.containment import containment_edges, policy_edges
from rempart.engines.directory.edges import (
    access_edges,
    delegation_edges,
    membership_edges,
    plain_edges,
    replication_edges,
    trust_edges,
)
from rempart.engines.directory.edges_hosts import relay_edges, successor_edges
from rempart.engines.directory.graph import ControlGraph, EdgeCollector, Mask, ordinary
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Directory, Fact


def control_graph(
    directory: Directory,
    groups: Groups,
    tier0: Mask,
    relations: Mapping[str, DirectoryRelation],
) -> ControlGraph:
    """Every traversable edge of the directory that does not leave Tier 0."""
    out = EdgeCollector(relations)
    plain_edges(directory, out)
    membership_edges(directory, groups, out)
    containment_edges(directory, out)
    policy_edges(directory, tier0, out)
    access_edges(directory, tier0, out)
    replication_edges(directory, groups, tier0, out)
    delegation_edges(directory, groups, out)
    trust_edges(directory, out)
    relay_edges(directory, groups, out)
    successor_edges(directory, groups, tier0, out)
    if directory.has(Fact.PKI):
        certificate_edges(directory, groups, relations, out)
    return out.graph(len(directory), tier0, ordinary(directory, tier0))


def certificate_edges(
    directory: Directory,
    groups: Groups,
    relations: Mapping[str, DirectoryRelation],
    out: EdgeCollector,
) -> None:
    """Escalations through certificate services that lead all the way."""
    for found in escalations(directory, groups):
        if found.kind in EDGE_KINDS and out.knows(found.kind):
            by_authority = relations[found.kind].cut == "fix_authority"
            via = found.authority if by_authority else found.template
            out.add(found.kind, [found.principal], [found.target], via)
