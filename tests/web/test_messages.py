"""The French catalogue: complete, and with the plural of French."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.template import Context, Template


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 établissement"), (1, "1 établissement"), (2, "2 établissements")],
)
def test_nothing_is_singular_in_french(count: int, words: str) -> None:
    text = (
        "{% blocktranslate count n=n with shown=n|number %}{{ shown }} établissement"
        "{% plural %}{{ shown }} établissements{% endblocktranslate %}"
    )
    assert Template(text).render(Context({"n": count})) == words


@pytest.mark.slow
@pytest.mark.needs("gettext")
def test_the_catalogue_has_every_text_of_the_sources(root: Path) -> None:
    command = [sys.executable, "tools/messages.py", "--check"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
