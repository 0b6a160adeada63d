"""A file of another tool, known by what it contains, read into claims: `read_import(path)`."""

from collections.abc import Callable, Iterator, Mapping as Counts
from dataclasses import dataclass, field
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.engines.exposure.read.gvm import TOOL as GVM, GvmHandler
from rempart.engines.exposure.read.mapped_csv import Mapping, read_csv
from rempart.engines.exposure.read.masscan import TOOL as MASSCAN, read_masscan
from rempart.engines.exposure.read.nessus import TOOL as NESSUS, NessusHandler
from rempart.engines.exposure.read.nmap import TOOL as NMAP, NmapHandler
from rempart.engines.exposure.read.nuclei import TOOL as NUCLEI, read_nuclei
from rempart.engines.exposure.read.search_engines import (
    ONYPHE,
    SHODAN,
    read_onyphe,
    read_shodan,
)
from rempart.engines.exposure.read.shared import NO_PLACE, Claims
from rempart.engines.exposure.read.source import LIMITS, Cut, Limits, chunks, document, lines
from rempart.engines.exposure.read.sslscan import TOOL as SSLSCAN, SslscanHandler
from rempart.engines.exposure.read.sslyze import TOOL as SSLYZE, read_sslyze
from rempart.engines.exposure.read.tables import read_table, table_of
from rempart.engines.exposure.read.testssl import TOOL as TESTSSL, read_testssl
from rempart.engines.exposure.read.xml_stream import Handler, read_xml, root_of
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.french import counted, grouped

_HEAD: Final = 1 << 16
_HANDLERS: Final[dict[str, Callable[[Claims], Handler]]] = {
    NMAP: NmapHandler,
    NESSUS: NessusHandler,
    GVM: GvmHandler,
    SSLSCAN: SslscanHandler,
}
_ROOTS: Final = {
    "nmaprun": NMAP,
    "NessusClientData_v2": NESSUS,
    "report": GVM,
    "get_reports_response": GVM,
    "get_results_response": GVM,
    "document": SSLSCAN,
}
# Keys that only one tool writes together in its first object, in the order in which they are looked for.
_KEYS: Final = (
    (frozenset({"server_scan_results"}), SSLYZE),
    (frozenset({"scanResult"}), TESTSSL),
    (frozenset({"template-id"}), NUCLEI),
    (frozenset({"templateID"}), NUCLEI),
    (frozenset({"@category"}), ONYPHE),
    (frozenset({"id", "finding"}), TESTSSL),
    (frozenset({"ip", "timestamp", "ports"}), MASSCAN),
    (frozenset({"ip", "timestamp", "port", "rec_type"}), MASSCAN),
    (frozenset({"ip_str"}), SHODAN),
)
# The same, for a first object too long to be read from the beginning alone.
_MARKS: Final = (
    (b'"server_scan_results"', SSLYZE),
    (b'"scanResult"', TESTSSL),
    (b'"template-id"', NUCLEI),
    (b'"templateID"', NUCLEI),
    (b'"@category"', ONYPHE),
    (b'"ip_str"', SHODAN),
    (b'"finding"', TESTSSL),
)
_ANSWERS: Final = ("matches", "results", "data")
_BY_ROW: Final = {
    NUCLEI: read_nuclei,
    SHODAN: read_shodan,
    ONYPHE: read_onyphe,
    MASSCAN: read_masscan,
}
_BY_DOCUMENT: Final = {TESTSSL: read_testssl, SSLYZE: read_sslyze}
KNOWN: Final = (
    "nmap (-oX), masscan (-oX, -oJ), nuclei (-jsonl, -je), testssl.sh (--jsonfile, --csvfile), sslyze (--json_out), sslscan (--xml), GVM (XML, "
    "CSV), Nessus (.nessus, CSV), Shodan (JSON, CSV) et ONYPHE (JSON), ou un tableau CSV avec sa correspondance de colonnes"
)


@dataclass(frozen=True, slots=True)
class Import:
    """What one file said. `left` counts the results that were not kept, `doubtful` those kept that a person should look at,
    by their reason in French; `is_cut` says that the tool was stopped while it wrote: what came before was read."""

    tool: str
    claims: list[ClaimSeen]
    left: Counts[str, int] = field(default_factory=dict)
    doubtful: Counts[str, int] = field(default_factory=dict)
    is_cut: bool = False

    @property
    def dropped(self) -> int:
        """The results that named no address, name or port that can be one."""
        return self.left.get(NO_PLACE, 0)

    def said(self, name: str) -> str:
        """One line for a person: what was read of the file, what was not and why."""
        for_information = sum(not c.check and c.severity == "info" for c in self.claims)
        told = counted(len(self.claims), "résultat lu", "résultats lus")
        told += f", dont {grouped(for_information)} pour information" if for_information else ""
        parts = [f"« {name} » ({self.tool}) : {told}."]
        if self.left:
            told = " ; ".join(f"{grouped(n)} {why}" for why, n in sorted(self.left.items()))
            parts.append(f"Laissés de côté : {told}.")
        if self.doubtful:
            told = " ; ".join(f"{grouped(n)} {why}" for why, n in sorted(self.doubtful.items()))
            parts.append(f"Gardés et à relire : {told}.")
        if self.is_cut:
            parts.append(
                "Fichier incomplet : l’outil a été interrompu, et seul ce qui précède est lu."
            )
        return " ".join(parts)


