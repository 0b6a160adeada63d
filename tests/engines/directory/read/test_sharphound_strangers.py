"""JSON of other programs, among the files of SharpHound."""

import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rempart.engines.directory.reading import read
from rempart.kernel.errors import UnreadableSource
from support.entries import SID, Notes

USER = {"ObjectIdentifier": f"{SID}-1105", "Properties": {"name": "ANNE@CHU.TEST"}, "Aces": []}
USERS = {"data": [USER], "meta": {"type": "users", "count": 1, "version": 6, "methods": 0}}
STRANGERS: dict[str, dict[str, Any]] = {
    "manifest.json": {"meta": {"tool": "x"}, "version": 3},
    "x_dinosaures.json": {"data": [{"a": 1}], "meta": {"type": "dinosaures"}},
    "graph.json": {"graph": 3},
}


def zipped(path: Path, **members: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w") as pack:
        for name, content in members.items():
            pack.writestr(name, msgspec.json.encode(content))
    return path


@pytest.mark.parametrize("name", STRANGERS)
def test_a_file_of_another_program_costs_nothing_but_itself(tmp_path: Path, name: str) -> None:
    notes = Notes()
    path = zipped(tmp_path / "c.zip", **{name: STRANGERS[name], "1_users.json": USERS})
    [directory] = read([path], notes)
    assert f"{SID}-1105" in directory.index
    assert [n for n in notes.told if n.startswith(f"Fichier ignoré. {name} : ")]


@pytest.mark.parametrize("name", STRANGERS)
def test_files_of_another_program_alone_are_refused_by_name(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "c.zip", **{name: STRANGERS[name]})
    with pytest.raises(UnreadableSource, match=name):
        read([path], Notes())
