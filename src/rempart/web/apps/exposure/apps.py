"""The exposure app."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.module_loading import import_string

from rempart.web.core import access_log, facts, navigation, panels
from rempart.web.core.scope import Act, Scope


def covered_page(scope: Scope) -> str | None:
    """Whoever sees findings has the other pages from theirs: one entry is enough."""
    return None if scope.can(Act.SEE_FINDINGS) else reverse("exposure_coverage")


class ExposureConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.exposure"
    label = "exposure"

    def ready(self) -> None:
        """Give the other pages what this app adds to them."""
        # Imported now that the models are ready.
        query = import_string("rempart.web.apps.exposure.queries.panel")
        entry = navigation.Entry
        navigation.register(entry("Exposition", "exposures", 31, Act.SEE_FINDINGS))
        navigation.register(
            entry("Exposition", "exposure_coverage", 31, Act.SEE_PORTFOLIO, address=covered_page)
        )
        panels.register(
            panels.Panel(
                "exposure",
                12,
                Act.SEE_FINDINGS,
                "exposure/parts/panel.html",
                query,
                "Exposition sur internet",
            )
        )
        facts.register("exposure", import_string("rempart.web.apps.exposure.measured.facts_of"))
        access_log.WORDS.update(
            {
                "exposure_of": "Exposition sur internet",
                "exposure_perimeter": "Périmètre exposé",
                "exposure_perimeter_file": "Fichier du périmètre exposé",
                "exposure_deposit": "Dépôt d’un audit d’exposition",
                "exposure_join": "Dépôt du rapport d’un autre outil",
            }
        )