def read_import(path: Path, *, mapping: Mapping | None = None, limits: Limits = LIMITS) -> Import:
    """The claims of a file, whatever its tool, as it is or in a gzip. Raises UnreadableSource."""
    if mapping is not None:
        claims = Claims(mapping.tool, limits)
        read_csv(chunks(path, limits), path.name, mapping, claims)
        return _done(claims)
    head = head_of(path, limits)
    tool = kind_of(head)
    table = None if tool else table_of(_plain(head).decode("utf-8", "replace"))
    if table is not None:
        claims = Claims(table[0].tool, limits)
        read_table(chunks(path, limits), path.name, *table, claims)
        return _done(claims)
    claims = Claims(tool, limits)
    try:
        _read(tool, path, head, claims, limits)
    except Cut:
        if not claims.found:
            raise
        claims.is_cut = True
    return _done(claims)


def is_unknown(path: Path, limits: Limits = LIMITS) -> bool:
    """Whether a file is no tool's own: a table whose columns someone has to say. Raises UnreadableSource."""
    return not tool_of(head_of(path, limits))


def _read(tool: str, path: Path, head: bytes, claims: Claims, limits: Limits) -> None:
    if tool in _HANDLERS:
        read_xml(chunks(path, limits), path.name, _HANDLERS[tool](claims))
    elif tool in _BY_DOCUMENT:
        _BY_DOCUMENT[tool](document(path, limits), path.name, claims)
    elif tool == MASSCAN:
        read_masscan(_not_cut(lines(path, limits), claims), path.name, claims)
    elif tool in _BY_ROW:
        _BY_ROW[tool](_objects(path, head, claims, limits), path.name, claims)
    else:
        raise UnreadableSource(
            f"« {path.name} » n’est d’aucun format connu.", expected=f"Formats lus : {KNOWN}."
        )


def tool_of(head: bytes) -> str:
    """The tool that wrote a file or a table, from its first bytes; "" when none is known."""
    table = table_of(_plain(head).decode("utf-8", "replace"))
    return kind_of(head) or (table[0].tool if table else "")


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
        return _kind_of_object(text)
    return ""


def _kind_of_object(text: bytes) -> str:
    """By the keys of the first object; by what is written anywhere near the beginning when it does not end there."""
    start = text.find(b"{")
    if start < 0:
        return ""
    try:
        found, _ = JSONDecoder().raw_decode(text[start:].decode("utf-8", "replace"))
    except (JSONDecodeError, RecursionError, ValueError):
        return next((tool for mark, tool in _MARKS if mark in text), "")
    for one in (found, *_first_answers(found)):
        tool = next((tool for keys, tool in _KEYS if keys <= one.keys()), "")
        if tool:
            return tool
    return ""


def _first_answers(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The first result inside a whole answer of an interface."""
    for key in _ANSWERS:
        inside = found.get(key)
        if isinstance(inside, list) and inside and isinstance(inside[0], dict):
            yield inside[0]


def _plain(head: bytes) -> bytes:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) & ~1].decode("utf-16", "replace").encode()
    return head.removeprefix(b"\xef\xbb\xbf")


def head_of(path: Path, limits: Limits = LIMITS) -> bytes:
    """The first bytes of a file, inflated. Raises UnreadableSource when there are none."""
    found = b""
    for piece in chunks(path, limits):
        found += piece
        if len(found) >= _HEAD:
            break
    if not found.strip():
        raise UnreadableSource(f"« {path.name} » est vide.", expected=f"Formats lus : {KNOWN}.")
    return found[: 4 * _HEAD]


def _objects(path: Path, head: bytes, claims: Claims, limits: Limits) -> Iterator[bytes]:
    """One JSON object a line; a whole document, indented or a list, is given by its elements."""
    first = _plain(head).lstrip()
    is_lines = first[:1] == b"{" and _is_object(first.split(b"\n", 1)[0])
    if is_lines:
        yield from _not_cut(lines(path, limits), claims)
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


def _not_cut(rows: Iterator[bytes], claims: Claims) -> Iterator[bytes]:
    """The lines, without a last one that the tool did not have the time to end when others came before it."""
    held = next(rows, b"")
    for row in rows:
        yield held
        held = row
    if claims.found and held.lstrip()[:1] == b"{" and not _is_whole(held):
        claims.is_cut = True
    elif held:
        yield held


def _is_object(line: bytes) -> bool:
    """Whether a line is a whole object, or too long to be anything else than the first of several."""
    if len(line) >= _HEAD // 2:
        return True
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _is_whole(line: bytes) -> bool:
    """Whether a line, without the comma or bracket of a list after it, is JSON."""
    try:
        msgspec.json.decode(line.strip().rstrip(b",]"), type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _done(claims: Claims) -> Import:
    return Import(claims.tool, claims.found, +claims.left, +claims.doubtful, is_cut=claims.is_cut)
