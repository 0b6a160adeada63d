"""The assessments app."""

from typing import Final

from django.apps import AppConfig
from django.utils.module_loading import import_string

from rempart.web.core import access_log, navigation, panels, protection
from rempart.web.core.scope import Act

ANSWERS: Final = protection.History(
    "answer_change",
    "assessments_answerchange",
    "Ce qui a été répondu ne se modifie pas et ne s’efface pas.",
)


class AssessmentsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.assessments"
    label = "assessments"

    def ready(self) -> None:
        """Give the other pages what this app adds to them."""
        # Imported now that the models are ready.
        query = import_string("rempart.web.apps.assessments.queries.assessments_panel")
        navigation.register(navigation.Entry("Évaluer", "assessments", 15, Act.SEE_FINDINGS))
        navigation.register(navigation.Entry("Campagnes", "campaigns", 18, Act.RUN_CAMPAIGN))
        protection.register(ANSWERS)
        panels.register(
            panels.Panel("assessments", 5, Act.SEE_FINDINGS, "assessments/parts/panel.html", query)
        )
        beginning = import_string("rempart.web.apps.assessments.beginning.panel")
        panels.register(
            panels.Panel("next", 1, Act.ANSWER, "assessments/parts/next.html", beginning)
        )
        place = "rempart.web.apps.assessments.proofs"
        subjects = import_string("rempart.web.apps.evidence.subjects")
        subjects.register("item", import_string(f"{place}.described"))
        subjects.register("piece", import_string(f"{place}.described"))
        subjects.offer("assessments", import_string(f"{place}.offered"))
        access_log.WORDS.update({"assessments_of": "Auto-évaluations"})
