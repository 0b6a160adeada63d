"""Reading frameworks, programmes, maps and measures; each is read once."""

from datetime import date
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from rempart.content.frameworks import Framework, ItemMap, Programme
from rempart.content.loader import content_root, load_folder, read_yaml
from rempart.content.measures import Measure
from rempart.kernel.errors import InvalidContent


def read_framework(folder: Traversable) -> Framework:
    """One framework from its folder: `framework.yaml`, whose `themes` lists files beside it, in order.

    Raises InvalidContent with the file and the fault: a missing theme, a file that no theme names, an unknown field.
    """
    place = f"frameworks/{folder.name}"
    whole = _table(folder / "framework.yaml", place)
    named = whole.get("themes")
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise InvalidContent(f"{place}/framework.yaml : « themes » doit être la liste des thèmes.")
    here = {p.name.removesuffix(".yaml") for p in folder.iterdir() if p.name.endswith(".yaml")} - {
        "framework"
    }
    if apart := sorted(here ^ set(named)):
        raise InvalidContent(
            f"{place} : thèmes sans fichier, ou fichiers sans thème : {', '.join(apart)}."
        )
    themes = [_table(folder / f"{name}.yaml", place) for name in named]
    for name, theme in zip(named, themes, strict=True):
        if theme.get("id") != name:
            raise InvalidContent(f"{place}/{name}.yaml : l’identifiant du thème doit être {name}.")
    try:
        found = msgspec.convert(whole | {"themes": themes}, Framework)
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"{place} : {fault}.") from fault
    if found.id != folder.name:
        raise InvalidContent(
            f"{place} : l’identifiant est {found.id}, le dossier doit porter son nom."
        )
    return found


def _table(path: Traversable, place: str) -> dict[str, Any]:
    if not path.is_file():
        raise InvalidContent(f"{place}/{path.name} : le fichier manque.")
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise InvalidContent(f"{place}/{path.name} : une table était attendue.")
    return data


@cache
def frameworks() -> dict[str, Framework]:
    """The frameworks that Rempart brings, by id."""
    root = content_root() / "frameworks"
    folders = sorted((p for p in root.iterdir() if p.is_dir()), key=lambda p: p.name)
    return {p.name: read_framework(p) for p in folders if not p.name.startswith("__")}


@cache
def programmes() -> dict[str, Programme]:
    """Programmes, by id."""
    return load_folder("programmes", Programme)


@cache
def item_maps() -> dict[str, ItemMap]:
    """Maps between items, by id."""
    return load_folder("item_maps", ItemMap)


@cache
def measures() -> dict[str, Measure]:
    """Measures, by id."""
    return load_folder("measures", Measure)


@cache
def fact_words() -> dict[str, str]:
    """French name of each fact that measures give to assessments (reference/measured_facts.yaml)."""
    data = read_yaml(content_root() / "reference" / "measured_facts.yaml")
    if not isinstance(data, dict):
        raise InvalidContent("reference/measured_facts.yaml : une table était attendue.")
    return {str(k): str(v) for k, v in data.items()}


def as_day(text: str) -> date | None:
    """A bound of a window when it is a day, None when it is the name of a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
