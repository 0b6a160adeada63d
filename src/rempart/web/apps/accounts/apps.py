"""The accounts app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class AccountsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Add the panel of access to the page of an establishment."""
        # Imported now that the models are ready.
        import_string("rempart.web.apps.accounts.panel.register")()
