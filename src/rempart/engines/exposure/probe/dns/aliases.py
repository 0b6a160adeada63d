"""What an answer says of the name asked, along its aliases: no other record of it counts, whoever signed it.

A server is believed on the names of its own zone only: an alias that leads out of it ends there, and the name that it
leads to is asked to those who answer for it.
"""

from typing import Final

from msgspec import Struct

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.names import ROOT, is_under, parent_of
from rempart.engines.exposure.probe.dns.wire import Message, Rrset, Rrsets

# As many as most resolvers follow.
MOST_ALIASES: Final = 11
TOO_MANY: Final = f"Plus de {MOST_ALIASES} alias se suivent : les résolveurs renoncent avant."
IN_A_RING: Final = "Les alias de ce nom tournent en rond."


class Path(Struct, frozen=True, gc=False):
    """The sets gone through, `data` those of the type asked (None when it is not reached), and the names passed to."""

    sets: tuple[Rrset, ...]
    data: Rrset | None
    passed: tuple[bytes, ...] = ()
    is_ring: bool = False


NOWHERE: Final = Path((), None)


def path(message: Message, name: bytes, kind: int, zone: bytes) -> Path:
    """The way from `name` inside an answer of the servers of `zone`."""
    if not message.answer:
        return NOWHERE
    sets = message.answer_sets
    found = sets.get((name, kind))
    if found is not None:
        return Path((found,), found)
    used: list[Rrset] = []
    passed: list[bytes] = []
    first = name
    while len(passed) < MOST_ALIASES:
        alias = sets.get((name, wire.CNAME))
        if alias is None:
            break
        used.append(_made_from(sets, alias) or alias)
        name = alias.data[0]
        if name == first or name in passed:
            return Path(tuple(used), None, tuple(passed), is_ring=True)
        passed.append(name)
        if not is_under(name, zone):
            break
        found = sets.get((name, kind))
        if found is not None:
            return Path((*used, found), found, tuple(passed))
    return Path(tuple(used), None, tuple(passed))


def _made_from(sets: Rrsets, alias: Rrset) -> Rrset | None:
    """The DNAME that an alias without a signature was made from (RFC 6672 §2.2): it is signed in its place."""
    if alias.signatures:
        return None
    above = alias.name
    while above != ROOT:
        above = parent_of(above)
        found = sets.get((above, wire.DNAME))
        if found is not None:
            head = alias.name[: len(alias.name) - len(above)]
            return found if head + found.data[0] == alias.data[0] else None
    return None
