"""`name=value; name=value`, as DKIM, DMARC, MTA-STS and TLS-RPT write their records (RFC 6376 §3.2)."""

import re

from rempart.engines.exposure.dial import ProtocolFault

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
MOST_TAGS = 64


def read_tags(text: str) -> dict[str, str]:
    """The tags, names in lower case. Raises ProtocolFault when a part is no tag, or comes twice."""
    found: dict[str, str] = {}
    for part in text.split(";", MOST_TAGS):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if not equals or not _NAME.fullmatch(name):
            raise ProtocolFault(f"« {part.strip()[:60]} » ne se lit pas.")
        if name in found:
            raise ProtocolFault(f"« {name} » est écrit deux fois.")
        found[name] = value.strip()
    return found
