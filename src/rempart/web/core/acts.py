"""The acts of the journal in French, as its page says them; a test holds that none is missing."""

from typing import Final

WORDS: Final[dict[str, str]] = {
    "abandon_action": "Action abandonnée",
    "abandon_registry_import": "Import du registre abandonné",
    "accept_invitation": "Invitation acceptée",
    "accept_registry_import": "Import du registre accepté",
    "add_action": "Action ajoutée",
    "change_action": "Action modifiée",
    "close_action": "Action close (déclarée)",
    "comment_action": "Action commentée",
    "deposit_audit": "Audit déposé",
    "end_membership": "Rôle retiré",
    "export_portfolio": "Portefeuille exporté",
    "find_same_audit": "Audit déjà connu",
    "give_registry_files": "Fichiers du registre donnés",
    "grant_delegation": "Mandat donné",
    "invite": "Personne invitée",
    "make_token": "Jeton d’API créé",
    "plan_action": "Action planifiée",
    "propose_action": "Action proposée de nouveau",
    "propose_actions": "Actions proposées",
    "record_audit": "Audit analysé",
    "record_findings": "Constats enregistrés",
    "refuse_audit": "Audit illisible",
    "resume_action": "Action reprise",
    "revoke_delegation": "Mandat retiré",
    "revoke_invitation": "Invitation retirée",
    "revoke_token": "Jeton d’API retiré",
    "see_again_action": "Action rouverte : le constat est revu",
    "start_action": "Action commencée",
    "verify_action": "Action vérifiée par un audit",
    "withdraw_action": "Proposition retirée",
    "write_registry_import": "Registre mis à jour",
}


def said(act: str) -> str:
    """The act in French; the identifier itself when an older version wrote it."""
    return WORDS.get(act, act)
