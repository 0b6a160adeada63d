"""Templates that no authority publishes."""

from rempart.engines.directory.model import Kind
from rempart.engines.directory.rights import Right
from support.directories import Small, said


def test_an_unpublished_template_counts_at_the_last_point_only() -> None:
    small = Small()
    b, template = small.builder, small.builder.row("TEMPLATE-GUID")
    b.describe(template, Kind.CERT_TEMPLATE, name="T")
    entries = [
        (small.account(1105), Right.GenericAll, False),
        (small.account(1106), Right.WriteDacl, False),
    ]
    b.set("acl", template, b.acl("t", [(who, int(right), i) for who, right, i in entries]))
    points = {1: {"rights": ["GenericAll"]}, 2: {"rights": ["WriteDacl"]}}
    hits, _ = said("vuln_adcs_template_control", small.build(), points)
    assert [(hit.row, hit.level) for hit in hits] == [(template, 2)]
    assert "A1106" in hits[0].detail and "non publié" in hits[0].detail
