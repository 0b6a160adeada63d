"""The frameworks app."""

from django.apps import AppConfig


class FrameworksConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.frameworks"
    label = "frameworks"
