"""The audits app."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.audits"
    label = "audits"
