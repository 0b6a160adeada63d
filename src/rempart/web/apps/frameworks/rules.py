"""What identifies a framework: the digest of what it says. No database."""

import hashlib
from typing import Any

import msgspec

from rempart.content.frameworks import Framework


def document_of(framework: Framework) -> dict[str, Any]:
    """The framework as JSON values."""
    found: dict[str, Any] = msgspec.to_builtins(framework, str_keys=True)
    return found


def digest_of(document: dict[str, Any]) -> str:
    """The digest of what a framework says: an empty field and a field that is absent say the same."""
    said = msgspec.json.encode(_without_empty(document), order="sorted")
    return hashlib.sha256(said).hexdigest()


def version_beside(version: str, digest: str) -> str:
    """The name of another text that bears the same version as one already kept."""
    return f"{version[:50]}+{digest[:8]}"


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(v) for key, v in value.items()}
        return {key: v for key, v in kept.items() if v not in ("", None, [], {}, False)}
    if isinstance(value, list):
        return [_without_empty(v) for v in value]
    return value
