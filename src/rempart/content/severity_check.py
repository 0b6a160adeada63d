"""That what Rempart writes says a severity with the words of `reference/severities.yaml`, and with no others."""

import re
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Final

from rempart.content.loader import content_root
from rempart.content.severity import severities

_OTHERS: Final = re.compile(
    r"danger immédiat|à corriger vite|failles? (?:très )?(?:critiques?|graves?|mineures?)"
    r"|gravité (?:critique|élevée|haute|moyenne|faible|basse|mineure)",
    re.IGNORECASE,
)


def other_words(text: str) -> list[str]:
    """The words of a text for a severity that are not those of the table, wherever its lines end."""
    return _OTHERS.findall(" ".join(text.split()))


def faults() -> list[str]:
    """Each file of the content that says a severity otherwise. Raises InvalidContent when the table does not fit."""
    severities()
    return [
        f"{where} : « {words} » n’est pas une gravité de reference/severities.yaml."
        for where, text in _texts(content_root(), "")
        for words in other_words(text)
    ]


def _texts(folder: Traversable, place: str) -> Iterator[tuple[str, str]]:
    """Every YAML file under a folder, with its path from there."""
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.is_dir():
            yield from _texts(path, f"{place}{path.name}/")
        elif path.name.endswith(".yaml"):
            yield f"{place}{path.name}", path.read_text("utf-8")
