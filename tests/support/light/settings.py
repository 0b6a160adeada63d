"""The settings of a real installation, with the core as its only app."""

from rempart.web.config.settings.prod import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "rempart.web.core",
    "support.light",
]
ROOT_URLCONF = "support.light.urls"
EMAIL_TIMEOUT = 5
