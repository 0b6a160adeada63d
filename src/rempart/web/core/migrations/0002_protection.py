"""The database refuses to change the journal."""

from typing import Any

from django.db import migrations

from rempart.web.core import protection


def put(apps: Any, schema_editor: Any) -> None:
    """Put the triggers of this database."""
    protection.put(schema_editor.connection)


def lift(apps: Any, schema_editor: Any) -> None:
    """Remove them."""
    protection.lift(schema_editor.connection)


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(put, lift)]
