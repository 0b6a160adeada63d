"""Descriptors as text: the part of SDDL (MS-DTYP 2.5.1) that directories use.

`O:DAG:DAD:PAI(A;CI;RPWP;;;AU)(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;S-1-5-21-…)`: owner, group, DACL with
allow and deny entries. The SACL is skipped.
"""

import re
from collections.abc import Callable
from typing import Final

from rempart.engines.directory.descriptors import (
    DACL_PRESENT,
    DACL_PROTECTED,
    SELF_RELATIVE,
    Ace,
    Descriptor,
    UnreadableDescriptor,
    build_descriptor,
)

RIGHTS: Final = {
    "CC": 0x1,
    "DC": 0x2,
    "LC": 0x4,
    "SW": 0x8,
    "RP": 0x10,
    "WP": 0x20,
    "DT": 0x40,
    "LO": 0x80,
    "CR": 0x100,
    "SD": 0x10000,
    "RC": 0x20000,
    "WD": 0x40000,
    "WO": 0x80000,
    "GA": 0x10000000,
    "GX": 0x20000000,
    "GW": 0x40000000,
    "GR": 0x80000000,
    "FA": 0x1F01FF,
    "KA": 0xF003F,
}
FLAGS: Final = {"OI": 0x1, "CI": 0x2, "NP": 0x4, "IO": 0x8, "ID": 0x10, "SA": 0x40, "FA": 0x80}
BUILTIN: Final = {
    "AN": "S-1-5-7",
    "AO": "S-1-5-32-548",
    "AU": "S-1-5-11",
    "BA": "S-1-5-32-544",
    "BG": "S-1-5-32-546",
    "BO": "S-1-5-32-551",
    "BU": "S-1-5-32-545",
    "CD": "S-1-5-32-574",
    "CG": "S-1-3-1",
    "CO": "S-1-3-0",
    "ED": "S-1-5-9",
    "IU": "S-1-5-4",
    "LS": "S-1-5-19",
    "NO": "S-1-5-32-556",
    "NS": "S-1-5-20",
    "NU": "S-1-5-2",
    "OW": "S-1-3-4",
    "PO": "S-1-5-32-550",
    "PS": "S-1-5-10",
    "PU": "S-1-5-32-547",
    "RC": "S-1-5-12",
    "RD": "S-1-5-32-555",
    "RE": "S-1-5-32-552",
    "RU": "S-1-5-32-554",
    "SO": "S-1-5-32-549",
    "SU": "S-1-5-6",
    "SY": "S-1-5-18",
    "WD": "S-1-1-0",
}
"""Aliases of principals that are the same in every domain."""
OF_DOMAIN: Final = {
    "AP": 525,
    "CA": 517,
    "CN": 522,
    "DA": 512,
    "DC": 515,
    "DD": 516,
    "DG": 514,
    "DU": 513,
    "KA": 526,
    "LA": 500,
    "LG": 501,
    "PA": 520,
    "RS": 553,
}
"""Aliases of principals of the domain: their RID."""
OF_ROOT_DOMAIN: Final = {"EA": 519, "EK": 527, "RO": 498, "SA": 518}
"""Aliases of principals of the root domain of the forest: their RID."""

_PART = re.compile(r"([OGDS]):")
_ACE = re.compile(r"\(([^()]*)\)")
_KINDS = {"A": True, "OA": True, "D": False, "OD": False}
_SKIPPED_KINDS = frozenset({"AU", "OU", "AL", "OL", "ML", "XA", "XD", "ZA", "XU", "RA", "SP"})


def resolver(domain_sid: str, root_domain_sid: str = "") -> Callable[[str], str]:
    """A function that turns an SDDL alias or a SID into a SID, for this domain. Raises UnreadableDescriptor."""
    root = root_domain_sid or domain_sid

    def resolve(text: str) -> str:
        if text.startswith("S-1-"):
            return text
        if text in BUILTIN:
            return BUILTIN[text]
        if text in OF_DOMAIN:
            return f"{domain_sid}-{OF_DOMAIN[text]}"
        if text in OF_ROOT_DOMAIN:
            return f"{root}-{OF_ROOT_DOMAIN[text]}"
        raise UnreadableDescriptor(f"unknown principal: {text}")

    return resolve


def read_ace(text: str, resolve: Callable[[str], str]) -> Ace | None:
    """One entry, with or without its parentheses; None for the audit kinds. Raises UnreadableDescriptor."""
    fields = text.strip().removeprefix("(").removesuffix(")").split(";")
    if len(fields) < 6:
        raise UnreadableDescriptor(f"an entry has six fields: {text}")
    kind = fields[0].strip().upper()
    if kind in _SKIPPED_KINDS:
        return None
    if kind not in _KINDS:
        raise UnreadableDescriptor(f"unknown kind of entry: {text}")
    return Ace(
        _KINDS[kind],
        _sum(fields[1], FLAGS),
        _mask(fields[2]),
        fields[3].strip().lower(),
        fields[4].strip().lower(),
        resolve(fields[5].strip()),
    )


def read_sddl(text: str, domain_sid: str, root_domain_sid: str = "") -> Descriptor:
    """A descriptor given as SDDL. Raises UnreadableDescriptor."""
    resolve = resolver(domain_sid, root_domain_sid)
    owner, control, aces = "", SELF_RELATIVE, None
    for part, body in _parts(text):
        if part == "O":
            owner = resolve(body.strip())
        elif part == "D":
            control |= DACL_PRESENT
            control |= DACL_PROTECTED * ("P" in body.partition("(")[0])
            read = (read_ace(ace, resolve) for ace in _ACE.findall(body))
            aces = [ace for ace in read if ace is not None]
    return Descriptor(owner, control, aces)


def sddl_bytes(text: str, domain_sid: str, root_domain_sid: str = "") -> bytes:
    """The bytes of a descriptor given as SDDL. Raises UnreadableDescriptor."""
    read = read_sddl(text, domain_sid, root_domain_sid)
    return build_descriptor(read.owner, read.aces or [], protected=read.protected)


def _parts(text: str) -> list[tuple[str, str]]:
    """(letter, body) of each part; letters inside entries are not parts."""
    outside = _ACE.sub(lambda m: " " * len(m.group(0)), text)
    marks = list(_PART.finditer(outside))
    if not marks:
        raise UnreadableDescriptor(f"neither owner nor list of access: {text}")
    ends = [m.start() for m in marks[1:]] + [len(text)]
    return [(m.group(1), text[m.end() : end]) for m, end in zip(marks, ends, strict=True)]


def _mask(text: str) -> int:
    text = text.strip()
    try:
        return int(text, 0) if text[:1].isdigit() else _sum(text, RIGHTS)
    except ValueError as error:
        raise UnreadableDescriptor(f"unknown rights: {text}") from error


def _sum(text: str, bits: dict[str, int]) -> int:
    text = text.strip().upper()
    total = 0
    for at in range(0, len(text), 2):
        bit = bits.get(text[at : at + 2])
        if bit is None:
            raise UnreadableDescriptor(f"unknown flag or right: {text}")
        total |= bit
    return total
