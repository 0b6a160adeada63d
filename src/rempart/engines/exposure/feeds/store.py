"""Where the feed bundle is kept on this machine, and how one takes the place of another: at once, or not at all."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.feeds.envelope import MOST_BYTES, SUFFIX, opened, verified
from rempart.engines.exposure.feeds.trust import read_trusted
from rempart.kernel.errors import UnreadableSource, system_words
from rempart.kernel.lock import alone

VARIABLE: Final = "REMPART_FEEDS"
INSTALLED: Final = "installed" + SUFFIX
TRUST: Final = "trusted-keys.pem"
LOCK: Final = ".lock"
BESIDE: Final = ".part"  # the end of the name of a file that is being written


def default_folder(environ: Mapping[str, str], platform: str, home: Path) -> Path:
    """The folder of the variable REMPART_FEEDS, else that of the system for the data of a user."""
    if given := environ.get(VARIABLE):
        return Path(given)
    if platform.startswith("win"):
        base = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "rempart" / "feeds"


def load(place: Path, *, today: date, trust: Path | None = None) -> Bundle:
    """The bundle of a file, or the one installed in a folder; verified each time. Raises UnreadableSource.

    The keys come from `trust`, else from the file of keys beside the bundle.
    """
    file = place / INSTALLED if place.is_dir() else place
    if not file.exists():
        raise UnreadableSource(
            f"Aucun lot de données d’exposition ici : {place}.",
            todo="Installez-en un : rempart feeds import FICHIER --trust CLÉ.",
        )
    kept = trust or file.parent / TRUST
    data, keys = _bytes(file), _keys(kept)
    try:
        return opened(data, read_trusted(keys), today)
    except UnreadableSource:
        # Another bundle may have been installed between the two readings.
        again = _bytes(file), _keys(kept)
        if again == (data, keys):
            raise
        return opened(again[0], read_trusted(again[1]), today)


def install(source: Path, folder: Path, *, today: date, trust: Path | None = None) -> Bundle:
    """Verify a bundle, and put it in the place of the installed one in one move. Raises UnreadableSource.

    A bundle made before the installed one is refused: replaying an old one would hide new holes. The keys are kept
    beside the bundle once one of them has verified it. One installation at a time: cut at any moment, the bundle that is
    there is a whole one, and its key is known.
    """
    data = _bytes(source)
    keys = _keys(trust or folder / TRUST)
    found = opened(data, read_trusted(keys), today)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / LOCK) as is_ours:
            if not is_ours:
                raise UnreadableSource(
                    f"Un autre lot est en train d’être installé dans {folder}.",
                    expected="Rien n’a été installé.",
                    todo="Recommencez quand l’autre installation est finie.",
                )
            _refuse_older(found, folder, keys)
            _put(folder, data, keys, is_new=trust is not None)
    except OSError as fault:
        raise UnreadableSource(
            f"Le lot est bon, mais n’a pas pu être écrit dans {folder} ({system_words(fault)}).",
            expected="Rien n’a été installé.",
            todo="Vérifiez la place libre et les droits de ce dossier.",
        ) from fault
    return found


def _put(folder: Path, data: bytes, keys: bytes, *, is_new: bool) -> None:
    """The bundle and its keys. In between, the keys of both bundles are there: whichever is there can be verified."""
    for left in folder.glob(f"*{BESIDE}"):
        left.unlink(missing_ok=True)
    own = folder / TRUST
    if is_new and own.exists():
        replace_file(own, keys.rstrip() + b"\n" + own.read_bytes())
    elif is_new:
        replace_file(own, keys)
    replace_file(folder / INSTALLED, data)
    if is_new:
        replace_file(own, keys)


def _refuse_older(found: Bundle, folder: Path, keys: bytes) -> None:
    installed = folder / INSTALLED
    if not installed.exists():
        return
    try:
        known = _made_on(installed, folder, keys)
    except UnreadableSource:
        return  # What is installed is damaged, or of a key given up: the verified one takes its place.
    if found.made_on < known:
        raise UnreadableSource(
            f"Ce lot (fait le {found.made_on}) est plus ancien que celui déjà installé ({known}).",
            expected="Rien n’a été installé : revenir en arrière cacherait des failles connues depuis.",
            todo="Demandez un lot plus récent.",
        )


def _made_on(installed: Path, folder: Path, keys: bytes) -> str:
    """The day of the installed bundle, whatever this machine’s clock says: one that is late must not let an old one in."""
    own = folder / TRUST
    trusted = read_trusted(keys + b"\n" + (own.read_bytes() if own.exists() else b""))
    return verified(_bytes(installed), trusted)[0].made_on


def replace_file(target: Path, data: bytes) -> None:
    """Put a file in the place of another: written beside, then moved. A cut leaves the old one whole. Raises OSError."""
    beside = target.with_name(f"{target.name}.{os.getpid()}{BESIDE}")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableSource(
                f"« {path} » dépasse la taille d’un lot (256 Mio).",
                todo="Vérifiez que c’est bien un lot de données d’exposition.",
            )
        return path.read_bytes()
    except OSError as fault:
        raise UnreadableSource(f"Fichier illisible : {path} ({system_words(fault)}).") from fault


def _keys(path: Path) -> bytes:
    if not path.exists():
        raise UnreadableSource(
            f"Aucune clé de confiance : {path} n’existe pas.",
            expected="Un lot n’est lu que si la clé qui l’a signé est connue.",
            todo="Donnez la clé publique de l’auteur du lot : --trust FICHIER.",
        )
    return _bytes(path)
