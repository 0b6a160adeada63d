"""The steering app."""

from django.apps import AppConfig

from rempart.web.core import navigation
from rempart.web.core.scope import Act


class SteeringConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.steering"
    label = "steering"

    def ready(self) -> None:
        """Take a place in the navigation."""
        navigation.register(navigation.Entry("Établissements", "portfolio", 20, Act.SEE_PORTFOLIO))
