"""The API as an app: its tokens have a table."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class ApiConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.api"
    label = "api"

    def ready(self) -> None:
        """The tokens of a person end with their account."""
        # Imported now that the models are ready.
        endings = import_string("rempart.web.apps.accounts.closing.ENDINGS")
        endings.append(import_string("rempart.web.api.actions.revoke_all"))
