"""Writing the outputs of an audit: all of them, or none."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import msgspec

from rempart.engines.directory.report import Comparison, Report
from rempart.kernel.errors import RempartError, system_words
from rempart.render import csv, pack, xlsx
from rempart.render.html import compare as compare_page, directory as page
from rempart.render.pdf import directory as pdf

ITEMS_AT_ONCE: Final = 2000
"""Items of a list that are encoded together, where the whole would not fit in the memory."""


def encoded(value: Any) -> bytes:
    """The struct as JSON, keys in their order; what is not Unicode (a lone surrogate) becomes U+FFFD."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_unicode(msgspec.to_builtins(value)))


def encoded_parts(struct: msgspec.Struct) -> Iterator[bytes]:
    """The same bytes as `encoded`, a part of a long list at a time: half a gigabyte is never held."""
    opening = b"{"
    for field in msgspec.structs.fields(struct):
        yield opening + encoded(field.encode_name) + b":"
        value = getattr(struct, field.name)
        if not isinstance(value, list):
            yield encoded(value)
        else:
            yield b"["
            for start in range(0, len(value), ITEMS_AT_ONCE):
                comma = b"," if start else b""
                yield comma + encoded(value[start : start + ITEMS_AT_ONCE])[1:-1]
            yield b"]"
        opening = b","
    yield b"}"


def _unicode(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_unicode(k): _unicode(v) for k, v in value.items()}
    return [_unicode(v) for v in value] if isinstance(value, list) else value


def _html(report: Report) -> bytes:
    return page.page(report).encode("utf-8")


FORMATS: Final[dict[str, tuple[str, Callable[[Report], bytes]]]] = {
    "html": ("report.html", _html),
    "pdf": ("report.pdf", pdf.compiled),
    "xlsx": ("objects.xlsx", xlsx.workbook),
    "csv": ("actions.csv", csv.actions),
    "json": ("report.json", encoded),
}
PROOF: Final = "proof"
"""The format that packs the others; see `rempart.render.pack`."""


def rendered(report: Report, formats: Sequence[str]) -> dict[str, bytes]:
    """Name and content of each output. Raises RempartError on a format that does not exist."""
    unknown = [f for f in formats if f not in FORMATS and f != PROOF]
    if unknown:
        raise RempartError(
            f"Format inconnu : {', '.join(unknown)}.",
            expected=f"Formats : {', '.join([*FORMATS, PROOF])}.",
        )
    found = {FORMATS[f][0]: FORMATS[f][1](report) for f in FORMATS if f in formats}
    if PROOF in formats:
        whole = {
            filename: found.get(filename) or make(report) for filename, make in FORMATS.values()
        }
        found["proof.zip"] = pack.packed(report, whole)
    return found


def write(report: Report, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Render every format, then put all the files in `folder`, made when it is missing. Returns their paths.

    Files are written in a hidden folder beside and moved once all are whole: a failure leaves no half-written
    report, and the report of before stays. Raises RempartError when the folder cannot be written.
    """
    return install(rendered(report, formats), folder)


def write_comparison(result: Comparison, folder: Path) -> list[Path]:
    """The comparison as `comparison.html` and `comparison.json` in `folder`."""
    html = compare_page.page(result).encode("utf-8")
    return install({"comparison.html": html, "comparison.json": encoded(result)}, folder)


def install(contents: Mapping[str, bytes | Iterable[bytes]], folder: Path) -> list[Path]:
    """Write the files beside `folder`, then move them into it. A content in parts is asked for as it is written.

    Raises RempartError when that is impossible.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        waiting = Path(mkdtemp(prefix=".rempart-", dir=folder))
    except OSError as fault:
        raise RempartError(
            f"Le dossier {folder} ne peut pas être créé ou écrit ({system_words(fault)}).",
            todo="Choisir un autre dossier avec --output.",
        ) from fault
    try:
        for filename, content in contents.items():
            with (waiting / filename).open("wb") as file:
                file.writelines([content] if isinstance(content, bytes) else content)
        for filename in contents:
            _check_free(folder / filename)
        for filename in contents:
            os.replace(waiting / filename, folder / filename)
    except OSError as fault:
        raise RempartError(
            f"Le rapport n’a pas pu être écrit dans {folder} ({system_words(fault)}).",
            todo="Fermer le fichier s’il est ouvert, vérifier la place et les droits, puis recommencer.",
        ) from fault
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return [folder / filename for filename in contents]


def _check_free(target: Path) -> None:
    """Raise OSError before anything moves when a program holds the file open, as Excel does on Windows."""
    if target.exists():
        with target.open("r+b"):
            pass
