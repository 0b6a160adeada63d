"""Measured facts of an establishment, which apps give to one another without being imported.

An app registers a provider in its AppConfig.ready(); `of` gathers them. Names are those of
`content/reference/measured_facts.yaml`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that a measure gave, with its day, where it comes from in words, and the page that shows it.

    `is_document`: the establishment gave a document that says it, and no measure looked; it is declared, not verified.
    """

    name: str
    value: float
    measured_on: date
    label: str
    href: str = ""
    is_document: bool = False


Provider = Callable[[str, date], Iterable[Fact]]

_PROVIDERS: Final[dict[str, Provider]] = {}


def register(name: str, provider: Provider) -> None:
    """Add or replace a provider: from a FINESS number and today, the facts that it knows."""
    _PROVIDERS[name] = provider


def of(finess: str, today: date) -> dict[str, Fact]:
    """Every fact known of an establishment; of two with one name, the later measure."""
    found: dict[str, Fact] = {}
    for provider in _PROVIDERS.values():
        for fact in provider(finess, today):
            known = found.get(fact.name)
            if known is None or known.measured_on <= fact.measured_on:
                found[fact.name] = fact
    return found
