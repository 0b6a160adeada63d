"""The peers app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string

from rempart.web.core import access_log, panels
from rempart.web.core.scope import Act


class PeersConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.peers"
    label = "peers"

    def ready(self) -> None:
        """Take a place on the page of an establishment."""
        # Imported now that the models are ready.
        query = import_string("rempart.web.apps.peers.queries.panel")
        panels.register(
            panels.Panel(
                "peers", 60, Act.SEE_FINDINGS, "peers/parts/panel.html", query, "Parmi ses pairs"
            )
        )
        access_log.WORDS.update({"peers": "Parmi ses pairs"})
