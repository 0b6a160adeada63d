"""The policy files of SYSVOL, read from the share of a domain controller."""

import logging
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import smbclient  # type: ignore[import-untyped]
import smbprotocol.exceptions  # type: ignore[import-untyped]
import spnego.exceptions

from rempart.engines.directory.collect.target import Auth, Target
from rempart.engines.directory.policies import PolicyFiles, policy_key
from rempart.engines.directory.read.sysvol import MAX_FILE, is_wanted, place_of, policies_of
from rempart.kernel.progress import Observer

_DEPTH: Final = 8
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

# What the library writes to its loggers would reach the terminal of whoever configured none.
for _name in ("smbclient", "smbprotocol"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

_ERRORS = (
    OSError,
    ValueError,
    smbprotocol.exceptions.SMBException,
    spnego.exceptions.SpnegoError,
)


class SysvolUnavailableError(Exception):
    """SYSVOL could not be read; the message (French) says why. A collection goes on without it."""


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
    # A referral of the distributed file system could send the account's proof to another server.
    smbclient.ClientConfig(skip_dfs=True)
    cache: dict[str, Any] = {}
    options = {
        "username": target.user or None,
        "password": target.password or None,
        "port": target.smb_port,
        "connection_timeout": target.timeout,
        "auth_protocol": "kerberos" if target.auth is Auth.KERBEROS else "ntlm",
        "connection_cache": cache,
    }
    root = f"\\\\{target.host}\\SYSVOL\\{domain}\\Policies"
    last: Exception | None = None
    try:
        for path, is_folder, changed_at in _walk(root, options):
            place = f"{domain}/Policies{path[len(root) :]}".replace("\\", "/")
            if is_folder:
                news.put(_Item(place, None, changed_at))
            elif is_wanted(place):
                with smbclient.open_file(path, "rb", share_access="rwd", **options) as stream:
                    news.put(_Item(place, stream.read(MAX_FILE + 1), changed_at))
    except _ERRORS as error:
        last = error
    smbclient.reset_connection_cache(fail_on_error=False, connection_cache=cache)
    news.put(last)


def _walk(root: str, options: dict[str, Any]) -> Iterator[tuple[str, bool, int]]:
    """Policy folders (True) and the files (False) under their machine and user sides, with their dates."""
    waiting, count = [(root, 0)], 0
    while waiting:
        folder, depth = waiting.pop()
        for entry in smbclient.scandir(folder, **options):
            count += 1
            if count > _MAX_FILES:
                raise ValueError(f"plus de {_MAX_FILES} fichiers")
            if entry.is_symlink():
                continue
            changed_at = int(entry.smb_info.last_write_time.timestamp())
            if not entry.is_dir():
                yield entry.path, False, changed_at
            elif depth == 0:
                if entry.name.startswith("{"):
                    yield entry.path, True, changed_at
                    waiting.append((entry.path, 1))
            elif depth < _DEPTH and (depth > 1 or entry.name.lower() in _SIDES):
                waiting.append((entry.path, depth + 1))


def _reason(error: Exception) -> str:
    status = getattr(error, "ntstatus", getattr(error, "status", None))
    known = _STATUSES.get(status) if isinstance(status, int) else None
    if str(error).startswith("Failed to connect"):  # of the library, whatever the cause
        known = "rien ne répond sur le port du partage (445)"
    return known or str(error).partition("\n")[0] or type(error).__name__
