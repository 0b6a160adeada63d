"""When Windows stops getting security updates (`reference/operating_systems.yaml`): dated data with its source."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from rempart.content.directory import Reference, Text
from rempart.content.loader import content_root, read_yaml
from rempart.kernel.errors import InvalidContent

Date = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]

_MARKS: Final = re.compile(r"[®™©]|\((?:R|TM)\)", re.IGNORECASE)
_BUILD: Final = re.compile(r"\((\d{4,6})\)|^\d+\.\d+\.(\d{4,6})")
_ENTERPRISE: Final = re.compile(r"enterprise|entreprise|education|éducation", re.IGNORECASE)


class OperatingSystem(Struct, forbid_unknown_fields=True, frozen=True):
    """A version of a system. `end` is the last day of public security updates."""

    names: Annotated[list[Text], Meta(min_length=1)]
    label: Text
    server: bool
    end: Date
    end_enterprise: Date | None = None
    paid_until: Date | None = None
    builds: list[int] = []


class OperatingSystems(Struct, forbid_unknown_fields=True, frozen=True):
    """The reference file."""

    source: Reference
    revised_on: Date
    systems: list[OperatingSystem]


class Support(Struct, frozen=True):
    """What is known of one machine's system. `ends_at` is the end of its last supported day, in Unix seconds."""

    label: str
    server: bool
    ends_on: str
    ends_at: int
    paid_until: str = ""


@cache
def operating_systems() -> OperatingSystems:
    """The reference as read. Raises InvalidContent."""
    path = content_root() / "reference" / "operating_systems.yaml"
    try:
        return msgspec.convert(read_yaml(path), OperatingSystems)
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"reference/operating_systems.yaml : {fault}.") from fault


@cache
def support_of(name: str, version: str = "") -> Support | None:
    """Support of a machine from its `operatingSystem` and `operatingSystemVersion`; None when it is not known.

    A system told apart by its build only is unknown when the version does not state it.
    """
    text = re.sub(r"\s+", " ", _MARKS.sub("", name)).strip().casefold()
    found = _BUILD.search(version)
    build = int(found[1] or found[2]) if found else None
    best: tuple[int, OperatingSystem] | None = None
    for system in operating_systems().systems:
        if system.builds and build not in system.builds:
            continue
        length = max((len(n) for n in system.names if text.startswith(n.casefold())), default=0)
        if length and (best is None or length > best[0]):
            best = (length, system)
    if best is None:
        return None
    system = best[1]
    enterprise = system.end_enterprise if _ENTERPRISE.search(name) else None
    ends_on = enterprise or system.end
    return Support(system.label, system.server, ends_on, _end_of(ends_on), system.paid_until or "")


def _end_of(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) + 86400
