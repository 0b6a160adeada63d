"""The establishments app."""

from django.apps import AppConfig


class EstablishmentsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.establishments"
    label = "establishments"
