"""Acts, as people say them."""

from typing import Final

from rempart.web.core.scope import Act

ACT_WORDS: Final[dict[Act, str]] = {
    Act.SEE_ESTABLISHMENT: "Voir les établissements",
    Act.SEE_PORTFOLIO: "Voir le portefeuille",
    Act.SEE_FINDINGS: "Lire les audits, les constats et le plan",
    Act.DEPOSIT_AUDIT: "Déposer un audit",
    Act.EDIT_PLAN: "Modifier le plan d’actions",
    Act.INVITE: "Inviter des personnes",
    Act.DELEGATE: "Donner un mandat",
    Act.SEE_ACCESS: "Voir qui a consulté",
    Act.IMPORT_REGISTRY: "Importer le registre",
    Act.SEE_JOURNAL: "Lire le journal",
}


def act_words(act: Act) -> str:
    """The French words of an act."""
    return ACT_WORDS.get(act, act.value)
