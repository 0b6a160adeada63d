"""Write again the French catalogue, from which plurals take their rule: `tools/messages.py`; with --check, only compare.

The texts are French in the sources, and each is its own translation. Without a catalogue gettext would give them the
plural of English, « 0 établissements ».
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src/rempart/web"
CATALOGUE = Path("locale/fr/LC_MESSAGES/django.po")
HEADER = r"""msgid ""
msgstr ""
"Language: fr\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"
"""
ENTRY = re.compile(
    r'^msgid (?P<one>".*"(?:\n".*")*)\n(?:msgid_plural (?P<many>".*"(?:\n".*")*)\n)?msgstr', re.M
)


def extracted() -> str:
    """The texts of the sources, as gettext finds them in a copy that can be written."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "web"
        shutil.copytree(
            SOURCES, copy, ignore=shutil.ignore_patterns("locale", "static", "__pycache__")
        )
        (copy / "locale").mkdir()
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "django", "makemessages", "-l", "fr", "--no-location"]
        subprocess.run(command, cwd=copy, env=environment, check=True, stdout=subprocess.DEVNULL)
        return (copy / CATALOGUE).read_text(encoding="utf-8")


def filled(texts: str) -> str:
    """Each text translated by itself, without a date or the name of a machine: the same sources, the same file."""
    entries = []
    for entry in ENTRY.finditer(texts):
        one, many = entry["one"], entry["many"]
        if one == '""':
            continue
        if many:
            entries.append(f"msgid {one}\nmsgid_plural {many}\nmsgstr[0] {one}\nmsgstr[1] {many}\n")
        else:
            entries.append(f"msgid {one}\nmsgstr {one}\n")
    return "\n".join([HEADER, *sorted(entries)])


def main() -> int:
    """Write both files, or say that they are out of date."""
    target = SOURCES / CATALOGUE
    wanted = filled(extracted())
    if "--check" in sys.argv:
        if target.exists() and target.read_text(encoding="utf-8") == wanted:
            return 0
        print(f"{CATALOGUE} is out of date: run tools/messages.py")
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(wanted, encoding="utf-8", newline="\n")
    command = ["msgfmt", "--check-format", "--no-hash", "-o", target.with_suffix(".mo"), target]
    subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
