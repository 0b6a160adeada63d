"""The faults of a file that a person wrote, in French: what libraries say of it is English, and speaks of their insides."""

import re
from typing import Final

import yaml

_PLACE: Final = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_WORDS: Final = (
    (re.compile(r"^Object contains unknown field `(.*)`$"), "clé inconnue : {0}"),
    (re.compile(r"^Object missing required field `(.*)`$"), "il manque la clé {0}"),
    (re.compile(r"^Invalid enum value (.*)$"), "valeur inconnue : {0}"),
    (re.compile(r"^Expected `(.*)`, got `(.*)`$"), "type {0} attendu, {1} trouvé"),
    (re.compile(r"^Expected `(.*)`$"), "{0} attendu"),
    (re.compile(r"^Expected `(?:int|float)` (<=|<|>=|>) (.*)$"), "nombre {0} {1} attendu"),
    (re.compile(r"^Expected `(.*)` of length (<=|>=) (.*)$"), "{0} de longueur {1} {2} attendu"),
    # The only pattern of our files is that of an hour; a date that does not exist is told by the standard library.
    (re.compile(r"^Expected `str` matching regex "), "heure écrite autrement qu’attendu (08:00)"),
    (
        re.compile(r"^(?:Invalid .*\bdate|(?:month|day|year) .*)$"),
        "date inconnue (attendu : 2026-10-01)",
    ),
)


def fault_words(fault: Exception) -> str:
    """What is wrong, and where when it is known. A sentence of ours comes back as it is."""
    if isinstance(fault, FileNotFoundError):
        return "ce fichier n’existe pas"
    if isinstance(fault, OSError):
        return "ce fichier ne peut pas être lu : ce n’en est pas un, ou il est interdit"
    if isinstance(fault, UnicodeDecodeError):
        return "ce n’est pas de l’UTF-8"
    if isinstance(fault, RecursionError):
        return "des éléments sont emboîtés sans fin"
    if isinstance(fault, yaml.MarkedYAMLError):
        mark = fault.problem_mark or fault.context_mark
        where = f", ligne {mark.line + 1}, colonne {mark.column + 1}" if mark else ""
        return f"ce n’est pas du YAML bien formé{where}"
    return _of_shape(str(fault))


def _of_shape(said: str) -> str:
    place = _PLACE.search(said)
    where = f", dans {place[1]}" if place and place[1] else ""
    bare = _PLACE.sub("", said)
    for pattern, words in _WORDS:
        if found := pattern.match(bare):
            return words.format(*found.groups()) + where
    return bare + where
