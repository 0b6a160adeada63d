"""A whole installation in one file: the database, the deposited files, the key that seals secrets, and their hashes.

A tar.gz, encrypted in the age format when a public key is given: the server then holds nothing that opens its backups.
"""

import contextlib
import hashlib
import io
import json
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import pyrage  # type: ignore[import-untyped]  # it has no types
from django.conf import settings
from django.db import connection

from rempart import __version__
from rempart.kernel.errors import RempartError, UnreadableSource
from rempart.web.commands import postgresql
from rempart.web.core import files

FORMAT: Final = "rempart-backup-1"
MANIFEST: Final = "manifest.json"
SECRET: Final = "secret_key"  # noqa: S105  # the name of a file
DATABASES: Final = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
MEMBER: Final = re.compile(
    r"database\.(sqlite3|dump)|secret_key|manifest\.json|files/[0-9a-f]{2}/[0-9a-f]{64}"
)
AGE: Final = b"age-encryption.org/"
PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """What a backup holds."""

    version: str
    engine: str
    members: dict[str, str]

    @property
    def file_count(self) -> int:
        """How many deposited files."""
        return sum(name.startswith("files/") for name in self.members)


def write(output: Path, recipients: tuple[str, ...]) -> Content:
    """Write a backup whole or not at all, readable by its owner only."""
    if output.exists():
        raise RempartError(f"« {output} » existe déjà.", todo="Donnez un autre nom.")
    keys = _public_keys(recipients)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".rempart-") as folder:
        plain = Path(folder) / "plain"
        content = _written(plain, Path(folder))
        ready = plain
        if keys:
            ready = Path(folder) / "sealed"
            with plain.open("rb") as source, ready.open("wb") as target:
                pyrage.encrypt_io(source, target, keys)
        ready.chmod(0o600)
        ready.replace(output)
    return content


def restore(source: Path, identity: Path | None) -> Content:
    """Bring a backup back into an empty installation. Nothing is touched before every hash has been verified."""
    data = Path(settings.DATA)
    data.mkdir(parents=True, exist_ok=True)
    _refuse_if_used()
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as name:
        folder = Path(name)
        content = _extracted(source, identity, folder)
        if content.engine != connection.vendor:
            raise RempartError(
                f"Cette sauvegarde est celle d’une base {content.engine}, et cette installation emploie {connection.vendor}.",
                todo="Réglez REMPART_DATABASE_URL comme sur l’installation d’origine, puis recommencez.",
            )
        _put_database(folder / DATABASES[content.engine])
        shutil.copytree(folder / "files", files.folder(), dirs_exist_ok=True)
        if (folder / SECRET).exists():
            (folder / SECRET).chmod(0o600)
            (folder / SECRET).replace(data / SECRET)
    return content


def _written(plain: Path, folder: Path) -> Content:
    name = DATABASES[connection.vendor]
    copy = folder / name
    if connection.vendor == "sqlite":
        _copy(Path(str(settings.DATABASES["default"]["NAME"])), copy)
    else:
        postgresql.dump(copy)
    members: dict[str, str] = {}
    with tarfile.open(plain, "w:gz", compresslevel=6) as tar:
        for path, member in ((copy, name), (Path(settings.DATA) / SECRET, SECRET), *_kept()):
            if path.is_file():
                members[member] = _added(tar, path, member)
        said = {
            "format": FORMAT,
            "version": __version__,
            "engine": connection.vendor,
            "members": members,
        }
        text = json.dumps(said, indent=1, sort_keys=True).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    return Content(__version__, connection.vendor, members)


def _kept() -> Iterator[tuple[Path, str]]:
    for path in sorted(files.folder().glob("??/*")):
        member = f"files/{path.parent.name}/{path.name}"
        if MEMBER.fullmatch(member):
            yield path, member


