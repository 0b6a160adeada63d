"""What every command of the platform does first, inside its function so that `--help` stays quick."""

import os

import django as django_framework
from django.core.exceptions import ImproperlyConfigured

from rempart.kernel.errors import RempartError
from rempart.web.config.env import BadSetting


def django() -> None:
    """Load the settings and the apps; a setting that cannot be read is a French sentence."""
    # What the platform writes (database, deposits, key, backups) is for its own account only.
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.web.config.settings.prod")
    try:
        django_framework.setup()
    except BadSetting as fault:
        raise RempartError(
            str(fault), todo="Corrigez cette variable, puis relancez la commande."
        ) from fault
    except ImproperlyConfigured as fault:
        raise RempartError(
            f"Les réglages ne se lisent pas : {fault}",
            todo="Comparez vos variables à docs/exploitation/variables.md.",
        ) from fault
