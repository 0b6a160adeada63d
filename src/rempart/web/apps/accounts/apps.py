"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.accounts"
    label = "accounts"
