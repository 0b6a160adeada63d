"""The steering app."""

from django.apps import AppConfig


class SteeringConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.steering"
    label = "steering"