def _copy(source: Path, target: Path) -> None:
    """A copy of an embedded database in use, as it was at one instant."""
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _added(tar: tarfile.TarFile, path: Path, member: str) -> str:
    with path.open("rb") as file:
        digest = _digest(file)
        file.seek(0)
        info = tarfile.TarInfo(member)
        info.size, info.mode = path.stat().st_size, 0o600
        tar.addfile(info, file)
    return digest


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _public_keys(recipients: tuple[str, ...]) -> list[Any]:
    try:
        return [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    except pyrage.RecipientError as fault:
        raise RempartError(
            f"Cette clé publique ne se lit pas ({fault}).", expected="Une clé age : age1…"
        ) from fault


def _refuse_if_used() -> None:
    used = any(files.folder().glob("??/*"))
    tables = set(connection.introspection.table_names())
    for table in ("core_journalentry", "accounts_user", "establishments_establishment"):
        if table in tables:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608  # our own names
                used = used or cursor.fetchone() is not None
    connection.close()
    if used:
        raise RempartError(
            f"Cette installation n’est pas vide ({settings.DATA}) : la restaurer effacerait ce qu’elle contient.",
            todo="Restaurez dans un dossier neuf (REMPART_DATA) et une base neuve (REMPART_DATABASE_URL).",
        )


def _extracted(source: Path, identity: Path | None, folder: Path) -> Content:
    try:
        with source.open("rb") as file:
            is_sealed = file.read(len(AGE)) == AGE
        plain = _opened(source, identity, folder / "plain") if is_sealed else source
        with tarfile.open(plain, "r:gz") as tar:
            found = {member.name: _taken(tar, member, folder) for member in tar}
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ValueError(f"format {said['format']}")
        content = Content(said["version"], said["engine"], said["members"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, tarfile.TarError) as fault:
        raise UnreadableSource(
            f"{source} n’est pas une sauvegarde entière de Rempart ({fault}).",
            expected="Un fichier écrit par « rempart backup », complet.",
            todo="Rien n’a été changé. Prenez une autre sauvegarde.",
        ) from fault
    found.pop(MANIFEST, None)
    if found != content.members:
        wrong = sorted(
            name
            for name in {*found, *content.members}
            if found.get(name) != content.members.get(name)
        )
        raise UnreadableSource(
            f"La sauvegarde {source} est abîmée : {wrong[0]} ne correspond pas à son empreinte.",
            todo="Rien n’a été changé. Prenez une autre sauvegarde.",
        )
    (folder / "files").mkdir(exist_ok=True)
    return content


def _opened(source: Path, identity: Path | None, target: Path) -> Path:
    if identity is None:
        raise RempartError(
            "Cette sauvegarde est chiffrée.", todo="Donnez sa clé privée : --identity-file FICHIER."
        )
    try:
        lines = identity.read_text(encoding="utf-8").splitlines()
        keys = [
            pyrage.x25519.Identity.from_str(x) for x in lines if x.startswith("AGE-SECRET-KEY-")
        ]
        with source.open("rb") as sealed, target.open("wb") as plain:
            pyrage.decrypt_io(sealed, plain, keys)
    except (OSError, pyrage.DecryptError, pyrage.IdentityError) as fault:
        raise RempartError(
            f"Cette clé n’ouvre pas la sauvegarde ({fault}).",
            todo="Vérifiez que c’est la clé privée de la clé publique qui l’a chiffrée.",
        ) from fault
    return target


def _taken(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write one member under its own name, which cannot lead elsewhere, and give its hash."""
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or not MEMBER.fullmatch(member.name):
        raise ValueError(f"membre inattendu : {member.name!r}")
    path = folder / member.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        shutil.copyfileobj(content, target, PIECE)
    with path.open("rb") as written:
        return _digest(written)


def _put_database(copy: Path) -> None:
    if connection.vendor == "postgresql":
        postgresql.load(copy)
        return
    with contextlib.closing(sqlite3.connect(copy)) as file:
        if file.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise UnreadableSource("La base de cette sauvegarde est abîmée.")
    place = Path(str(settings.DATABASES["default"]["NAME"]))
    for suffix in ("-wal", "-shm"):
        place.with_name(place.name + suffix).unlink(missing_ok=True)
    copy.chmod(0o600)
    copy.replace(place)
