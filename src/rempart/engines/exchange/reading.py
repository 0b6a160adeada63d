"""What every reader of a foreign framework shares: bounds, identifiers, the form of what is read."""

import re
import unicodedata
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import yaml
from msgspec import structs

from rempart.content.frameworks import Framework, Item, Level, Theme
from rempart.kernel.errors import UnreadableSource

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_DEPTH: Final = 60
MOST_ITEMS: Final = 5_000

TWICE: Final = "la clé"
YAML_FAULTS: Final = {
    "constructor": "une balise « ! » n’est pas admise ici",
    "expected ':'": "il manque un « : » après un mot",
    "mapping values are not allowed": "un « : » est mal placé, ou un texte attend des guillemets",
    "cannot start any token": "un signe est mal placé, ou une tabulation tient la place d’espaces",
    "block end": "le retrait des lignes n’est pas régulier",
    "end of stream": "un guillemet ou un crochet n’est pas fermé",
    "special characters": "un caractère de commande s’y cache",
    "expected ',' or": "il manque une virgule ou un crochet",
}
"""What the library says of a fault → why, for people."""
OTHER_FAULT: Final = "sa mise en forme n’est pas celle du YAML"

PLAIN_LEVELS: Final = (
    Level(0, "Rien n’est en place."),
    Level(1, "Une partie est en place."),
    Level(2, "Tout est en place, et on peut le montrer."),
)
"""The levels of an item whose authors gave none."""


class UnreadableFramework(UnreadableSource):
    """A file that cannot be read as a framework."""


@dataclass(frozen=True, slots=True)
class ReadFramework:
    """A framework, and what of the file was left out, in sentences."""

    framework: Framework
    left_out: tuple[str, ...] = ()


def text_of(data: bytes, what: str) -> str:
    """The text of a file. Raises UnreadableFramework when it is too long, or is not UTF-8."""
    if len(data) > MOST_BYTES:
        raise UnreadableFramework(
            f"Ce fichier fait {len(data) // 1024**2} Mo.",
            expected=f"Un référentiel tient dans {MOST_BYTES // 1024**2} Mo.",
            todo="Vérifiez que c’est bien le bon fichier.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise UnreadableFramework(
            f"Ce fichier n’est pas un texte UTF-8 (octet {fault.start}).",
            expected=f"Était attendu : {what}.",
            todo="Enregistrez-le en UTF-8, ou reprenez le fichier d’origine.",
        ) from fault


def load_yaml(text: str, what: str) -> Any:
    """The YAML of a text, as plain objects.

    Raises UnreadableFramework on aliases (a few lines of them can mean billions), on a nesting over `MOST_DEPTH`, on
    a key written twice, and where it is not YAML.
    """
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _bounded(yaml.parse(text, Loader=base))
        return yaml.load(text, Loader=_no_double_keys(base))  # noqa: S506 (a safe loader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        place = f" à la ligne {mark.line + 1}" if mark else ""
        raise UnreadableFramework(
            f"Ce fichier n’est pas du YAML lisible{place} ({_why(fault)}).",
            expected=f"Était attendu : {what}.",
            todo="Corrigez cette ligne, ou reprenez le fichier d’origine.",
        ) from fault
    except (ValueError, RecursionError) as fault:
        raise UnreadableFramework(
            "Ce fichier contient une valeur qui ne se lit pas (une date ou un nombre impossible).",
            expected=f"Était attendu : {what}.",
        ) from fault


def load_json(text: str, what: str) -> Any:
    """The JSON of a text, as plain objects. Raises UnreadableFramework where it is not JSON."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as fault:
        is_cut = "truncated" in str(fault)
        why = "il est coupé avant sa fin" if is_cut else "sa mise en forme n’est pas celle du JSON"
        if isinstance(fault, RecursionError):
            why = "il est imbriqué sans fin"
        raise UnreadableFramework(
            f"Ce fichier n’est pas du JSON lisible ({why}).", expected=f"Était attendu : {what}."
        ) from fault


def _why(fault: yaml.YAMLError) -> str:
    """Why a text is not YAML, in French: the library speaks English, our own faults do not."""
    said = str(getattr(fault, "problem", None) or fault)
    if said.startswith(TWICE):
        return said
    return next((why for sign, why in YAML_FAULTS.items() if sign in said), OTHER_FAULT)


def _bounded(events: Iterator[Any]) -> None:
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableFramework(
                f"Ce fichier renvoie à lui-même (alias « {event.anchor} », ligne {_line(event)}).",
                expected="Un référentiel s’écrit sans alias YAML.",
                todo="Reprenez le fichier d’origine.",
            )
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > MOST_DEPTH:
            raise too_deep(f" (ligne {_line(event)})")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def too_deep(place: str = "") -> UnreadableFramework:
    """What is said of a file whose tables hold tables without end."""
    return UnreadableFramework(
        f"Ce fichier est imbriqué sur plus de {MOST_DEPTH} niveaux{place}.",
        todo="Reprenez le fichier d’origine.",
    )


def _no_double_keys(base: Any) -> Any:
    class Loader(base):  # type: ignore[misc]
        """A safe loader that refuses a key written twice."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
            """As the safe loader does, once the keys are known to differ."""
            seen: set[Any] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{TWICE} « {key.value} » est écrite deux fois", key.start_mark
                    )
                seen.add(key.value)
            found: dict[Hashable, Any] = super().construct_mapping(node, deep)
            return found

    return Loader


def words(value: Any) -> str:
    """A text of a file, or nothing; control characters and marks that turn the reading round are taken out."""
    if value is None:
        return ""
    kept = (c for c in str(value) if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf"))
    return "".join(kept).strip()


def identifier(text: str, *, most: int = 60) -> str:
    """An identifier of ours from the name of something: lower case, letters, figures and underscores."""
    plain = (
        unicodedata.normalize("NFKD", text.replace("’", " "))
        .encode("ascii", "ignore")
        .decode("ascii")
        .lower()
    )
    found = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return (found if found[:1].isalpha() else f"f_{found}")[:most].rstrip("_")


def item_id(framework: str, reference: str) -> str:
    """The identifier of an item from its official reference, or from the end of its URN."""
    parts = [re.sub(r"[^A-Za-z0-9_-]+", "-", part).strip("-") for part in reference.split(".")]
    return ".".join([framework, *(part for part in parts if part)])[:80].rstrip(".-")


def with_items(themes: dict[str, Theme], items: dict[str, list[Item]]) -> list[Theme]:
    """Themes with their items, without those that have none."""
    return [
        structs.replace(theme, items=items[key]) for key, theme in themes.items() if items.get(key)
    ]
