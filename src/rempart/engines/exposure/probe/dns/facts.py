"""From answers to facts: texts as a person reads them, or the reason why nobody can say."""

from collections.abc import Callable

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import rdata
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.names import to_text
from rempart.engines.exposure.seen.dns import Fact

MOST_VALUES = 100
MOST_CHARACTERS = 4096


def fact(found: Found, text: Callable[[bytes], str], most: int = MOST_CHARACTERS) -> Fact:
    """The data of an answer, sorted, each through `text`; those of more than `most` characters are cut."""
    if not found.is_known:
        return Fact(is_known=False, reason=found.why)
    if not found.data:
        return Fact(is_known=True)
    try:
        values = [text(data)[:most] for data in found.data[:MOST_VALUES]]
    except ProtocolFault as fault:
        return Fact(is_known=False, reason=str(fault))
    values.sort()
    return Fact(is_known=True, values=values)


def name_text(data: bytes) -> str:
    """NS, CNAME, PTR."""
    return to_text(data)


def caa_text(data: bytes) -> str:
    """`0 issue "letsencrypt.org"`."""
    flags, tag, value = rdata.caa(data)
    return f'{flags} {tag} "{value}"'
