"""Spelling of the English: comments and docstrings of Python, prose of the pages for developers.

French is everywhere else (messages, content, guides), so codespell is shown only the English, laid out on the
same lines: what it reports has the right file and line.
"""

import ast
import io
import re
import subprocess
import sys
import tempfile
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = ["CONTRIBUTING.md", "SECURITY.md", "docs/dev/*.md", "docs/adr/*.md"]
FRENCH_WITHIN = re.compile(r"«[^»]*»|`[^`\n]*`|\"[^\"\n]*\"|“[^”]*”|\]\([^)]*\)")
# The docstrings of these become the description of the API, which is French.
FRENCH_DOCSTRINGS = "src/rempart/web/api/operations/"
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def blank(found: re.Match[str]) -> str:
    """The same number of lines, and nothing on them."""
    return "\n" * found.group().count("\n")


def of_python(text: str, *, with_docstrings: bool = True) -> str:
    """Comments and docstrings, on the lines where they stand."""
    lines = [""] * (text.count("\n") + 2)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0] - 1] += token.string
    for node in ast.walk(ast.parse(text)) if with_docstrings else ():
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[0] if node.body and ast.get_docstring(node) else None
            if isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant):
                for offset, line in enumerate(str(body.value.value).splitlines()):
                    # What a docstring shows as an example, four spaces further, may be French.
                    if not line.startswith(" " * (body.col_offset + 4)):
                        lines[body.lineno - 1 + offset] += " " + line
    return FRENCH_WITHIN.sub(blank, "\n".join(lines))


def of_page(text: str) -> str:
    """A page without its code and its French."""
    without = FRENCH_WITHIN.sub(blank, FENCE.sub(blank, text))
    # The first column of the glossary is French.
    return re.sub(r"^\|[^|\n]*\|", "", without, flags=re.M)


def tracked(*patterns: str) -> list[str]:
    """Files of the project that match."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return [name for name in done.stdout.decode("utf-8").splitlines() if (ROOT / name).is_file()]


def main() -> int:
    """Write the English apart, and run codespell there."""
    with tempfile.TemporaryDirectory() as folder:
        for name in tracked("*.py", *PAGES):
            text = (ROOT / name).read_text(encoding="utf-8")
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shown = not name.startswith(FRENCH_DOCSTRINGS)
            english = (
                of_python(text, with_docstrings=shown) if name.endswith(".py") else of_page(text)
            )
            target.write_text(english, encoding="utf-8")
        command = [str(Path(sys.executable).with_name("codespell")), "--builtin", "clear,rare", "."]
        ignored = ["--ignore-words", str(ROOT / "tools" / "spell-ignored.txt")]
        return subprocess.run([*command, *ignored], cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main())
