"""What a request showed of an establishment, said by the view that showed it.

The accounts room writes it down after the answer, when the person is not of the establishment's own people: a view
only says what it showed. A page whose address has the FINESS number is noted without a word.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was shown."""

    establishment: str
    words: str


WORDS: Final[dict[str, str]] = {"establishment": "Fiche de l’établissement"}
"""URL name → what its page shows, in French; each app adds its own in ready()."""


def shown(request: HttpRequest, *, establishment: str, words: str) -> None:
    """Say that this answer shows `words` of an establishment (an audit, a plan, an export)."""
    looks: list[Look] = vars(request).setdefault("looks", [])
    looks.append(Look(establishment, words))


def listed(request: HttpRequest, establishments: Iterable[str], *, words: str) -> None:
    """Say that this answer lists `words` of several establishments."""
    for finess in dict.fromkeys(establishments):
        shown(request, establishment=finess, words=words)


def looks_of(request: HttpRequest) -> list[Look]:
    """All that a request showed: what the views said, else the FINESS number of its address."""
    said: list[Look] = list(vars(request).get("looks", []))
    match = request.resolver_match
    finess: Any = match.kwargs.get("finess") if match else None
    if match and finess and not any(look.establishment == finess for look in said):
        name = match.url_name or ""
        said.append(Look(str(finess), WORDS.get(name, f"Page {request.path}")))
    return said
