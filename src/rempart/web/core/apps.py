"""The core app: journal, jobs, files, components."""

from importlib import import_module

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.core"
    label = "core"

    def ready(self) -> None:
        """Declare the jobs that core has of its own: they need models, which are loaded only now."""
        import_module("rempart.web.core.upkeep")
