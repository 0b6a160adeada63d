"""What access lists lose of a descriptor and unscored items look at: refusals to read, generic rights, hidden units.

Kept as attributes that no directory has: `descriptor-denies-read` and `descriptor-generic` (SIDs of the principals),
`descriptor-hides-content` (TRUE on a unit whose content ordinary users cannot list).
"""

from collections.abc import Iterable
from typing import Final

from rempart.engines.directory.descriptors import Descriptor
from rempart.engines.directory.entries.gathered import Gathered
from rempart.engines.directory.rights import AceFlag, Mask

DENIES_READ: Final = "descriptor-denies-read"
GENERIC: Final = "descriptor-generic"
HIDES_CONTENT: Final = "descriptor-hides-content"
_READ: Final = int(Mask.READ_PROPERTY | Mask.READ_CONTROL | Mask.LIST_OBJECT | Mask.GENERIC_READ)
_ANY_GENERIC: Final = 0xF0000000
_LIST: Final = int(Mask.LIST_CHILDREN | Mask.GENERIC_READ | Mask.GENERIC_ALL)
# Everyone, Authenticated Users, Users, Pre-Windows 2000 Compatible Access.
_USERS: Final = frozenset({"S-1-1-0", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-554"})
_DOMAIN_USERS: Final = "-513"


def note_oddities(gathered: Gathered, descriptors: Iterable[Descriptor | None]) -> None:
    """Keep what is odd in the descriptors of a stream, each distinct one looked at once."""
    odd: dict[int, dict[str, list[str]]] = {}
    for number, descriptor in enumerate(descriptors):
        found = oddities(descriptor) if descriptor is not None else {}
        if found:
            odd[number] = found
    unit = gathered.class_numbers.get("organizationalunit", -2)
    for row, number in gathered.descriptor_of.items() if odd else ():
        for name, values in odd.get(number, {}).items():
            if name != HIDES_CONTENT or gathered.class_of[row] == unit:
                gathered.builder.attribute(row, name, values)


def oddities(descriptor: Descriptor) -> dict[str, list[str]]:
    """What is odd in one descriptor: attribute → SIDs, or TRUE. An absent DACL gives everything to everybody."""
    if descriptor.aces is None:
        return {}
    aces = [ace for ace in descriptor.aces if not ace.flags & AceFlag.INHERIT_ONLY]
    whole = [ace for ace in aces if not ace.object_type]
    found = {
        DENIES_READ: [ace.sid for ace in whole if not ace.allow and ace.mask & _READ],
        GENERIC: [ace.sid for ace in aces if ace.mask & _ANY_GENERIC],
    }
    users = [ace for ace in whole if ace.sid in _USERS or ace.sid.endswith(_DOMAIN_USERS)]
    refused = any(not ace.allow and ace.mask & _LIST for ace in users)
    if refused or not any(ace.allow and ace.mask & _LIST for ace in users):
        found[HIDES_CONTENT] = ["TRUE"]
    return {name: list(dict.fromkeys(values)) for name, values in found.items() if values}
