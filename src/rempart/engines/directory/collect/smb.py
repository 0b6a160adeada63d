"""The policy files of SYSVOL, read from the share of a domain controller.

Through `smbprotocol` and not its friendlier `smbclient`, whose name a script of another tool also bears: installed in
the same environment, it would be imported in its place.
"""

import contextlib
import logging
import queue
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import spnego.exceptions
from smbprotocol.connection import Connection  # type: ignore[import-untyped]
from smbprotocol.exceptions import (  # type: ignore[import-untyped]
    NoMoreFiles,
    NoSuchFile,
    SMBException,
)
from smbprotocol.file_info import FileInformationClass  # type: ignore[import-untyped]
from smbprotocol.open import (  # type: ignore[import-untyped]
    CreateDisposition,
    CreateOptions,
    DirectoryAccessMask,
    FileAttributes,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
)
from smbprotocol.session import Session  # type: ignore[import-untyped]
from smbprotocol.tree import TreeConnect  # type: ignore[import-untyped]

from rempart.engines.directory.collect.target import Auth, Target
from rempart.engines.directory.policies import PolicyFiles, policy_key
from rempart.engines.directory.policy_folders import MAX_FILE, is_wanted, place_of, policies_of
from rempart.kernel.progress import Observer

_DEPTH: Final = 8
_CHUNK: Final = 65536  # what every dialect and every credit allow
_MAX_FILES: Final = 100_000
_SIDES: Final = frozenset({"machine", "user"})

# Source: MS-ERREF 2.3.1.
_STATUSES: Final = {
    0xC0000022: "le compte n’a pas le droit de lire le partage",
    0xC0000034: "le dossier des stratégies est introuvable",
    0xC000003A: "le dossier des stratégies est introuvable",
    0xC000006D: "le partage refuse le compte ou le mot de passe",
    0xC0000071: "le mot de passe du compte a expiré",
    0xC0000072: "le compte est désactivé",
    0xC00000CC: "le serveur n’a pas de partage SYSVOL",
    0xC0000234: "le compte est verrouillé",
}

# What the library writes to its logger would reach the terminal of whoever configured none.
logging.getLogger("smbprotocol").addHandler(logging.NullHandler())


class SysvolUnavailableError(Exception):
    """SYSVOL could not be read; the message (French) says why. A collection goes on without it."""


_ERRORS = (
    OSError,
    ValueError,
    SMBException,
    SysvolUnavailableError,
    spnego.exceptions.SpnegoError,
)


@dataclass(frozen=True, slots=True)
class _Item:
    """A policy folder (`data` None) or a policy file of the share, with the date of its last change."""

    path: str
    data: bytes | None
    changed_at: int


_News = queue.Queue[_Item | Exception | None]


def read_sysvol(target: Target, domain: str, observer: Observer) -> dict[str, PolicyFiles]:
    """The policies of `domain` (DNS name), read from the SYSVOL share of `target`'s host.

    The SMB library waits without limit for a server that stops answering, hence the thread: `target.timeout` seconds
    without news end it. Raises `SysvolUnavailableError`.
    """
    news: _News = queue.Queue(maxsize=16)
    reader = threading.Thread(target=_read, args=(target, domain, news), daemon=True)
    reader.start()
    found: list[_Item] = []
    while True:
        try:
            item = news.get(timeout=target.timeout)
        except queue.Empty as error:
            raise SysvolUnavailableError(
                f"le partage n’a pas répondu en {target.timeout:g} s"
            ) from error
        if item is None:
            return _policies(found, domain)
        if isinstance(item, Exception):
            raise SysvolUnavailableError(_reason(item)) from item
        found.append(item)
        observer.advance()


def _policies(found: list[_Item], domain: str) -> dict[str, PolicyFiles]:
    files = ((item.path, item.data) for item in found if item.data is not None)
    folders = [item.path for item in found if item.data is None]
    dates: dict[str, int] = {}
    for item in found:
        if item.data is not None and (place := place_of(item.path)):
            key = policy_key(place[0] or domain, place[1])
            dates[key] = max(dates.get(key, 0), item.changed_at)
    policies = policies_of(files, domain, known=folders)
    return {key: replace(policy, changed_at=dates.get(key)) for key, policy in policies.items()}


