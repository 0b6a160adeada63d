"""The invented people of the demonstration: who they are, what they may do, what they will see."""

from dataclasses import dataclass
from typing import Final

from rempart.web.core.scope import Level, Role


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person, with a role somewhere."""

    key: str
    first_name: str
    last_name: str
    function: str
    sees: str
    role: Role
    level: Level = Level.NATIONAL
    code: str = ""

    @property
    def email(self) -> str:
        """An address that reaches nobody."""
        return f"{self.key}@exemple.test"


HOME: Final = "359911005"
"""FINESS (invented) of Alice's nursing home."""
SUPPORT: Final = "229910161"
"""FINESS (invented) of the hospital of Bob's GHT."""
FAR: Final = "139912000"
"""FINESS (invented) of Charlie's nursing home, in another region."""
REGION: Final = "53"
GHT: Final = "BRE-07"

PEOPLE: Final = (
    Person(
        "alice", "Alice", "Le Goff (inventée)", "Référente d’un EHPAD à Rennes",
        "Son établissement : le niveau de son annuaire, ce qui a changé depuis la dernière mesure, et ses "
        "auto-évaluations, ses preuves, et son plan d’actions, dont une action en retard.",
        Role.REFERENT, Level.ESTABLISHMENT, HOME,
    ),
    Person(
        "bob", "Bob", "Tanguy (inventé)", "RSSI du GHT Armor",
        "Les établissements (inventés) de son groupement, et tout ce qu’il faut pour en auditer un.",
        Role.RSSI, Level.GROUPING, GHT,
    ),
    Person(
        "rose", "Rose", "Kermarrec (inventée)", "Chargée de mission à l’ARS Bretagne",
        "Le portefeuille de la région : 256 établissements, où en est chacun, qui ne donne plus de nouvelles. Les "
        "constats restent à l’établissement.",
        Role.REGIONAL_OFFICER, Level.REGION, REGION,
    ),
    Person(
        "nadia", "Nadia", "Benali (inventée)", "CERT national",
        "Toutes les régions, l’import du registre, le journal.",
        Role.NATIONAL_CERT,
    ),
    Person(
        "charlie", "Charlie", "Roux (inventé)", "Référent d’un EHPAD à Marseille",
        "Son établissement, et rien de la Bretagne : chaque page d’un autre lui répond qu’elle n’existe pas.",
        Role.REFERENT, Level.ESTABLISHMENT, FAR,
    ),
)  # fmt: skip
