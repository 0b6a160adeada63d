"""The steering app."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.module_loading import import_string

from rempart.web.core import access_log, navigation, panels, projections
from rempart.web.core.scope import Act, Level, Scope


def own_page(scope: Scope) -> str | None:
    """The page of the one establishment of those who have one and nothing wider."""
    act = Act.SEE_ESTABLISHMENT
    own = {grant.code for grant in scope.grants if grant.allows(act)}
    places = scope.codes(act, Level.ESTABLISHMENT)
    if len(own) != 1 or own != places:
        return None
    return reverse("establishment", args=[*own])


class SteeringConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.steering"
    label = "steering"

    def ready(self) -> None:
        """Take a place in the navigation, and keep the situations."""
        # The models of the app are not loaded when this module is.
        from rempart.web.apps.steering import projection  # noqa: PLC0415

        projections.register("situations", projection.recompute)
        projections.register_mark("assessment_begun", projection.begin)
        query = import_string("rempart.web.apps.steering.seen.panel")
        template = "steering/parts/seen_panel.html"
        panels.register(
            panels.Panel(
                "seen_by_region", 85, Act.SEE_FINDINGS, template, query, "Ce que voit la région"
            )
        )
        access_log.WORDS.update({"seen_by_region": "Ce que voit la région"})
        entry = navigation.Entry
        every = frozenset({"etablissements", "entites-juridiques", "regroupements", "preuves"})
        act = Act.SEE_PORTFOLIO
        navigation.register(entry("Établissements", "portfolio", 15, act, parts=every))
        act, mine = Act.SEE_ESTABLISHMENT, frozenset({"preuves"})
        navigation.register(
            entry("Mon établissement", "establishment", 10, act, address=own_page, parts=mine)
        )
