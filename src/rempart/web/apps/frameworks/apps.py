"""The frameworks app."""

from django.apps import AppConfig

from rempart.web.core import navigation
from rempart.web.core.scope import Act


class FrameworksConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.frameworks"
    label = "frameworks"

    def ready(self) -> None:
        """Give whoever imports frameworks the way to them."""
        navigation.register(
            navigation.Entry("Référentiels", "frameworks", 19, Act.IMPORT_FRAMEWORK)
        )
