"""The evidence app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string

from rempart.web.core import access_log, facts, panels
from rempart.web.core.scope import Act


class EvidenceConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.evidence"
    label = "evidence"

    def ready(self) -> None:
        """Give the other pages what this app adds to them."""
        # Imported now that the models are ready.
        place = "rempart.web.apps.evidence.queries"
        panels.register(
            panels.Panel(
                "evidence",
                40,
                Act.SEE_FINDINGS,
                "evidence/parts/panel.html",
                import_string(f"{place}.panel"),
                "Preuves",
            )
        )
        facts.register("evidence", import_string(f"{place}.facts_of"))
        access_log.WORDS.update(
            {"evidence_of": "Preuves", "evidence_deposit": "Dépôt d’une preuve"}
        )
