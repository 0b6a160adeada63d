"""The French words for what an exposure report names in code."""

from datetime import UTC, datetime, tzinfo
from typing import Final

from rempart.content.fingerprints import exposure_products
from rempart.content.knowledge import frameworks
from rempart.engines.exposure.report import EndpointLine
from rempart.kernel.outcome import Outcome
from rempart.render.french import NBSP, number
from rempart.render.text import name

THEMES: Final = {
    "dns": "Noms de domaine",
    "mail": "Messagerie",
    "tls": "Chiffrement (TLS)",
    "http": "Sites web",
    "service": "Services ouverts",
    "hole": "Failles et fins de vie",
}
CONFIDENCES: Final = {
    "confirmed": "confirmé",
    "probable": "probable",
    "possible": "possible",
}
CONFIDENCE_MEANINGS: Final = {
    "confirmed": "comportement observé, ou empreinte que seule cette version a",
    "probable": "version que le produit annonce lui-même",
    "possible": "déduit d’une bannière ou d’un autre outil : à vérifier",
}
OUTCOMES: Final = {
    Outcome.PASSED: "conforme",
    Outcome.FAILED: "à corriger",
    Outcome.NOT_APPLICABLE: "sans objet",
    Outcome.NOT_MEASURED: "non évalué",
}
_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def theme(key: str) -> str:
    """The French name of a theme; an unknown one is shown as it is."""
    return THEMES.get(key, name(key))


def confidence(key: str) -> str:
    """The French word of a confidence; an unknown one is shown as it is."""
    return CONFIDENCES.get(key, name(key))


def objective(key: str) -> str:
    """« CaRE domaine 1, « Les failles visibles… ? » » for an item of a framework; one that is not known as it is."""
    framework = frameworks().get(key.partition(".")[0])
    item = next((x for x in framework.items if x.id == key), None) if framework else None
    return f"{framework.short_title}, « {item.title} »" if framework and item else name(key)


def product(key: str) -> str:
    """The name of a product, of which a report gives the id; « tout produit » for the fix that fits all."""
    if key in ("", "any"):
        return "tout produit"
    known = exposure_products().get(key)
    return known.name if known else name(key)


def mark(value: float) -> str:
    """A score as a person reads it: no decimal that would claim more than it knows."""
    return number(int(value))


def grade_words(grade: str, value: float) -> str:
    """« D (52 sur 100) »."""
    return f"{grade} ({mark(value)} sur{NBSP}100)"


def moment(at: str, zone: tzinfo | None = UTC) -> str:
    """2026-11-22T02:12:00+00:00 → « dimanche 22/11 à 02:12 »; a text that is not an instant comes back as it is.

    Without a zone, that of the machine.
    """
    try:
        when = datetime.fromisoformat(at).astimezone(zone)
    except ValueError:
        return at
    return f"{_DAYS[when.weekday()]} {when:%d/%m} à {when:%H:%M}"


def opened(state: str, line: EndpointLine, zone: tzinfo | None = UTC) -> str:
    """« 443 ouvert dimanche 22/11 à 03:12 (www.exemple.fr, https) »: what became of a door."""
    said = {
        "opened": "ouvert",
        "appeared": "vu pour la première fois",
        "closed": "fermé : plus rien n’écoute",
        "silent": "ne répond plus : fermé ou filtré, non évalué",
    }
    what = ", ".join(x for x in (line.target, line.service) if x)
    when = (
        f" {moment(line.seen_at, zone)}" if state in ("opened", "appeared") and line.seen_at else ""
    )
    return f"{line.port} {said.get(state, state)}{when} ({name(what)})"
