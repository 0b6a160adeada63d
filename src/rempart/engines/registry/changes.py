"""What changed of one operator or establishment between two stocks, in the words of its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Values = Mapping[str, str | None]


class What(StrEnum):
    """The sorts of change that are kept."""

    RENAMED = "renamed"
    CLOSED = "closed"
    REOPENED = "reopened"
    RECATEGORISED = "recategorised"
    MOVED = "moved"
    OPERATOR = "operator"
    STATUS = "status"
    DESCRIBED = "described"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with what was and what is, as people read them."""

    what: What
    before: str
    after: str


_ONE_VALUE: Final = {
    What.RECATEGORISED: "category",
    What.OPERATOR: "operator",
    What.STATUS: "legal_status",
}


def display_name(values: Values) -> str:
    """The long name, or the short one when there is none."""
    return values.get("long_name") or values.get("name") or ""


def display_place(values: Values) -> str:
    """The address in one line."""
    parts = (values.get("address"), values.get("postal_code"), values.get("municipality"))
    return " ".join(part for part in parts if part)


def changes(before: Values, after: Values) -> list[Change]:
    """The changes worth keeping: name, address, category, operator, legal status. The rest is brought up to date in silence."""
    found = []
    for what, shown in ((What.RENAMED, display_name), (What.MOVED, display_place)):
        if shown(before) != shown(after):
            found.append(Change(what, shown(before), shown(after)))
    for what, name in _ONE_VALUE.items():
        if name in after and (before.get(name) or "") != (after[name] or ""):
            found.append(Change(what, before.get(name) or "", after[name] or ""))
    return found
