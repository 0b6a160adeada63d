"""The assessments app."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Where Django finds the app."""

    name = "rempart.web.apps.assessments"
    label = "assessments"
