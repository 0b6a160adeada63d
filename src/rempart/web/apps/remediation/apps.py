"""The remediation app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string

from rempart.web.core import access_log, navigation, panels
from rempart.web.core.scope import Act


class RemediationConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.remediation"
    label = "remediation"

    def ready(self) -> None:
        """Give the other pages what this app adds to them."""
        # Imported now that the models are ready.
        query = import_string("rempart.web.apps.remediation.queries.plan_panel")
        parts = frozenset({"actions", "constats"})
        navigation.register(
            navigation.Entry("Plan d’actions", "plan", 20, Act.SEE_FINDINGS, parts=parts)
        )
        panels.register(
            panels.Panel("plan", 20, Act.SEE_FINDINGS, "remediation/parts/panel.html", query)
        )
        access_log.WORDS.update(
            {
                "plan_of": "Plan d’actions",
                "plan_export_of": "Export du plan d’actions",
                "findings_of": "Constats",
                "plan_calendar": "Budget et calendrier",
                "plan_calendar_export": "Export du calendrier",
                "plan_budget": "Budget du plan",
            }
        )
