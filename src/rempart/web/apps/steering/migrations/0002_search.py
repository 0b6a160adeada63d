"""The index of words of the situations, in the manner of each database."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = """
CREATE VIRTUAL TABLE steering_search USING fts5(
    search, content='steering_situation', content_rowid='id', tokenize='ascii', prefix='2 3 4', detail=none, columnsize=0
);
CREATE TRIGGER steering_search_insert AFTER INSERT ON steering_situation BEGIN
    INSERT INTO steering_search(rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER steering_search_delete AFTER DELETE ON steering_situation BEGIN
    INSERT INTO steering_search(steering_search, rowid, search) VALUES ('delete', old.id, old.search);
END;
CREATE TRIGGER steering_search_update AFTER UPDATE OF search ON steering_situation
WHEN old.search IS NOT new.search BEGIN
    INSERT INTO steering_search(steering_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO steering_search(rowid, search) VALUES (new.id, new.search);
END;
"""
POSTGRESQL = """
CREATE INDEX situation_words ON steering_situation USING gin (to_tsvector('simple', search));
"""


def statements(script: str) -> list[str]:
    """The statements of a script; those of a trigger have semicolons inside, and end with END."""
    found: list[str] = []
    now = ""
    for line in script.strip().splitlines(keepends=True):
        now += line
        inside = "CREATE TRIGGER" in now and not line.startswith("END;")
        if line.rstrip().endswith(";") and not inside:
            found.append(now)
            now = ""
    return found


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the index; rows that are there already are read into it."""
    vendor = editor.connection.vendor
    for statement in statements(SQLITE if vendor == "sqlite" else POSTGRESQL):
        editor.execute(statement)
    if vendor == "sqlite":
        editor.execute("INSERT INTO steering_search(steering_search) VALUES ('rebuild')")


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take it away."""
    if editor.connection.vendor == "sqlite":
        for name in ("insert", "delete", "update"):
            editor.execute(f"DROP TRIGGER steering_search_{name}")
        editor.execute("DROP TABLE steering_search")
    else:
        editor.execute("DROP INDEX situation_words")


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("steering", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
