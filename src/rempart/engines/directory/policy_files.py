"""The files of a group policy, one parser each: security template, Registry.pol, preferences, scripts.

Formats: MS-GPSB 2.2 (GptTmpl.inf), MS-GPREG 2.2.1 (Registry.pol), MS-GPPREF 2.2 (XML), MS-GPSCR 2.2 (scripts.ini).
Each parser gives a `PolicyFiles` that states only what the file says, and raises `BadPolicyFileError` on nonsense.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from rempart.engines.directory.policies import (
    GroupChange,
    PolicyFiles,
    RegistryValue,
    Script,
    StoredPassword,
)
from rempart.engines.directory.policy_preferences import BadPolicyFileError, preferences

_SZ, _EXPAND_SZ, _BINARY, _DWORD, _DWORD_BE, _MULTI_SZ, _QWORD = 1, 2, 3, 4, 5, 7, 11
_SECRET: Final = re.compile(r"password|passwd|pwd|secret", re.IGNORECASE)
_POL_HEADER: Final = b"PReg\x01\x00\x00\x00"
_MAX_VALUES: Final = 200_000

Parser = Callable[[bytes, str], PolicyFiles]


def parser_of(path: str) -> Parser | None:
    """The parser of a file by its path inside the policy folder (`/` between folders), or None: not one to read."""
    name = path.rpartition("/")[2].lower()
    if name == "gpttmpl.inf":
        return security_template
    if name == "registry.pol":
        return registry_pol
    if name in ("scripts.ini", "psscripts.ini"):
        return scripts
    if name in _PREFERENCES:
        return preferences
    return None


_PREFERENCES: Final = frozenset(
    f"{name}.xml"
    for name in (
        "groups",
        "services",
        "scheduledtasks",
        "datasources",
        "drives",
        "printers",
        "registry",
    )
)


def decoded(data: bytes) -> str:
    """Text of an INI-like file: UTF-16 or UTF-8 by its mark, UTF-16 by its zeros, else UTF-8 or Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace")
    if data[1:2] == b"\0":
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _sections(data: bytes) -> dict[str, list[tuple[str, str]]]:
    """Lower-case section → (key, value) in order; a line without `=` is a key without value."""
    found: dict[str, list[tuple[str, str]]] = {}
    lines: list[tuple[str, str]] = []
    for raw in decoded(data).splitlines():
        line = raw.strip().strip("\0")
        if not line or line.startswith(";"):
            continue
        if line.startswith("[") and line.endswith("]"):
            lines = found.setdefault(line[1:-1].strip().lower(), [])
            continue
        key, _, value = line.partition("=")
        lines.append((key.strip(), value.strip()))
    return found


def security_template(data: bytes, path: str) -> PolicyFiles:
    """GptTmpl.inf: registry values, privileges, restricted groups, services, password and Kerberos policies."""
    sections = _sections(data)
    if not sections:
        raise BadPolicyFileError("aucune section")
    values = [
        item
        for key, text in sections.get("registry values", [])
        if (item := _template_value(key, text, path))
    ]
    return PolicyFiles(
        domain="",
        guid="",
        registry=tuple(values),
        privileges={
            key: tuple(_principals(text)) for key, text in sections.get("privilege rights", [])
        },
        system_access=_plain(sections.get("system access", [])),
        kerberos=_plain(sections.get("kerberos policy", [])),
        services=dict(_template_services(sections.get("service general setting", []))),
        groups=tuple(_restricted_groups(sections.get("group membership", []), path)),
    )


def _plain(lines: list[tuple[str, str]]) -> dict[str, str]:
    return {key.lower(): text.strip('"') for key, text in lines}


def _principals(text: str) -> Iterator[str]:
    for part in text.split(","):
        name = part.strip().strip('"').removeprefix("*")
        if name:
            yield name


def _template_value(key: str, text: str, path: str) -> RegistryValue | None:
    hive, _, rest = key.partition("\\")
    folder, _, name = rest.rpartition("\\")
    if hive.upper() not in ("MACHINE", "USER", "USERS") or not folder:
        return None
    kind, _, value = text.partition(",")
    value = value.strip()
    if kind.strip() == str(_MULTI_SZ):
        value = ";".join(part.strip().strip('"') for part in value.split(",") if part.strip())
    return registry_value(folder, name, value.strip('"'), user=hive.upper() != "MACHINE", path=path)


