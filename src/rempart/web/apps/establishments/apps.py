"""The establishments app."""

from typing import Any

from django.apps import AppConfig

from rempart.web.core import reach
from rempart.web.core.scope import Act, Scope


class EstablishmentsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.establishments"
    label = "establishments"

    def ready(self) -> None:
        """Tell core which establishments a scope covers."""
        reach.register(self._covered)

    def _covered(self, scope: Scope, act: Act) -> Any:
        establishments: Any = self.get_model("Establishment")
        return establishments.objects.visible_to(scope, act).values("finess")
