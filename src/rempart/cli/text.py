"""Text that the console can write, whatever its encoding, and that cannot command it."""

from rich.console import Console


def for_console(text: str, console: Console) -> str:
    """The text without control characters, with what the console's encoding lacks replaced."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    encoding = console.encoding or "ascii"
    return clean.encode(encoding, "replace").decode(encoding, "replace")
