"""The directory as one LDIF file with its descriptors, as ldapsearch writes it with the SD_FLAGS control."""

import base64
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.directory_generator.access import Access
from benchmarks.directory_generator.items import Item, Value

_WIDTH = 76


class LdifWriter:
    """Writes `directory.ldif` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "directory.ldif"
        self._file = self.path.open("wb", buffering=1 << 20)
        self._file.write(b"version: 1\n\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, item: Item) -> None:
        """Add one object."""
        lines = [_line("dn", item.dn)]
        for name, values in item.attributes.items():
            lines += [_line(name, value) for value in values]
        lines.append(_descriptor(item.access))
        self._file.write("\n".join(lines).encode() + b"\n\n")


def _line(name: str, value: Value) -> str:
    if isinstance(value, str) and value.isascii() and value[:1] not in (" ", ":", "<"):
        text = f"{name}: {value}"
    else:
        data = value if isinstance(value, bytes) else value.encode()
        text = f"{name}:: {base64.b64encode(data).decode()}"
    return text if len(text) <= _WIDTH else _folded(text)


def _folded(text: str) -> str:
    rest = [text[i : i + _WIDTH - 1] for i in range(_WIDTH, len(text), _WIDTH - 1)]
    return "\n ".join([text[:_WIDTH], *rest])


def _descriptor(rights: Access) -> str:
    text = rights.texts.get("ldif")
    if text is None:
        text = rights.texts["ldif"] = _line("nTSecurityDescriptor", rights.descriptor)
    return str(text)
