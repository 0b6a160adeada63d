"""Unscored items on descriptors, where one example directory cannot show the case."""

from rempart.engines.directory.model import Kind
from support.directories import Small, said

POINTS = {1: {"trustees": ["domaine-512"], "rights": ["GenericAll", "WriteDacl"]}}


def test_a_default_that_cannot_be_read_is_said_and_the_others_are_judged() -> None:
    small = Small()
    rows = []
    for name, text in (("abime", "D:(A;;GA;;;ZZ)"), ("imprimante", "D:(A;;GA;;;DA)(A;;GA;;;AU)")):
        rows.append(small.builder.row(f"CLASS-{name}"))
        small.builder.describe(rows[-1], Kind.OTHER, name=name)
        small.builder.attribute(rows[-1], "ldapdisplayname", [name])
        small.builder.attribute(rows[-1], "defaultsecuritydescriptor", [text])
    hits, unread = said("warning_schema_default_sd", small.build(), POINTS)
    assert [hit.row for hit in hits] == rows[1:]
    assert ["classe abime est illisible" in one.reason for one in unread] == [True]