def registry_value(key: str, name: str, value: str, *, user: bool, path: str) -> RegistryValue:
    """A registry value without what it may hold of secret: only numbers survive under a name that tells a secret."""
    secret = bool(_SECRET.search(name)) and not re.fullmatch(r"\d{1,20}", value)
    return RegistryValue(key.lower(), name.lower(), "" if secret else value, user, path)


def _template_services(lines: list[tuple[str, str]]) -> Iterator[tuple[str, int]]:
    for key, text in lines:
        # Written `"Spooler",4,"D:…"`, sometimes `Spooler=4,…`.
        parts = [part.strip().strip('"') for part in (f"{key},{text}" if text else key).split(",")]
        if len(parts) > 1 and parts[1].isdigit():
            yield parts[0].lower(), int(parts[1])


def _restricted_groups(lines: list[tuple[str, str]], path: str) -> Iterator[GroupChange]:
    for key, text in lines:
        name, _, how = key.rpartition("__")
        group = name.strip().removeprefix("*")
        others = tuple(_principals(text))
        if how.lower() == "members" and group:
            yield GroupChange(group, others, replaces=True, file=path)
        elif how.lower() == "memberof" and group:
            for other in others:
                yield GroupChange(other, (group,), file=path)


def registry_pol(data: bytes, path: str) -> PolicyFiles:
    """Registry.pol of a machine or of users; deletions (`**del.`) are not values and are left out."""
    if not data.startswith(_POL_HEADER):
        raise BadPolicyFileError("l’en-tête PReg manque")
    user = "/user/" in f"/{path.lower()}"
    values, passwords = [], []
    for key, name, kind, raw in _pol_records(data):
        if name.startswith("**") or not name:
            continue
        text = _pol_text(kind, raw)
        if text and name.lower() == "defaultpassword":
            passwords.append(StoredPassword(path, "", "registry"))
        values.append(registry_value(key, name, text, user=user, path=path))
    return PolicyFiles("", "", registry=tuple(values), passwords=tuple(passwords))


def _pol_records(data: bytes) -> Iterator[tuple[str, str, int, bytes]]:
    """(key, value name, type, data) of `[key;value;type;size;data]`, where every sign is UTF-16LE."""
    at, count = len(_POL_HEADER), 0
    while at < len(data):
        count += 1
        if data[at : at + 2] != b"[\0" or count > _MAX_VALUES:
            raise BadPolicyFileError(f"enregistrement mal formé à l’octet {at}")
        key, at = _pol_string(data, at + 2)
        name, at = _pol_string(data, at)
        kind = int.from_bytes(data[at : at + 4], "little")
        size = int.from_bytes(data[at + 6 : at + 10], "little")
        start = at + 12
        if data[at + 10 : start] != b";\0" or data[start + size : start + size + 2] != b"]\0":
            raise BadPolicyFileError(f"taille fausse à l’octet {at}")
        yield key, name, kind, data[start : start + size]
        at = start + size + 2


def _pol_string(data: bytes, at: int) -> tuple[str, int]:
    end = at
    while data[end : end + 2] not in (b"\0\0", b""):
        end += 2
    if data[end + 2 : end + 4] != b";\0":
        raise BadPolicyFileError(f"texte sans fin à l’octet {at}")
    return data[at:end].decode("utf-16-le", "replace"), end + 4


def _pol_text(kind: int, raw: bytes) -> str:
    if kind in (_DWORD, _QWORD):
        return str(int.from_bytes(raw, "little"))
    if kind == _DWORD_BE:
        return str(int.from_bytes(raw, "big"))
    if kind in (_SZ, _EXPAND_SZ):
        return raw.decode("utf-16-le", "replace").rstrip("\0")
    if kind == _MULTI_SZ:
        return ";".join(part for part in raw.decode("utf-16-le", "replace").split("\0") if part)
    return raw.hex()


def scripts(data: bytes, path: str) -> PolicyFiles:
    """scripts.ini and psscripts.ini: the commands, without their parameters."""
    found = [
        Script(when, text)
        for when in ("startup", "shutdown", "logon", "logoff")
        for key, text in _sections(data).get(when, [])
        if key.lower().endswith("cmdline") and text
    ]
    return PolicyFiles("", "", scripts=tuple(found))
