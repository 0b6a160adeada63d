"""The JSON files of ldapdomaindump: users, computers, groups, policy and trusts of one domain, no descriptor.

Without descriptors there is no control path: what the tool does not dump is not stated as known. Values are
those of ldap3 turned into text (dates in ISO form, durations in words), so they are turned back.
"""

import base64
import binascii
import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.entries.attributes import READ
from rempart.engines.directory.entries.reader import EntryReader
from rempart.engines.directory.model import Fact
from rempart.engines.directory.read.archives import Member
from rempart.engines.directory.read.entry import Entry
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer, Silent

FILES: Final = (
    "domain_users.json",
    "domain_groups.json",
    "domain_computers.json",
    "domain_policy.json",
    "domain_trusts.json",
)
BLOCK: Final = 4 << 20
OBJECT_LIMIT: Final = 256 << 20
_DURATION = re.compile(r"(?:(-?\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?")
_FOREVER: Final = -(1 << 63)
# The tool dumps a few kinds of objects: their presence says nothing of the others.
_NOT_SEEN: Final = frozenset({Fact.GPO_LINKS, Fact.DFSR, Fact.PASSWORD_SETTINGS, Fact.SILOS})
_ASKED: Final = READ - {"gplink", "ntsecuritydescriptor"}


def read_files(members: list[Member], builder: Builder, observer: Observer) -> None:
    """Read the files of one dump into `builder` and state what they are able to say.

    Raises UnreadableSource when a file is truncated or is not the tool's, or when there is no users file.
    """
    names = {member.basename for member in members}
    if "domain_users.json" not in names:
        raise UnreadableSource(
            "Le fichier domain_users.json est absent de cette sortie de ldapdomaindump.",
            expected=f"Rempart lit {', '.join(FILES)}.",
            todo="Donnez le dossier entier, ou relancez ldapdomaindump sans l’option --no-json.",
        )
    before = set(builder.facts)
    users = next(member for member in members if member.basename == "domain_users.json")
    first = next(entries(users, Silent()), ("", {}))[1]
    # The option --minimal asks for a few attributes only: then what is seen tells.
    complete = _ASKED if "usnchanged" in first else False
    reader = EntryReader(builder, complete=complete, observer=observer)
    for member in members:
        observer.stage(f"Lecture de {member.name}", member.size or None)
        for dn, attributes in entries(member, observer):
            reader.add(dn, attributes)
    reader.finish()
    if "domain_trusts.json" in names:
        builder.facts |= {Fact.TRUSTS, Fact.TRUST_TGT_DELEGATION}
    missing = [name for name in FILES if name not in names]
    if not {"domain_groups.json", "domain_computers.json"} <= names:
        builder.facts -= {Fact.MEMBERS} - before
    builder.facts -= _NOT_SEEN - before
    if missing:
        observer.note(f"Fichiers absents de la sortie de ldapdomaindump : {', '.join(missing)}.")
    observer.note(
        "ldapdomaindump ne relève pas les droits sur les objets : les chemins de contrôle ne sont pas évalués."
    )


def entries(member: Member, observer: Observer) -> Iterator[Entry]:
    """The objects of one file, as LDAP entries; raises UnreadableSource when it is not a whole JSON list."""
    for item in _objects(member, observer):
        attributes = item.get("attributes") if isinstance(item, dict) else None
        if not isinstance(attributes, dict):
            raise _refusal(member.name, "un objet n’a pas d’attributs")
        found = {
            _wire(name).decode("utf-8").lower(): [_wire(value) for value in _as_list(values)]
            for name, values in attributes.items()
        }
        dn = item.get("dn") or _first(found, "distinguishedname")
        # JSON can write half a surrogate pair, which no report could be encoded with.
        yield _wire(dn).decode("utf-8"), found


def _objects(member: Member, observer: Observer) -> Iterator[Any]:
    """The items of a JSON list, one by one: the file may be larger than the memory."""
    decoder = json.JSONDecoder()
    text, started = "", False
    with member.open() as stream:
        utf8 = codecs.getincrementaldecoder("utf-8-sig")("replace")
        while True:
            block = stream.read(BLOCK)
            observer.advance(len(block))
            text += utf8.decode(block, final=not block)
            at = 0
            if not started:
                if not text.lstrip().startswith("["):
                    raise _refusal(member.name, "ce n’est pas une liste JSON")
                at, started = text.index("[") + 1, True
            while True:
                at = _skip(text, at)
                if text[at : at + 1] == "]":
                    return
                try:
                    item, at = decoder.raw_decode(text, at)
                except (json.JSONDecodeError, RecursionError) as error:
                    if not block or isinstance(error, RecursionError) or len(text) > OBJECT_LIMIT:
                        raise _refusal(member.name, "le JSON est tronqué ou abîmé") from error
                    break
                yield item
            text = text[at:]


_SEPARATORS = re.compile(r"[\s,]*")


def _skip(text: str, at: int) -> int:
    found = _SEPARATORS.match(text, at)
    return found.end() if found else at


def _refusal(name: str, reason: str) -> UnreadableSource:
    return UnreadableSource(
        f"« {name} » : {reason}.",
        expected="Rempart attend les fichiers JSON tels que ldapdomaindump les écrit.",
        todo="Recopiez-les depuis le poste de collecte, ou relancez ldapdomaindump.",
    )


def _as_list(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _first(attributes: dict[str, list[bytes]], name: str) -> str:
    values = attributes.get(name)
    return values[0].decode("utf-8", "replace") if values else ""


def _wire(value: Any) -> bytes:
    """The value as LDAP carried it."""
    if isinstance(value, bool):
        return b"TRUE" if value else b"FALSE"
    if isinstance(value, dict):
        try:
            return base64.b64decode(str(value.get("encoded", "")), validate=True)
        except binascii.Error:
            return b""
    text = str(value)
    duration = _DURATION.fullmatch(text)
    return str(_ticks(duration)).encode() if duration else text.encode("utf-8", "replace")


def _ticks(duration: re.Match[str]) -> int:
    """A duration as Active Directory stores it: negative, in tenths of a microsecond."""
    days, hours, minutes, seconds, fraction = duration.groups()
    if int(days or 0) >= 999_999:
        return _FOREVER
    total = ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds)
    return -abs(total * 10_000_000 + int((fraction or "").ljust(6, "0")) * 10)