def _read(target: Target, domain: str, news: _News) -> None:
    last: Exception | None = SysvolUnavailableError("la lecture s’est arrêtée")
    try:
        with _Share(target) as share:
            for item in _walk(share, f"{domain}\\Policies"):
                news.put(item)
        last = None
    except _ERRORS as error:
        last = error
    finally:
        news.put(last)


def _walk(share: "_Share", root: str) -> Iterator[_Item]:
    """Policy folders, and the wanted files under their machine and user sides."""
    waiting, count = [(root, 0)], 0
    while waiting:
        folder, depth = waiting.pop()
        for name, is_folder, changed_at in share.entries(folder):
            count += 1
            if count > _MAX_FILES:
                raise ValueError(f"plus de {_MAX_FILES} fichiers")
            path = f"{folder}\\{name}"
            place = path.replace("\\", "/")
            if not is_folder:
                if is_wanted(place):
                    yield _Item(place, share.content(path), changed_at)
            elif depth == 0:
                if name.startswith("{"):
                    yield _Item(place, None, changed_at)
                    waiting.append((path, 1))
            elif depth < _DEPTH and (depth > 1 or name.lower() in _SIDES):
                waiting.append((path, depth + 1))


class _Share:
    """The SYSVOL share of one server. No referral of the distributed file system is asked for, or followed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection = Connection(uuid.uuid4(), target.host, target.smb_port)

    def __enter__(self) -> Self:
        target = self._target
        self._connection.connect(timeout=target.timeout)
        try:
            session = Session(
                self._connection,
                username=target.user or None,
                password=target.password or None,
                require_encryption=False,
                auth_protocol="kerberos" if target.auth is Auth.KERBEROS else "ntlm",
            )
            session.connect()
            self._tree = TreeConnect(session, f"\\\\{target.host}\\SYSVOL")
            self._tree.connect()
        except _ERRORS:
            self._connection.disconnect(close=False)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(*_ERRORS):
            self._connection.disconnect(close=True)

    def _opened(self, path: str, access: int, options: int) -> Any:
        handle = Open(self._tree, path)
        handle.create(
            ImpersonationLevel.Impersonation,
            access,
            FileAttributes.FILE_ATTRIBUTE_NORMAL,
            ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE,
            CreateDisposition.FILE_OPEN,
            options,
        )
        return handle

    def entries(self, folder: str) -> Iterator[tuple[str, bool, int]]:
        """Name, whether it is a folder, and date of last change, of what is in a folder; links are left out."""
        handle = self._opened(
            folder, DirectoryAccessMask.FILE_LIST_DIRECTORY, CreateOptions.FILE_DIRECTORY_FILE
        )
        found: list[Any] = []
        with contextlib.suppress(NoMoreFiles, NoSuchFile):
            while True:
                found += handle.query_directory(
                    "*", FileInformationClass.FILE_DIRECTORY_INFORMATION
                )
        handle.close(False)
        for item in found:
            name = item["file_name"].get_value().decode("utf-16-le", "replace")
            kinds = item["file_attributes"].get_value()
            if name in (".", "..") or kinds & FileAttributes.FILE_ATTRIBUTE_REPARSE_POINT:
                continue
            changed_at = int(item["last_write_time"].get_value().timestamp())
            yield name, bool(kinds & FileAttributes.FILE_ATTRIBUTE_DIRECTORY), changed_at

    def content(self, path: str) -> bytes:
        """The content of a file, cut one byte after the most that a policy file may have."""
        handle = self._opened(
            path, FilePipePrinterAccessMask.FILE_READ_DATA, CreateOptions.FILE_NON_DIRECTORY_FILE
        )
        size, data = min(int(handle.end_of_file), MAX_FILE + 1), bytearray()
        while len(data) < size:
            data += handle.read(len(data), min(_CHUNK, size - len(data)))
        handle.close(False)
        return bytes(data)


def _reason(error: Exception) -> str:
    status = getattr(error, "ntstatus", getattr(error, "status", None))
    known = _STATUSES.get(status) if isinstance(status, int) else None
    if str(error).startswith("Failed to connect"):  # of the library, whatever the cause
        known = "rien ne répond sur le port du partage (445)"
    return known or str(error).partition("\n")[0] or type(error).__name__
