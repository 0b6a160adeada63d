"""OpenGraph files: nodes and edges of other collectors, tolerated beside SharpHound's.

Only edges whose kind is a known relation and whose two ends are identifiers are kept; nodes that are principals
of the directory join them by id.
"""

from typing import Any, Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Kind
from rempart.engines.directory.read.sharphound_values import listed, records

_KINDS: Final = {
    "user": Kind.USER,
    "computer": Kind.COMPUTER,
    "group": Kind.GROUP,
    "domain": Kind.DOMAIN,
    "ou": Kind.OU,
    "gpo": Kind.GPO,
    "container": Kind.CONTAINER,
}


def read_open_graph(graph: dict[str, Any], builder: Builder) -> None:
    """Add the nodes and edges of one OpenGraph document."""
    for node in records(graph.get("nodes")):
        identifier = str(node.get("id") or "").upper()
        if not identifier:
            continue
        kinds = [
            _KINDS[k.lower()] for k in map(str, listed(node.get("kinds"))) if k.lower() in _KINDS
        ]
        stated = node.get("properties")
        properties = stated if isinstance(stated, dict) else {}
        row = builder.row(identifier)
        name = str(properties.get("name") or properties.get("displayname") or "")
        if kinds:
            builder.describe(row, kinds[0], name=name)
        elif row not in builder.names and name:
            builder.describe(row, Kind.OTHER, name=name)
    for edge in records(graph.get("edges")):
        start, end = _end(edge.get("start")), _end(edge.get("end"))
        if start and end and edge.get("kind"):
            builder.stated_edges.append((builder.row(start), str(edge["kind"]), builder.row(end)))


def _end(value: Any) -> str:
    """Id of one end; ends matched by name are left out, since a name is not a proof of identity."""
    if isinstance(value, dict) and value.get("match_by", "id") == "id":
        return str(value.get("value") or "").upper()
    return ""
