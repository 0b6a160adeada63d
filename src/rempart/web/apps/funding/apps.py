"""The funding app."""

from django.apps import AppConfig


class FundingConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.funding"
    label = "funding"
