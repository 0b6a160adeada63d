"""The establishments app."""

from typing import Any

from django.apps import AppConfig

from rempart.web.core import navigation, reach
from rempart.web.core.scope import Act, Scope


class EstablishmentsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.establishments"
    label = "establishments"

    def ready(self) -> None:
        """Tell core which establishments a scope covers, and what the bar leads to."""
        reach.register(self._covered)
        navigation.register(navigation.Entry("Registre", "registry", 80, Act.IMPORT_REGISTRY))

    def _covered(self, scope: Scope, act: Act) -> Any:
        establishments: Any = self.get_model("Establishment")
        return establishments.objects.visible_to(scope, act).values("finess")
