"""The core app: journal, jobs, files, components."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.core"
    label = "core"
