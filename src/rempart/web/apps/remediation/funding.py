"""Money that others give for actions: outer apps say it here, and the page of an action shows it.

An app registers a provider in its AppConfig.ready(): from numbers of actions, the lines of each.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FundingLine:
    """So many euros for an action, from where in words, and the page that says it."""

    label: str
    euros: int
    href: str = ""


Provider = Callable[[Collection[int]], Mapping[int, Sequence[FundingLine]]]

_PROVIDERS: Final[dict[str, Provider]] = {}


def register(name: str, provider: Provider) -> None:
    """Add or replace a provider."""
    _PROVIDERS[name] = provider


def of(actions: Collection[int]) -> dict[int, list[FundingLine]]:
    """Every line of these actions, in the order of the providers."""
    found: dict[int, list[FundingLine]] = {}
    for provider in _PROVIDERS.values():
        for action, lines in provider(actions).items():
            found.setdefault(action, []).extend(lines)
    return found
