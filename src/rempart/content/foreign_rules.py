"""What rules of other tools speak of: each pattern of a tool's rule to one of our checks (`exposure_foreign_rules.yaml`)."""

from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from rempart.content.directory import Text
from rempart.content.loader import content_root, read_yaml
from rempart.kernel.errors import InvalidContent

_FILE: Final = "exposure_foreign_rules.yaml"


class ForeignRule(Struct, forbid_unknown_fields=True, frozen=True):
    """A pattern of rules of a tool (`*` for any text, case not looked at), and the check that they speak of. `told` is a
    pattern of what the tool says beside, for a rule that says several things; `clears` is false when the tool may find
    nothing wrong where the check does, for it looks at less."""

    rule: Text
    check: Annotated[str, Meta(pattern="^[a-z0-9_]+$")]
    told: str = "*"
    clears: bool = True


class ForeignRules(Struct, forbid_unknown_fields=True, frozen=True):
    """The reference file: the rules of each tool, the first that fits wins."""

    revised_on: Text
    tools: dict[str, list[ForeignRule]]
    same: dict[str, str] = {}  # a tool that names things as another does → that other one
    related: dict[str, list[str]] = {}  # a check → those whose finding says the same otherwise


@cache
def foreign_file() -> ForeignRules:
    """The reference file. Raises InvalidContent."""
    try:
        found = msgspec.convert(read_yaml(content_root() / "reference" / _FILE), ForeignRules)
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"reference/{_FILE} : {fault}.") from fault
    unknown = set(found.same.values()) - set(found.tools)
    if unknown:
        raise InvalidContent(f"reference/{_FILE} : « {min(unknown)} » n’a pas de règles.")
    return found


@cache
def foreign_rules() -> dict[str, list[ForeignRule]]:
    """Rules by tool. Raises InvalidContent."""
    found = foreign_file()
    return found.tools | {tool: found.tools[other] for tool, other in found.same.items()}


def related_checks() -> dict[str, list[str]]:
    """For a check that a tool accuses, the checks whose finding says the same otherwise. Raises InvalidContent."""
    return foreign_file().related


def check_of(tool: str, rule: str, told: str = "", *, says: str = "failed") -> str:
    """Our check that a rule speaks of, "" when there is none, or when finding nothing wrong (« passed ») says nothing of it."""
    return _check_of(tool, rule[:200], told[:80] if tool in _telling() else "", says)


@lru_cache(maxsize=8192)
def _check_of(tool: str, rule: str, told: str, says: str) -> str:
    rule, told = rule.casefold(), told.casefold()
    for known in foreign_rules().get(tool, []):
        if fnmatchcase(rule, known.rule.casefold()) and fnmatchcase(told, known.told.casefold()):
            return known.check if known.clears or says == "failed" else ""
    return ""


@cache
def _telling() -> frozenset[str]:
    """The tools of which a rule at least depends on what is told."""
    return frozenset(
        tool for tool, rules in foreign_rules().items() if any(r.told != "*" for r in rules)
    )
