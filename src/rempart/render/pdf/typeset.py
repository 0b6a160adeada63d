"""A PDF/UA-1 document from a template and its data, always in the same way."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from rempart.render.pdf.glyphs import drawable


def typeset(
    package: str,
    template: str,
    data: Any,
    *,
    made_on: str,
    pictures: Mapping[str, str] | None = None,
) -> bytes:
    """The PDF of a template of `package`; the same bytes for the same data and day (`made_on`, ISO).

    Data reaches typst as one JSON string, so that no word of a person or of a directory is ever read as markup; the
    folder that typst may read holds the template alone. `pictures` are SVG that we drew, by the name under which the
    template asks for them (`sys.inputs`): words are cut for the page, pictures are not.
    """
    import typst  # noqa: PLC0415  # a large library, for those who print only

    words = msgspec.json.encode(_drawable(data)).decode("utf-8")
    source = files(package).joinpath(template).read_bytes()
    with TemporaryDirectory(prefix="rempart-") as folder:
        main = Path(folder, "main.typ")
        main.write_bytes(source)
        return typst.compile(
            main,
            root=Path(folder),
            sys_inputs={"data": words, **(pictures or {})},
            format="pdf",
            pdf_standards="ua-1",
            ignore_system_fonts=True,
            timestamp=moment(made_on),
        )


def moment(day: str) -> int:
    """Unix seconds of a day, at midnight UTC; the epoch when it is not a date."""
    try:
        return int(datetime.fromisoformat(day[:10]).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def _drawable(value: Any) -> Any:
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: _drawable(item) for key, item in value.items()}
    return [_drawable(item) for item in value] if isinstance(value, list | tuple) else value
