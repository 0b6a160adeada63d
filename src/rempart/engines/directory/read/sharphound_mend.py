"""One object of SharpHound with a field of an unexpected shape: the field is left out, and the object kept."""

from typing import Any

import msgspec
from msgspec import Struct

from rempart.engines.directory.read.sharphound_structs import (
    AccountProperties,
    Computer,
    Group,
    User,
)


def without_faults(raw: bytes, decoder: msgspec.json.Decoder[list[Any]]) -> list[Any]:
    """The object whose JSON is `raw`, without the fields and list items that are not of the expected type; nothing
    when it is not an object, or has no identifier."""
    value = msgspec.json.decode(raw)
    if not isinstance(value, dict) or not isinstance(value.get("ObjectIdentifier"), str):
        return []
    struct = _struct(decoder)
    properties = value.pop("Properties", None)
    kept = _fitting(value, struct)
    if isinstance(properties, dict):
        kept["Properties"] = _fitting(properties, AccountProperties)
    return [msgspec.json.decode(msgspec.json.encode(kept), type=struct)]


def _struct(decoder: msgspec.json.Decoder[list[Any]]) -> type[Struct]:
    """The struct of the items that a decoder gives."""
    return next(s for s in (Computer, User, Group) if decoder.type == list[s])  # type: ignore[valid-type]


def _fitting(value: dict[str, Any], struct: type[Struct]) -> dict[str, Any]:
    """The fields of `value` that a struct takes; of a list, the items that it takes."""
    out = {}
    for field in msgspec.structs.fields(struct):
        found = value.get(field.encode_name)
        if isinstance(found, list) and not _fits(found, field.type):
            found = [item for item in found if _fits([item], field.type)]
        if found is not None and _fits(found, field.type):
            out[field.encode_name] = found
    return out


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.json.decode(msgspec.json.encode(value), type=kind)
    except msgspec.ValidationError:
        return False
    return True
