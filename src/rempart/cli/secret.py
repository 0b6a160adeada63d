"""Secrets from files: never on the command line, where other accounts of the machine would see them."""

from pathlib import Path

from rempart.kernel.errors import UnreadableSource


def secret_text(file: Path | None) -> str:
    """The whole text of a file that holds keys; empty without a file. Raises UnreadableSource."""
    if file is None:
        return ""
    try:
        text = file.read_text("utf-8-sig").strip("\r\n")
    except (OSError, ValueError) as fault:
        raise UnreadableSource(f"Fichier de secret illisible : {file} ({fault}).") from fault
    if not text:
        raise UnreadableSource(f"Fichier de secret vide : {file}.")
    return text


def secret_line(file: Path | None) -> str:
    """The first line of a file that holds a password; empty without a file. Raises UnreadableSource."""
    return secret_text(file).partition("\n")[0].rstrip("\r")
