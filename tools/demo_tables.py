"""Write again the empty tables of the demonstration, from the migrations: python tools/demo_tables.py."""

import os
import tempfile

import django
from django.utils.module_loading import import_string


def main() -> None:
    """Migrate a database of its own, and keep its tables."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "rempart.web.config.settings.prod",
            "REMPART_DATA": folder,
            "REMPART_DATABASE_URL": f"sqlite:///{folder}/tables.sqlite3",
        }
        django.setup()
        import_string("rempart.web.demo.tables.main")()
    print("tables.sql écrit")


if __name__ == "__main__":
    main()
