"""Group policy preferences (MS-GPPREF 2.2): local groups, services, registry, and passwords left in files.

The `cpassword` attribute is encrypted with a key that Microsoft published (MS-GPPREF 2.2.1.1.4): whoever reads SYSVOL
reads the password. Only its presence is kept here; the value is never copied out of the parsed tree.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

from rempart.engines.directory.policies import (
    GroupChange,
    PolicyFiles,
    RegistryValue,
    StoredPassword,
)

_STARTUP: Final = {"boot": 0, "system": 1, "automatic": 2, "manual": 3, "disabled": 4}
_MACHINE: Final = "HKEY_LOCAL_MACHINE"
_SECRET: Final = re.compile(r"password|passwd|pwd|secret", re.IGNORECASE)


class BadPolicyFileError(ValueError):
    """A file of a policy that is not what its name says; the message (French) says why."""


def preferences(data: bytes, path: str) -> PolicyFiles:
    """One preferences file (Groups.xml, Services.xml …), told by the classes of its items and not by its name."""
    try:
        root = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadPolicyFileError("XML illisible") from error
    kind = path.rpartition("/")[2].partition(".")[0].lower()
    passwords: list[StoredPassword] = []
    groups: list[GroupChange] = []
    registry: list[RegistryValue] = []
    services: dict[str, int] = {}
    for item, properties in _items(root):
        if properties.get("cpassword"):
            passwords.append(
                StoredPassword(path, _account(item, properties), kind, item.get("changed", ""))
            )
        # A disabled item does nothing, but its password is still there to be read.
        if item.get("disabled") == "1":
            continue
        name = item.tag.lower()
        if name == "group":
            groups.append(_group(properties, path))
        elif name == "ntservice":
            startup = _STARTUP.get(properties.get("startupType", "").lower())
            if startup is not None:
                services[properties.get("serviceName", "").lower()] = startup
        elif name == "registry" and properties.get("action", "U").upper() != "D":
            value, secret = _registry(properties, path)
            registry.append(value)
            passwords += [StoredPassword(path, "", "registry", item.get("changed", ""))] * secret
    return PolicyFiles(
        "",
        "",
        registry=tuple(registry),
        services=services,
        groups=tuple(groups),
        passwords=tuple(passwords),
    )


def _items(root: Element) -> Iterator[tuple[Element, Element]]:
    for item in root.iter():
        properties = item.find("Properties")
        if properties is not None:
            yield item, properties


def _account(item: Element, properties: Element) -> str:
    for name in ("newName", "userName", "username", "runAs", "accountName", "serviceName"):
        if text := properties.get(name):
            return text
    return item.get("name", "")


def _group(properties: Element, path: str) -> GroupChange:
    members = list(properties.iter("Member"))

    def named(action: str) -> tuple[str, ...]:
        return tuple(
            member.get("sid", "") or member.get("name", "")
            for member in members
            if member.get("action", "ADD").upper() == action
        )

    empties = "1" in (properties.get("deleteAllUsers"), properties.get("deleteAllGroups"))
    return GroupChange(
        group=properties.get("groupSid", "") or properties.get("groupName", ""),
        members=named("ADD"),
        replaces=empties or properties.get("action", "U").upper() == "R",
        removed=named("REMOVE"),
        file=path,
    )


def _registry(properties: Element, path: str) -> tuple[RegistryValue, bool]:
    kind, text = properties.get("type", "").upper(), properties.get("value", "")
    name = properties.get("name", "")
    if kind in ("REG_DWORD", "REG_QWORD") and re.fullmatch(r"[0-9A-Fa-f]{1,16}", text):
        text = str(int(text, 16))
    hidden = bool(_SECRET.search(name)) and not text.isdigit()
    value = RegistryValue(
        key=properties.get("key", "").lower(),
        name=name.lower(),
        value="" if hidden else text,
        user=properties.get("hive", _MACHINE).upper() != _MACHINE,
        file=path,
    )
    return value, name.lower() == "defaultpassword" and bool(text)
