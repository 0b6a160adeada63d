"""The files of the project, as git would commit them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """Files under version control, or about to be; ignored ones are not the project's."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    done = subprocess.run([*command, *patterns], cwd=ROOT, capture_output=True, check=True)
    names = sorted({name for name in done.stdout.decode("utf-8").split("\0") if name})
    return tuple(path for name in names if (path := ROOT / name).is_file())


def name(path: Path) -> str:
    """The path from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str | None:
    """The content of a text file, or None when it is binary."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
