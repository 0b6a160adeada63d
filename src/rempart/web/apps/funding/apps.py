"""The funding app."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.module_loading import import_string

from rempart.web.apps.evidence import subjects
from rempart.web.core import access_log, navigation, panels
from rempart.web.core.scope import Act, Scope


def _declared_address(scope: Scope) -> str | None:
    """Whoever holds files finds what is declared on their page: one entry is enough."""
    return None if scope.can(Act.SEE_FINDINGS) else reverse("care_declared")


class FundingConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.funding"
    label = "funding"

    def ready(self) -> None:
        """Give the other pages what this app adds to them."""
        # Imported now that the models are ready.
        query = import_string("rempart.web.apps.funding.queries.panel")
        proofs = "rempart.web.apps.funding.proofs"
        subjects.register("expense", import_string(f"{proofs}.described"))
        subjects.offer("funding", import_string(f"{proofs}.offered"))
        subjects.state_dates("funding", import_string(f"{proofs}.stated_dates"))
        navigation.register(navigation.Entry("Dossier CaRE", "care_files", 35, Act.SEE_FINDINGS))
        navigation.register(
            navigation.Entry(
                "CaRE déclaré", "care_declared", 35, Act.SEE_PORTFOLIO, _declared_address
            )
        )
        panels.register(
            panels.Panel(
                "care",
                45,
                Act.SEE_FINDINGS,
                "funding/parts/panel.html",
                query,
                "Dossiers de financement",
            )
        )
        access_log.WORDS.update({"care_files_of": "Dossiers CaRE"})
