"""A report that cannot be read says why, in French, whatever the library says."""

from pathlib import Path
from typing import Final

import msgspec
import pytest

from factories.exposure import an_exposed, an_exposure
from rempart.engines.exposure.report import SCHEMA, ExposureReport
from rempart.kernel.errors import UnreadableSource
from rempart.web.core import reports

WHOLE: Final = msgspec.json.encode(an_exposure(an_exposed()))
DEEP: Final = b'{"x":' + b"[" * 200_000


def read(path: Path, content: bytes, longest: int = 1 << 20) -> ExposureReport:
    path.write_bytes(content)
    return reports.read(
        path, ExposureReport, SCHEMA, longest=longest, expected="Un rapport.", instead="le relevé"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (WHOLE[:-9], "coupé avant sa fin"),
        (WHOLE.decode().encode("utf-16"), "pas du JSON|UTF-8"),
        (WHOLE.decode().encode("cp1252"), "UTF-8"),
        (DEEP, "imbriqué sans fin"),
        (b"{,}", "pas du JSON"),
        (b'{"schema": "rempart/exposure-report/1"}', "la forme attendue"),
        (WHOLE.replace(b'"value":90.0', b'"value":"x"'), r"à « \$.score.value »"),
        (WHOLE.replace(b"report/1", b"report/2"), "d’une autre version"),
        (b'{"schema": "rempart/exposure-report/9", "all": "new"}', "d’une autre version"),
    ],
)
def test_a_report_that_cannot_be_read_says_why_in_french(
    tmp_path: Path, content: bytes, why: str
) -> None:
    with pytest.raises(UnreadableSource, match=why) as caught:
        read(tmp_path / "report.json", content)
    assert not any(
        word in str(caught.value) for word in ("codec", "truncated", "recursion", "Expected")
    )


def test_a_report_that_is_too_long_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="fichier de plus de"):
        read(tmp_path / "report.json", WHOLE, longest=10)


def test_a_whole_report_is_read(tmp_path: Path) -> None:
    assert read(tmp_path / "report.json", WHOLE).perimeter


def test_a_refusal_is_kept_in_three_parts_without_what_cannot_be_shown() -> None:
    kept = reports.kept_refusal(UnreadableSource("Lu\u202e.", expected="Autre.", todo="x" * 3000))
    assert list(kept) == ["found", "expected", "todo"]
    assert "\u202e" not in kept["found"] and len(kept["todo"]) == 2000
