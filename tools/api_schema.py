"""Write again the published description of the API: python tools/api_schema.py."""

import os
from pathlib import Path

import django
from django.utils.module_loading import import_string

TARGET = Path(__file__).parents[1] / "src/rempart/web/api/schemas/api-1.json"


def main() -> None:
    """Write it from the code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.web.config.settings.test")
    django.setup()
    TARGET.write_text(
        import_string("rempart.web.api.schema.text")(), encoding="utf-8", newline="\n"
    )
    print(f"{TARGET.name} écrite")


if __name__ == "__main__":
    main()
