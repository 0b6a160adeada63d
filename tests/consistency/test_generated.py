"""Pages that are generated are up to date."""

import subprocess
import sys
from pathlib import Path


def test_generated_pages_say_what_the_code_says(root: Path) -> None:
    command = [sys.executable, "tools/docs.py", "--check"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
