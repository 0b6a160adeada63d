"""The API as an app: its tokens have a table."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.api"
    label = "api"
