"""Settings from the environment: typed, loud, and able to read a secret from a file."""

import os
import secrets
from pathlib import Path


class BadSetting(Exception):
    """A variable is missing or cannot be read; the message is French and names it."""


def text(name: str, default: str | None = None) -> str:
    """The variable `name`, or the content of the file that `name`_FILE names, or `default`."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as fault:
            raise BadSetting(f"{name}_FILE : le fichier {path} ne se lit pas ({fault}).") from fault
    value = os.environ.get(name, default)
    if value is None:
        raise BadSetting(f"La variable {name} (ou {name}_FILE) est nécessaire.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """A yes or no: 1, true, oui, or 0, false, non."""
    value = os.environ.get(name, "").strip().lower()
    if value in ("1", "true", "oui", "yes", "on"):
        return True
    if value in ("0", "false", "non", "no", "off"):
        return False
    if value:
        raise BadSetting(f"{name} : attendu oui ou non, trouvé « {value} ».")
    return default


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError as fault:
        raise BadSetting(f"{name} : attendu un nombre entier, trouvé « {value} ».") from fault


def words(name: str, default: str = "") -> list[str]:
    """A list, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def data_folder() -> Path:
    """Where everything that must be kept is: REMPART_DATA, by default ./rempart-data."""
    return Path(os.environ.get("REMPART_DATA", "rempart-data")).absolute()


def secret_key(folder: Path) -> str:
    """REMPART_SECRET_KEY, or the key made once in the data folder, readable by its owner only."""
    if "REMPART_SECRET_KEY" in os.environ or "REMPART_SECRET_KEY_FILE" in os.environ:
        return text("REMPART_SECRET_KEY")
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="utf-8").strip()
