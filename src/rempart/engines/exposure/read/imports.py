"""A file of another tool, known by what it contains, read into claims: `read_import(path)`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.engines.exposure.read.gvm import TOOL as GVM, GvmHandler
from rempart.engines.exposure.read.mapped_csv import Mapping, read_csv
from rempart.engines.exposure.read.nessus import TOOL as NESSUS, NessusHandler
from rempart.engines.exposure.read.nmap import TOOL as NMAP, NmapHandler
from rempart.engines.exposure.read.nuclei import TOOL as NUCLEI, read_nuclei
from rempart.engines.exposure.read.search_engines import (
    ONYPHE,
    SHODAN,
    read_onyphe,
    read_shodan,
)
from rempart.engines.exposure.read.shared import Claims
from rempart.engines.exposure.read.source import LIMITS, Limits, chunks, document, lines
from rempart.engines.exposure.read.tls_tools import SSLYZE, TESTSSL, read_sslyze, read_testssl
from rempart.engines.exposure.read.xml_stream import Handler, read_xml, root_of
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.kernel.errors import UnreadableSource

_HEAD: Final = 1 << 16
_HANDLERS: Final[dict[str, Callable[[Claims], Handler]]] = {
    NMAP: NmapHandler,
    NESSUS: NessusHandler,
    GVM: GvmHandler,
}
_ROOTS: Final = {
    "nmaprun": NMAP,
    "NessusClientData_v2": NESSUS,
    "report": GVM,
    "get_reports_response": GVM,
    "get_results_response": GVM,
}
# A key that only one tool writes, in the order in which they are looked for.
_MARKS: Final = (
    (b'"server_scan_results"', SSLYZE),
    (b'"template-id"', NUCLEI),
    (b'"scanResult"', TESTSSL),
    (b'"@category"', ONYPHE),
    (b'"ip_str"', SHODAN),
    (b'"finding"', TESTSSL),
)
KNOWN: Final = (
    "nmap (-oX), nuclei (-jsonl), testssl.sh (--jsonfile), sslyze (--json_out), GVM (XML), Nessus (.nessus), "
    "Shodan et ONYPHE (JSON), ou un tableau CSV avec sa correspondance de colonnes"
)


@dataclass(frozen=True, slots=True)
class Import:
    """What one file said. `dropped` counts the results that named no address, name or port that can be one."""

    tool: str
    claims: list[ClaimSeen]
    dropped: int


def read_import(path: Path, *, mapping: Mapping | None = None, limits: Limits = LIMITS) -> Import:
    """The claims of a file, whatever its tool, as it is or in a gzip. Raises UnreadableSource."""
    if mapping is not None:
        claims = Claims(mapping.tool, limits)
        read_csv(chunks(path, limits), path.name, mapping, claims)
        return _done(claims)
    head = _head(path, limits)
    tool = kind_of(head)
    claims = Claims(tool, limits)
    if tool in _HANDLERS:
        read_xml(chunks(path, limits), path.name, _HANDLERS[tool](claims))
    elif tool == NUCLEI:
        read_nuclei(_objects(path, head, limits), path.name, claims)
    elif tool == TESTSSL:
        read_testssl(document(path, limits), path.name, claims)
    elif tool == SSLYZE:
        read_sslyze(document(path, limits), path.name, claims)
    elif tool == SHODAN:
        read_shodan(_objects(path, head, limits), path.name, claims)
    elif tool == ONYPHE:
        read_onyphe(_objects(path, head, limits), path.name, claims)
    else:
        raise UnreadableSource(
            f"« {path.name} » n’est d’aucun format connu.", expected=f"Formats lus : {KNOWN}."
        )
    return _done(claims)


def kind_of(head: bytes) -> str:
    """The tool that wrote a file, from its first bytes; "" when none is known."""
    text = _plain(head).lstrip()
    if (
        text[:1] == b"<"
        or head[:4] in (b"<\x00?\x00", b"\x00<\x00?")
        or head[:2] in (b"\xff\xfe", b"\xfe\xff")
    ):
        root = root_of(head)
        if root:
            return _ROOTS.get(root, "")
    if text[:1] in (b"{", b"["):
        return next((tool for mark, tool in _MARKS if mark in text), "")
    return ""


def _plain(head: bytes) -> bytes:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) & ~1].decode("utf-16", "replace").encode()
    return head.removeprefix(b"\xef\xbb\xbf")


def _head(path: Path, limits: Limits) -> bytes:
    found = b""
    for piece in chunks(path, limits):
        found += piece
        if len(found) >= _HEAD:
            break
    if not found.strip():
        raise UnreadableSource(f"« {path.name} » est vide.", expected=f"Formats lus : {KNOWN}.")
    return found[: 4 * _HEAD]


def _objects(path: Path, head: bytes, limits: Limits) -> Iterator[bytes]:
    """One JSON object a line; a whole document, indented or a list, is given by its elements."""
    first = _plain(head).lstrip()
    is_lines = first[:1] == b"{" and _is_object(first.split(b"\n", 1)[0])
    if is_lines:
        yield from lines(path, limits)
        return
    data = document(path, limits)
    try:
        found: Any = msgspec.json.decode(
            data, type=msgspec.Raw if data.lstrip()[:1] == b"{" else list[msgspec.Raw]
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise UnreadableSource(
            f"« {path.name} » n’est pas du JSON lisible, ou il est incomplet.",
            todo="Copiez-le ou téléchargez-le de nouveau.",
        ) from fault
    yield from (bytes(part) for part in (found if isinstance(found, list) else [found]))


def _is_object(line: bytes) -> bool:
    """Whether a line is a whole object, or too long to be anything else than the first of several."""
    if len(line) >= _HEAD // 2:
        return True
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _done(claims: Claims) -> Import:
    return Import(claims.tool, claims.found, claims.dropped)
