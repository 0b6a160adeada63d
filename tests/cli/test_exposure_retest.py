"""A retest asks the name server that the sweep asked, without being told again."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rempart.cli import exposure as commands
from rempart.engines.exposure.perimeter import Perimeter
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.snapshot import Snapshot
from rempart.render.outputs import encoded
from support.exposure import report, service, snapshot
from support.sweep_sites import perimeter_text

ASSETS = "  - {kind: address, value: 127.0.0.9}\n"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name servers that looks are given, and no look."""
    found: list[str] = []

    def looked_again(perimeter: Perimeter, pieces: object, resolver: str) -> Snapshot:
        found.append(resolver)
        return snapshot(service(3389, "rdp"))

    monkeypatch.setattr(commands, "looked_again", looked_again)
    return found


def retest(folder: Path, told: ExposureReport, *options: str) -> Any:
    (folder / "perimetre.yaml").write_text(perimeter_text(ASSETS), "utf-8")
    (folder / "report.json").write_bytes(encoded(told))
    arguments = [str(folder / "perimetre.yaml"), str(folder / "report.json"), told.findings[0].key]
    return CliRunner().invoke(commands.exposure, ["retest", *arguments, *options])


@pytest.mark.parametrize(
    ("kept", "options", "expected"),
    [
        ("192.0.2.53", [], "192.0.2.53"),
        ("192.0.2.53", ["--resolver", "192.0.2.54"], "192.0.2.54"),
        ("", [], ""),
    ],
)
def test_the_name_server_of_the_sweep_is_asked_unless_another_is_given(
    tmp_path: Path, asked: list[str], kept: str, options: list[str], expected: str
) -> None:
    before = report(service(3389, "rdp"), resolver=kept)
    ran = retest(tmp_path, before, *options)
    assert asked == [expected]
    assert ("Serveur de noms du balayage : 192.0.2.53." in ran.output) is (
        bool(kept) and not options
    )
