"""The French words for what the report names in code."""

from typing import Final

from rempart.engines.directory.report import ObjectRef
from rempart.engines.directory.severity import LEVELS
from rempart.kernel.outcome import Outcome
from rempart.render.french import NBSP
from rempart.render.severity import severity_plural
from rempart.render.text import name

KINDS: Final = {
    "user": "compte",
    "managed_account": "compte de service géré",
    "computer": "ordinateur",
    "group": "groupe",
    "domain": "domaine",
    "ou": "unité d’organisation",
    "container": "conteneur",
    "gpo": "stratégie (GPO)",
    "cert_template": "modèle de certificat",
    "enterprise_ca": "autorité de certification",
    "root_ca": "autorité racine",
    "aia_ca": "autorité (AIA)",
    "ntauth_store": "magasin NTAuth",
    "issuance_policy": "politique d’émission",
    "site": "site",
    "server": "serveur de site",
    "ntds_settings": "réglages NTDS",
    "trust": "relation d’approbation",
    "dns_zone": "zone DNS",
    "password_settings": "politique de mot de passe",
    "schema_object": "objet du schéma",
    "naming_context": "racine de partition",
    "cross_ref": "référence de partition",
    "kds_root_key": "clé racine KDS",
    "secret": "secret DPAPI",
    "dfsr": "réplication DFS",
    "display_specifier": "menu d’administration",
    "authn_silo": "silo d’authentification",
    "authn_policy": "politique d’authentification",
    "other": "autre objet",
    "unknown": "inconnu",
}

KINDS_PLURAL: Final = {
    "user": "comptes",
    "managed_account": "comptes de service gérés",
    "computer": "ordinateurs",
    "group": "groupes",
}

OUTCOMES: Final = {
    Outcome.PASSED: "réussi",
    Outcome.FAILED: "en échec",
    Outcome.NOT_APPLICABLE: "sans objet",
    Outcome.NOT_MEASURED: "non évalué",
}

CATEGORIES: Final = {
    "control": "point de contrôle",
    "warning": "avertissement",
    "info": "information",
    "extra": "complément",
}


def kind(key: str) -> str:
    """The French name of a kind of object; an unknown one is shown as it is."""
    return KINDS.get(key, name(key))


def kinds(key: str) -> str:
    """The French plural of a kind, with a capital, for a chart."""
    text = KINDS_PLURAL.get(key, kind(key))
    return text[0].upper() + text[1:]


def short_name(ref: ObjectRef, domain: str = "") -> str:
    """The name that a person recognises; `@DOMAIN` goes when the directory has only that one."""
    text = ref.name or ref.dn or ref.id
    suffix = f"@{domain.upper()}"
    if domain and text.upper().endswith(suffix):
        text = text[: -len(suffix)]
    return name(text or ref.id)


def level_meaning(value: int) -> str:
    """What fails at a level: « constats critiques »; at the last one, nothing does."""
    if value in LEVELS:
        return f"constats {severity_plural(LEVELS[value])}"
    return "état de l’art" if value > max(LEVELS) else ""


def level_words(value: int, at_most: bool) -> str:
    """« niveau 2 », « niveau 2 au plus »."""
    return f"niveau{NBSP}{value}" + (" au plus" if at_most else "")
