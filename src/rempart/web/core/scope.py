"""Who may do what, and where: one `Scope` for a request, made of grants.

A grant is a role held on a level (the nation, a region, an operator, a grouping, an establishment). What a role
may do is the table `ROLE_ACTS`, and nothing else decides it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """What a grant covers; its code is a region, a FINESS number of operator or establishment, or a grouping."""

    NATIONAL = "national"
    REGION = "region"
    OPERATOR = "operator"
    GROUPING = "grouping"
    ESTABLISHMENT = "establishment"


class Role(StrEnum):
    """The roles of an organisation."""

    REFERENT = "referent"
    RSSI = "rssi"
    DIRECTION = "direction"
    READER = "reader"
    REGIONAL_OFFICER = "regional_officer"
    ADVISER = "adviser"
    NATIONAL_CERT = "national_cert"
    DELEGATE = "delegate"


class Act(StrEnum):
    """What can be done to the things of an establishment, or of the platform."""

    SEE_ESTABLISHMENT = "see_establishment"
    SEE_PORTFOLIO = "see_portfolio"
    SEE_FINDINGS = "see_findings"
    DEPOSIT_AUDIT = "deposit_audit"
    EDIT_PLAN = "edit_plan"
    ANSWER = "answer"
    EDIT_CARE_FILE = "edit_care_file"
    INVITE = "invite"
    DELEGATE = "delegate"
    SEE_ACCESS = "see_access"
    RUN_CAMPAIGN = "run_campaign"
    IMPORT_FRAMEWORK = "import_framework"
    IMPORT_REGISTRY = "import_registry"
    SEE_JOURNAL = "see_journal"
    SET_PERIMETER = "set_perimeter"
    SEARCH_EXPOSURE = "search_exposure"


_SEE: Final = frozenset({Act.SEE_ESTABLISHMENT, Act.SEE_FINDINGS, Act.SEARCH_EXPOSURE})
_WORK: Final = _SEE | {
    Act.DEPOSIT_AUDIT,
    Act.EDIT_PLAN,
    Act.ANSWER,
    Act.EDIT_CARE_FILE,
    Act.SEE_ACCESS,
}
_LEAD: Final = _WORK | {Act.INVITE, Act.DELEGATE, Act.SEE_JOURNAL, Act.SET_PERIMETER}

DELEGABLE: Final = _SEE | {
    Act.DEPOSIT_AUDIT,
    Act.EDIT_PLAN,
    Act.ANSWER,
    Act.EDIT_CARE_FILE,
    Act.SEE_JOURNAL,
}
"""What an establishment may mandate somebody to do. Never to invite, to mandate others, to consent to sweeps, nor to
read who looked."""

ROLE_ACTS: Final[dict[Role, frozenset[Act]]] = {
    Role.REFERENT: _LEAD,
    Role.RSSI: _WORK
    | {Act.SEE_PORTFOLIO, Act.RUN_CAMPAIGN, Act.INVITE, Act.SEE_JOURNAL, Act.SET_PERIMETER},
    Role.DIRECTION: _LEAD,
    Role.READER: _SEE,
    Role.REGIONAL_OFFICER: frozenset(
        {
            Act.SEE_ESTABLISHMENT,
            Act.SEE_PORTFOLIO,
            Act.RUN_CAMPAIGN,
            Act.IMPORT_FRAMEWORK,
            Act.INVITE,
        }
    ),
    Role.ADVISER: frozenset({Act.SEE_ESTABLISHMENT, Act.SEE_PORTFOLIO}),
    Role.NATIONAL_CERT: frozenset(
        {
            Act.SEE_ESTABLISHMENT,
            Act.SEE_PORTFOLIO,
            Act.RUN_CAMPAIGN,
            Act.IMPORT_FRAMEWORK,
            Act.IMPORT_REGISTRY,
            Act.INVITE,
            Act.SEE_JOURNAL,
            Act.SEARCH_EXPOSURE,
        }
    ),
    Role.DELEGATE: DELEGABLE | {Act.SEE_PORTFOLIO},
}
"""Role → its acts. A region sees where each establishment stands; the findings themselves are the establishment's,
until it mandates somebody. The national CERT asks who exposes a product among those that have opened their perimeter to
it."""


WIDE_ACTS: Final[dict[Role, frozenset[Act]]] = {
    Role.REFERENT: frozenset({Act.SEE_PORTFOLIO}),
    Role.DIRECTION: frozenset({Act.SEE_PORTFOLIO}),
}
"""What a role gains when it is held above one establishment: an operator of forty homes needs the list of them."""

ROLE_WORDS: Final[dict[Role, str]] = {
    Role.REFERENT: "référent cybersécurité",
    Role.RSSI: "RSSI",
    Role.DIRECTION: "direction",
    Role.READER: "lecture seule",
    Role.REGIONAL_OFFICER: "chargé de mission de l’ARS",
    Role.ADVISER: "conseiller GRADeS ou CRRC",
    Role.NATIONAL_CERT: "CERT national",
    Role.DELEGATE: "mandataire",
}

LEVEL_WORDS: Final[dict[Level, str]] = {
    Level.NATIONAL: "France entière",
    Level.REGION: "région",
    Level.OPERATOR: "entité juridique",
    Level.GROUPING: "groupement",
    Level.ESTABLISHMENT: "établissement",
}

ACT_WORDS: Final[dict[Act, str]] = {
    Act.SEE_ESTABLISHMENT: "voir la fiche et la situation",
    Act.SEE_PORTFOLIO: "voir le portefeuille",
    Act.SEE_FINDINGS: "voir les constats et les rapports",
    Act.DEPOSIT_AUDIT: "déposer un audit",
    Act.EDIT_PLAN: "modifier le plan d’actions",
    Act.ANSWER: "répondre aux auto-évaluations et déposer des preuves",
    Act.EDIT_CARE_FILE: "tenir le dossier CaRE",
    Act.RUN_CAMPAIGN: "lancer une campagne d’auto-évaluation",
    Act.IMPORT_FRAMEWORK: "importer un référentiel",
    Act.INVITE: "inviter des personnes",
    Act.DELEGATE: "donner un mandat",
    Act.SEE_ACCESS: "voir qui a accès et qui a consulté",
    Act.IMPORT_REGISTRY: "importer le registre",
    Act.SEE_JOURNAL: "lire le journal",
    Act.SET_PERIMETER: "déclarer ce qui est exposé et y consentir",
    Act.SEARCH_EXPOSURE: "chercher qui expose un produit",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on a level; `acts` narrows it, for a delegation that gives only a part."""

    role: Role
    level: Level
    code: str = ""
    acts: frozenset[Act] | None = None
    delegation: int | None = None

    def allows(self, act: Act) -> bool:
        """Whether this grant gives `act`."""
        own = ROLE_ACTS[self.role]
        if self.level is not Level.ESTABLISHMENT:
            own = own | WIDE_ACTS.get(self.role, frozenset())
        return act in own and (self.acts is None or act in self.acts)


@dataclass(frozen=True, slots=True)
class Scope:
    """All that one person may do, computed once for a request."""

    user_id: int | None = None
    grants: tuple[Grant, ...] = ()

    def can(self, act: Act) -> bool:
        """Whether `act` is allowed on something at least."""
        return any(grant.allows(act) for grant in self.grants)

    def codes(self, act: Act, level: Level) -> frozenset[str]:
        """The codes of a level on which `act` is allowed."""
        return frozenset(g.code for g in self.grants if g.level is level and g.allows(act))

    def is_national(self, act: Act) -> bool:
        """Whether `act` is allowed everywhere."""
        return any(g.level is Level.NATIONAL and g.allows(act) for g in self.grants)


NOBODY: Final = Scope()
EVERYTHING: Final = Scope(grants=(Grant(Role.NATIONAL_CERT, Level.NATIONAL),))
