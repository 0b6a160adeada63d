"""What the readers of LDAP-like files hand over: one entry at a time."""

Entry = tuple[str, dict[str, list[bytes]]]
"""(distinguished name, lower-case attribute name → values), as `entries.EntryReader.add` takes them."""
