"""The remediation app."""

from django.apps import AppConfig


class RemediationConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.remediation"
    label = "remediation"
