"""What a portfolio can be asked: filters, sorts, columns. Values only: no database, no clock."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

PER_PAGE: Final = 50
DEFAULT_SORT: Final = "nom"
DEFAULT_SILENCE: Final = 6


class Audit(StrEnum):
    """What is asked of the directory audit."""

    NONE = "aucun"
    ANY = "fait"
    INCOMPLETE = "incomplet"
    LEVEL_1 = "1"
    LEVEL_2 = "2"
    LEVEL_3 = "3"
    LEVEL_4 = "4"
    LEVEL_5 = "5"


AUDIT_WORDS: Final = {
    Audit.NONE: "pas de donnée",
    Audit.ANY: "au moins un audit",
    Audit.INCOMPLETE: "avec des points non évalués",
    **{Audit(str(k)): f"niveau {k}" for k in range(1, 6)},
}


class Assessed(StrEnum):
    """What is asked of self-assessments."""

    NONE = "jamais"
    BEGUN = "encours"
    FINISHED = "terminee"
    SHARED = "partagee"


ASSESSED_WORDS: Final = {
    Assessed.NONE: "jamais commencée",
    Assessed.BEGUN: "en cours",
    Assessed.FINISHED: "terminée",
    Assessed.SHARED: "terminée, résultat partagé",
}
SILENCES: Final = {3: "trois mois", 6: "six mois", 12: "un an", 24: "deux ans"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: its words, the sort it offers, whether it holds figures."""

    key: str
    words: str
    sort: str = ""
    is_numeric: bool = False
    is_default: bool = True


COLUMNS: Final = (
    Column("commune", "Commune", is_default=False),
    Column("departement", "Département", "departement"),
    Column("categorie", "Catégorie", "categorie", is_default=False),
    Column("gestionnaire", "Gestionnaire", is_default=False),
    Column("ght", "GHT", is_default=False),
    Column("annuaire", "Annuaire", "annuaire"),
    Column("mesure", "Mesuré le", is_default=False),
    Column("exposes", "Comptes exposés", is_numeric=True, is_default=False),
    Column("constats", "Constats ouverts", is_numeric=True, is_default=False),
    Column("actions", "Actions ouvertes", is_numeric=True, is_default=False),
    Column("retard", "Actions en retard", "retard", is_numeric=True),
    Column("signe", "Dernier signe", "signe"),
    Column("evaluation", "Auto-évaluation", "evaluation"),
    Column("referentiel", "Dernier référentiel", is_default=False),
    Column("resultat", "Résultat partagé", is_default=False),
)
COLUMN_OF: Final = {column.key: column for column in COLUMNS}
DEFAULT_COLUMNS: Final = tuple(c.key for c in COLUMNS if c.is_default)

SORTS: Final[dict[str, tuple[str, ...]]] = {
    "nom": ("sort_name", "finess"),
    "-nom": ("-sort_name", "-finess"),
    "departement": ("department", "sort_name", "finess"),
    "-departement": ("-department", "-sort_name", "-finess"),
    "categorie": ("category", "sort_name", "finess"),
    "-categorie": ("-category", "-sort_name", "-finess"),
    "annuaire": ("directory_rank", "sort_name", "finess"),
    "-annuaire": ("-directory_level", "sort_name", "finess"),
    "retard": ("next_due_on", "sort_name", "finess"),
    "-retard": ("-next_due_on", "-sort_name", "-finess"),
    "signe": ("last_sign_on", "sort_name", "finess"),
    "-signe": ("-last_sign_on", "-sort_name", "-finess"),
    "evaluation": ("assessment_progress", "sort_name", "finess"),
    "-evaluation": ("-assessment_progress", "-sort_name", "-finess"),
}
"""Sort → the columns, each held by an index that can be walked in this direction."""


class Shade(StrEnum):
    """What the map shows."""

    AUDITED = "audites"
    SILENT = "silencieux"
    OVERDUE = "retard"


SHADE_WORDS: Final = {
    Shade.AUDITED: "avec un audit d’annuaire",
    Shade.SILENT: "sans nouvelles",
    Shade.OVERDUE: "avec une action en retard",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked of the portfolio, read and checked; empty means all."""

    words: str = ""
    department: str = ""
    category: str = ""
    operator: str = ""
    grouping: str = ""
    audit: Audit | None = None
    assessed: Assessed | None = None
    silence: int | None = None
    is_overdue: bool = False
    sort: str = DEFAULT_SORT
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    shade: Shade = Shade.AUDITED

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter leaves establishments out."""
        return any(
            (self.words, self.department, self.category, self.operator, self.grouping)
        ) or bool(self.audit or self.assessed or self.silence or self.is_overdue)


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last of its month: 31 August less six months is 28 February."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(last, day.day))
        except ValueError:
            continue
    raise ValueError(f"{day} less {months} months")
