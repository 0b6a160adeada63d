"""The audits app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string

from rempart.web.core import access_log, facts, navigation, panels
from rempart.web.core.scope import Act


class AuditsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.audits"
    label = "audits"

    def ready(self) -> None:
        """Give the other pages what this app adds to them."""
        # Imported now that the models are ready.
        query = import_string("rempart.web.apps.audits.queries.directory_panel")
        navigation.register(navigation.Entry("Audits", "audits", 30, Act.SEE_FINDINGS))
        panels.register(
            panels.Panel(
                "directory", 10, Act.SEE_FINDINGS, "audits/parts/panel.html", query, "Annuaire"
            )
        )
        facts.register("directory", import_string("rempart.web.apps.audits.measured.facts_of"))
        access_log.WORDS.update({"audits_of": "Audits", "audit_deposit": "Dépôt d’un audit"})
