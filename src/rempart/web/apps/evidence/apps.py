"""The evidence app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.evidence"
    label = "evidence"
