"""The files of the registry: which they are, and their columns.

Source: the published schemas of cs1100501, cs1100502 and cs1100507 (finess.esante.gouv.fr, data.gouv.fr), and the
lines of the stock of 12 May 2026, which has 32 fields where the schema of 2020 had 31.
"""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a file holds; the order is the order in which files are written."""

    CATEGORIES = "categories"
    LEGAL_STATUSES = "legal_statuses"
    OPERATORS = "operators"
    ESTABLISHMENTS = "establishments"
    GROUPINGS = "groupings"


OPERATOR: Final = (
    "type", "nofiness", "rs", "rslongue", "complrs", "numvoie", "typvoie", "voie", "compvoie", "compldistrib",
    "lieuditbp", "commune", "ligneacheminement", "departement", "libdepartement", "telephone", "statutjuridique",
    "libstatutjuridique", "categetab", "libcategetab", "siren", "codeape", "datecrea",
)  # fmt: skip
"""Columns of cs1100501."""

ESTABLISHMENT: Final = (
    "type", "nofinesset", "nofinessej", "rs", "rslongue", "complrs", "compldistrib", "numvoie", "typvoie", "voie",
    "compvoie", "lieuditbp", "commune", "departement", "libdepartement", "ligneacheminement", "telephone",
    "telecopie", "categetab", "libcategetab", "categagretab", "libcategagretab", "siret", "codeape", "codemft",
    "libmft", "codesph", "libsph", "dateouv", "dateautor", "datemaj", "numuai",
)  # fmt: skip
"""Columns of cs1100502, and of the first section of cs1100507; the last one is absent from older files."""

POSITION: Final = ("type", "nofinesset", "coordxet", "coordyet", "sourcecoordet", "datemaj")
"""Columns of the second section of cs1100507."""

GROUPING: Final = ("code", "type", "nom", "region", "membre")
"""Columns of our own file of groupings: one line a member, an EJ number (all its sites) or an ET number."""

CATEGORY: Final = ("code", "libelle", "libellecourt", "domaine", "datedeb", "datefin", "codeagr3")
LEGAL_STATUS: Final = ("code", "libelle", "libellecourt", "datedeb", "datefin")
"""Columns that we keep of the nomenclatures, whatever their order in the file."""

TITLES: Final[dict[Kind, str]] = {
    Kind.CATEGORIES: "Nomenclature des catégories d’établissements (cs1500106)",
    Kind.LEGAL_STATUSES: "Nomenclature des statuts juridiques (cs1500107)",
    Kind.OPERATORS: "Entités juridiques (cs1100501)",
    Kind.ESTABLISHMENTS: "Établissements (cs1100502 ou cs1100507)",
    Kind.GROUPINGS: "Regroupements et leurs membres",
}

RECOGNISED: Final = (
    "Les fichiers lus sont cs1100501 (entités juridiques), cs1100502 et cs1100507 (établissements), les nomenclatures "
    "cs1500106 et cs1500107, et le fichier des regroupements (code;type;nom;region;membre)."
)
