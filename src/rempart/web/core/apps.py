"""The core app: journal, jobs, files, components."""

from importlib import import_module

from django.apps import AppConfig

from rempart.web.core import navigation
from rempart.web.core.scope import Act


class CoreConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.core"
    label = "core"

    def ready(self) -> None:
        """Declare what core has of its own: its jobs, which need models, and its entries of the bar."""
        import_module("rempart.web.core.upkeep")
        navigation.register(navigation.Entry("Travaux", "jobs", 70, Act.DEPOSIT_AUDIT))
        navigation.register(navigation.Entry("Journal", "journal", 90, Act.SEE_JOURNAL))
