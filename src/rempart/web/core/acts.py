"""The acts of the journal in French, as its page says them; a test holds that none is missing."""

from collections.abc import Mapping
from typing import Any, Final

WORDS: Final[dict[str, str]] = {
    "abandon_action": "Action abandonnée",
    "abandon_registry_import": "Import du registre abandonné",
    "accept_invitation": "Invitation acceptée",
    "accept_registry_import": "Import du registre accepté",
    "accept_risk": "Risque accepté",
    "add_action": "Action ajoutée",
    "answer_delegated_question": "Question déléguée : réponse reçue",
    "cancel_job": "Travail annulé",
    "carry_over_assessment": "Auto-évaluation reportée sur un autre établissement",
    "change_action": "Action modifiée",
    "choose_groups": "Catégorie choisie pour une auto-évaluation",
    "close_account": "Compte fermé",
    "close_action": "Action close (déclarée)",
    "close_sessions": "Connexions fermées",
    "comment_action": "Action commentée",
    "comment_item": "Question d’auto-évaluation commentée",
    "delegate_question": "Question envoyée par un lien",
    "deposit_audit": "Audit déposé",
    "end_membership": "Rôle retiré",
    "expire_acceptance": "Fin d’un risque accepté",
    "export_assessment": "Auto-évaluation exportée",
    "export_portfolio": "Portefeuille exporté",
    "find_same_audit": "Audit déjà connu",
    "forget_collection": "Collecte effacée",
    "give_registry_files": "Fichiers du registre donnés",
    "grant_delegation": "Mandat donné",
    "import_framework": "Référentiel importé",
    "invite": "Personne invitée",
    "keep_calendar": "Calendrier retenu",
    "launch_campaign": "Campagne lancée",
    "lose_proof_of_action": "Preuve d’une action perdue",
    "make_token": "Jeton d’API créé",
    "open_assessment": "Auto-évaluation ouverte",
    "plan_action": "Action planifiée",
    "propose_action": "Action proposée de nouveau",
    "propose_actions": "Actions proposées",
    "propose_measures": "Mesures proposées",
    "record_audit": "Audit analysé",
    "record_findings": "Constats enregistrés",
    "refuse_audit": "Audit illisible",
    "remind_campaign": "Campagne relancée",
    "reopen_account": "Compte rouvert",
    "reopen_assessment": "Auto-évaluation rouverte",
    "reset_second_factor": "Second facteur réinitialisé",
    "resume_action": "Action reprise",
    "revoke_delegated_question": "Lien d’une question retiré",
    "revoke_delegation": "Mandat retiré",
    "revoke_invitation": "Invitation retirée",
    "revoke_token": "Jeton d’API retiré",
    "see_again_action": "Action rouverte : le constat est revu",
    "set_budget": "Budget du plan indiqué",
    "set_prerequisites": "Préalables d’une action indiqués",
    "share_action": "Action partagée dans un groupement",
    "share_assessment": "Partage d’une auto-évaluation changé",
    "start_action": "Action commencée",
    "submit_assessment": "Auto-évaluation terminée",
    "take_back_measure": "Mesure retirée",
    "verify_action": "Action vérifiée par un audit",
    "withdraw_action": "Proposition retirée",
    "withdraw_audit": "Audit retiré",
    "write_registry_import": "Registre mis à jour",
}


DETAILS: Final[dict[str, str]] = {
    "acts": "droits",
    "at_most": "niveau plafonné",
    "before": "état d’avant",
    "changed": "changements",
    "code": "code",
    "days": "jours de validité",
    "done_on": "fait le",
    "email": "adresse",
    "establishments": "établissements",
    "file": "pièce jointe",
    "files": "fichiers",
    "form": "forme",
    "findings": "constats",
    "found": "trouvé",
    "expected": "attendu",
    "todo": "à faire",
    "from_on": "à partir du",
    "is_kept": "collecte conservée",
    "level": "niveau",
    "measure": "mesure",
    "measured_on": "mesuré le",
    "mended": "corrigés",
    "new": "nouveaux",
    "proof": "preuve",
    "proposed": "proposées",
    "query": "filtre",
    "reason": "raison",
    "reopened": "rouverts",
    "report": "rapport",
    "role": "rôle",
    "sessions": "connexions",
    "same_as": "même que",
    "seen": "vus",
    "sha256": "empreinte du fichier",
    "shared": "partagée avec",
    "state": "état",
    "to": "à",
    "until_on": "jusqu’au",
    "until": "jusqu’au",
    "function": "fonction",
    "euros": "euros par trimestre",
    "due": "échéances",
    "after": "état d’après",
    "estimate": "estimation des coûts",
    "members": "établissements",
    "percent": "part",
    "carried_from": "repris de",
    "digest": "empreinte",
    "framework": "référentiel",
    "groups": "catégories",
    "grouping": "groupement",
    "high": "score au plus (centièmes)",
    "item": "question",
    "items": "questions",
    "low": "score au moins (centièmes)",
    "region": "région",
    "version": "version",
}
"""What the details of an entry are called on its page."""


def detail(name: str, value: Any) -> tuple[str, str]:
    """One detail in French: its name, and its value as text."""
    return DETAILS.get(name, name), _text(value)


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Mapping):
        return " ; ".join(f"{DETAILS.get(k, k)} : {_text(inner)}" for k, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)


def said(act: str) -> str:
    """The act in French; the identifier itself when an older version wrote it."""
    return WORDS.get(act, act)
