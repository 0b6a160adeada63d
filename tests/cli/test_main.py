"""Whatever ends a command, a sentence in French and an exit code: never a traceback."""

import sys

import click
import pytest

from rempart.cli import content as content_command, main as command_line
from rempart.kernel.errors import InvalidContent, UnreadableSource


def ending(monkeypatch: pytest.MonkeyPatch, fault: BaseException | None) -> int:
    """Exit code of a command that ends by `fault`."""

    def command(standalone_mode: bool) -> None:
        if fault:
            raise fault

    monkeypatch.setenv("LANGUAGE", "fr")
    monkeypatch.setattr(command_line.cli, "main", command)
    with pytest.raises(SystemExit) as end:
        command_line.main()
    return int(end.value.code or 0)


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (None, 0, ""),
        (click.exceptions.Exit(1), 1, ""),
        (click.Abort(), 2, "Interrompu : rien n’a été écrit."),
        (click.UsageError("Il manque --output."), 2, "Il manque --output."),
        (UnreadableSource("Vide.", todo="Recommencez."), 2, "Erreur : Vide.\nRecommencez."),
        (MemoryError(), 2, "la mémoire de ce poste ne suffit pas"),
    ],
    ids=["nothing", "findings", "interrupted", "usage", "unreadable", "memory"],
)
def test_each_end_has_its_code_and_its_words(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: BaseException | None,
    code: int,
    said: str,
) -> None:
    assert ending(monkeypatch, fault) == code
    assert said in capsys.readouterr().err


def test_a_stream_that_is_not_text_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert ending(monkeypatch, None) == 0


@pytest.mark.parametrize("broken", [True, False], ids=["unreadable", "faulty"])
def test_content_that_does_not_hold_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: bool
) -> None:
    def faults() -> list[str]:
        if broken:
            raise InvalidContent("a.yaml : illisible.")
        return ["a.yaml : aucune fonction."]

    monkeypatch.setattr(content_command, "faults_of_content", faults)
    with pytest.raises(SystemExit) as end:
        content_command.content_check.main([])
    assert end.value.code == 1
    assert "1 défaut dans le contenu." in capsys.readouterr().err
