"""The steering app."""

from django.apps import AppConfig

from rempart.web.core import navigation, projections
from rempart.web.core.scope import Act


class SteeringConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.steering"
    label = "steering"

    def ready(self) -> None:
        """Take a place in the navigation, and keep the situations."""
        # The models of the app are not loaded when this module is.
        from rempart.web.apps.steering import projection  # noqa: PLC0415

        projections.register("situations", projection.recompute)
        navigation.register(navigation.Entry("Établissements", "portfolio", 20, Act.SEE_PORTFOLIO))
