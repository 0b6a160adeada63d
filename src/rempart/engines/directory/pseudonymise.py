"""Hiding the names of a report while its structure stays: same object, same pseudonym; kinds and figures unchanged.

report = pseudonymise(report, key)             # what may leave
names = correspondence(report, key)            # pseudonym → name: stays home, with the key
reveal("Retirer à groupe-7F3K…", names)        # back to the names
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.engines.directory.pseudonyms import Pseudonyms, short_of, well_known
from rempart.engines.directory.report import (
    AcceptedRisk,
    Action,
    ControlResult,
    DirectoryResult,
    DomainRef,
    Duplicate,
    Exposure,
    ObjectRef,
    PointResult,
    Report,
    SourceFileRef,
    SourceRef,
    Step,
)
from rempart.kernel.errors import UnreadableSource

KEY_BYTES: Final = 32
SHORTEST: Final = 3  # letters of a bare login that is looked for in the texts

KEPT: Final[dict[type, frozenset[str]]] = {
    Report: frozenset(["audited_on", "tool_version", "catalogue_version", "catalogue_sha256", "schema", "facts_missing", "level"]),
    ControlResult: frozenset(["id", "kind", "theme", "title", "levels", "outcome", "failed_levels", "why", "attack", "fix", "link", "related"]),
    PointResult: frozenset({"statement"}),
    Action: frozenset({"id", "kind", "closes"}),
    Step: frozenset({"relation", "label", "cut_by"}),
    AcceptedRisk: frozenset({"control", "accepted_on", "expires_on", "state"}),
    SourceRef: frozenset({"collected_on", "format", "collector"}),
    SourceFileRef: frozenset({"sha256", "size"}),
    DomainRef: frozenset({"functional_level", "created_on"}),
    DirectoryResult: frozenset({"level", "collected_on"}),
    Exposure: frozenset({"by_kind", "low_privileged_by_kind", "by_distance"}),
}  # fmt: skip
"""Fields that come from our own catalogue, or that name nobody."""

_DN: Final = re.compile(r"\b(?:CN|OU|DC)=(?:[^,;»\"'\n\\]|\\.)+(?:,(?:CN|OU|DC)=(?:[^,;»\"'\n\\)]|\\.)+)*", re.I)  # fmt: skip
_TOKEN: Final = re.compile(r"[\w$-]+(?:\.[\w$-]+)*")


def read_key(path: Path) -> bytes:
    """The key of a file, in hexadecimal; a missing file is made with a new one. Raises UnreadableSource."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(secrets.token_hex(KEY_BYTES) + "\n", encoding="ascii")
            path.chmod(0o600)
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as fault:
        raise UnreadableSource(
            f"Clé de pseudonymes illisible : {path} ({fault}).",
            expected="Un fichier de 64 chiffres hexadécimaux, que Rempart crée quand il manque.",
        ) from fault
    if len(key) < KEY_BYTES:
        raise UnreadableSource(
            f"Clé de pseudonymes trop courte : {path} ({len(key)} octets).",
            expected=f"Au moins {KEY_BYTES} octets, soit {2 * KEY_BYTES} chiffres hexadécimaux.",
            todo="Donner un autre nom de fichier à --key : la clé sera créée.",
        )
    return key


def pseudonymise(report: Report, key: bytes) -> Report:
    """The report with no name, distinguished name, domain or login left; levels, counts and paths unchanged."""
    return _Mask(report, key).report()


def correspondence(report: Report, key: bytes) -> dict[str, str]:
    """Pseudonym → what it hides, for the report *before* it was pseudonymised, sorted. It must stay home."""
    mask = _Mask(report, key)
    mask.report()
    return dict(sorted(mask.names.used.items()))


def keep_correspondence(names: Mapping[str, str], path: Path) -> None:
    """Add a correspondence to the file at `path`, which keeps those of the audits before. Raises UnreadableSource."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
        merged = dict(sorted((kept | dict(names)).items()))
        waiting = path.with_name(f"{path.name}.part")
        waiting.write_bytes(msgspec.json.format(_encoded(merged), indent=1))
        waiting.chmod(0o600)
        waiting.replace(path)
    except (OSError, ValueError) as fault:
        raise UnreadableSource(
            f"La correspondance des pseudonymes ne peut pas être gardée : {path} ({fault}).",
            todo="Vérifier ce fichier, ou donner une autre clé avec --key.",
        ) from fault


def _encoded(names: Mapping[str, str]) -> bytes:
    return msgspec.json.encode(
        {k: v.encode("utf-8", "replace").decode("utf-8") for k, v in names.items()}
    )


def reveal(text: str, names: Mapping[str, str]) -> str:
    """The text with each pseudonym of `names` put back."""
    if not names:
        return text
    longest = sorted(names, key=len, reverse=True)
    folded = {k.lower(): v for k, v in names.items()}
    pattern = re.compile("|".join(map(re.escape, longest)), re.I)
    return pattern.sub(lambda m: folded[m[0].lower()], text)


def references(value: Any) -> Iterator[ObjectRef]:
    """Every object that a report names, as often as it names it."""
    if isinstance(value, ObjectRef):
        yield value
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from references(getattr(value, field))
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def domains_of(report: Report, refs: Mapping[str, ObjectRef]) -> set[str]:
    """DNS names of every domain that the report knows, in any of its fields."""
    found = {d.name for d in report.domains} | {t for d in report.domains for t in d.trusts}
    for each in report.convergence.directories if report.convergence else []:
        found |= {d.name for d in each.domains} | {t for d in each.domains for t in d.trusts}
    for ref in refs.values():
        before, at, after = ref.name.rpartition("@")
        if at and "." in after:
            found.add(after)
        if ref.kind in {"domain", "trust"}:
            found.add(before or ref.name)
        parts = re.findall(r"DC=([^,\\]+)", ref.dn, re.I)
        found.add(".".join(parts))
    return {d.strip().lower() for d in found if re.fullmatch(r"[\w-]+(\.[\w-]+)+", d.strip())}


class _Mask:
    """One report under one key."""

    def __init__(self, report: Report, key: bytes) -> None:
        self.source = report
        self.refs: dict[str, ObjectRef] = {}
        for ref in references(report):
            known = self.refs.get(ref.id)
            if known is None or (not known.name and ref.name):
                self.refs[ref.id] = ref
        self.names = Pseudonyms(key, domains_of(report, self.refs))
        self.whole = {r.name.lower(): self.names.name(r) for r in self.refs.values() if r.name}
        self.bare = dict(self._bare())
        self.text = lru_cache(maxsize=None)(self._text)
        ending = "|".join(sorted(map(re.escape, self.names.domains), key=len, reverse=True))
        self.at = re.compile(rf"[^\s,;«»\"@]+@(?:{ending})\b", re.I) if ending else None
        self.dns = re.compile(rf"(?:[\w-]+\.)*(?:{ending})\b", re.I) if ending else None
        netbios = "|".join({re.escape(d.split(".")[0]) for d in self.names.domains})
        self.netbios = re.compile(rf"\b(?:{netbios})\\(\S+)", re.I) if netbios else None
        spaced = sorted((n for n in self.bare if " " in n), key=len, reverse=True)
        self.spaced = re.compile("|".join(map(re.escape, spaced)), re.I) if spaced else None

    def _bare(self) -> Iterator[tuple[str, str]]:
        for ref in self.refs.values():
            name = short_of(ref.name)
            suffix = self.names.suffix(ref.name)
            if suffix and name.lower().endswith(f".{suffix}"):
                name = name[: -len(suffix) - 1]
            told = ref.kind in {"user", "computer", "managed_account"} or not name.isalpha()
            if len(name) >= SHORTEST and told and not well_known(ref.id) and ref.kind != "domain":
                shown = self.names.given(self.names.short(ref), name)
                yield name.lower(), shown
                yield f"{name.lower()}$", shown

    def report(self) -> Report:
        changed: Report = self.walk(self.source)
        return msgspec.structs.replace(changed, pseudonymised=True)

    def walk(self, value: Any) -> Any:
        """The value with its texts replaced, whatever its depth; object lists sorted by their new names."""
        if isinstance(value, ObjectRef):
            return self.ref(value)
        if isinstance(value, Duplicate):
            shown = self.names.given(f"cle-{self.names.code('key', value.key.lower())}", value.key)
            value = msgspec.structs.replace(value, key=shown)
        if isinstance(value, AcceptedRisk):
            value = self.accepted(value)
        if isinstance(value, SourceFileRef):
            return msgspec.structs.replace(value, name=self.file(value))
        if isinstance(value, Exposure):
            value = self.places(value)
        if isinstance(value, msgspec.Struct):
            kept = KEPT.get(type(value), frozenset())
            fields = {f: self.walk(getattr(value, f)) for f in value.__struct_fields__ if f not in kept}  # fmt: skip
            return msgspec.structs.replace(value, **fields)
        if isinstance(value, list):
            found = [self.walk(item) for item in value]
            if found and isinstance(found[0], ObjectRef):
                found.sort(key=lambda r: (r.name, r.id))
            return found
        return self.text(value) if type(value) is str else value

    def ref(self, ref: ObjectRef) -> ObjectRef:
        return msgspec.structs.replace(
            ref,
            id=self.names.identifier(ref.id),
            name=self.names.name(ref),
            dn=self.names.dn(ref.dn),
            detail=self.text(ref.detail),
        )

    def accepted(self, risk: AcceptedRisk) -> AcceptedRisk:
        """Who accepted, and why, is written freely: only that it was is told."""
        if not risk.by:
            return risk
        by = self.names.given(f"personne-{self.names.code('by', risk.by.lower())}", risk.by)
        return msgspec.structs.replace(risk, by=by, reason="(raison gardée par l’établissement)")

    def file(self, file: SourceFileRef) -> str:
        code = self.names.code("file", file.name)
        suffixes = "".join(Path(file.name).suffixes[-2:]).lower()
        kept = suffixes if re.fullmatch(r"(\.[a-z0-9]{1,5}){1,2}", suffixes) else ""
        return self.names.given(f"collecte-{code}{kept}", file.name)

    def places(self, exposure: Exposure) -> Exposure:
        """OUs and sites, which the report names without saying which object they are."""
        return msgspec.structs.replace(
            exposure,
            by_ou=[msgspec.structs.replace(b, label=self.place("ou", b.label)) for b in exposure.by_ou],
            by_site=[msgspec.structs.replace(b, label=self.place("site", b.label)) for b in exposure.by_site],
        )  # fmt: skip

    def place(self, kind: str, label: str) -> str:
        known = self.whole.get(label.lower())
        if known:
            return known
        suffix = self.names.suffix(label)
        found = f"{kind}-{self.names.code(kind, label.lower())}"
        return self.names.given(f"{found}@{self.names.domain(suffix)}" if suffix else found, label)

    def _text(self, text: str) -> str:
        """A sentence of ours that may hold names: distinguished names, NAME@DOMAIN, hosts, SIDs, bare logins."""
        text = _DN.sub(lambda m: self.names.dn(m[0]), text)
        text = self.names.sid(text)
        text = self._full_names(text)
        if self.netbios:
            text = self.netbios.sub(lambda m: "DOMAINE\\" + self.login(m[1]), text)
        if self.dns:
            text = self.dns.sub(self._host, text)
        if self.spaced:
            text = self.spaced.sub(lambda m: self.bare[m[0].lower()], text)
        return _TOKEN.sub(lambda m: self.bare.get(m[0].lower(), m[0]), text)

    def _full_names(self, text: str) -> str:
        """NAME@DOMAIN, the name taking as many words to its left as a known name has, or as are in capitals."""
        done, at = "", 0
        for match in self.at.finditer(text) if self.at else ():
            start = self._start(text, at, match.start(), match.end())
            found = text[start : match.end()]
            done += text[at:start] + self.whole.get(found.lower(), self._unknown(found))
            at = match.end()
        return done + text[at:]

    def _start(self, text: str, floor: int, start: int, end: int) -> int:
        begin, best = start, start
        known = text[start:end].lower() in self.whole
        for _ in range(12):
            before = text.rfind(" ", floor, begin - 1) + 1 if begin > floor else begin
            before = max(before, floor)
            if before >= begin:
                break
            begin = before
            if text[begin:end].lower() in self.whole:
                best, known = begin, True
        if known:
            return best
        capitals = re.search(r"(?:[^\s«»a-zà-ÿ]+ )*$", text[floor:start])
        return start - len(capitals[0]) if capitals else start

    def _unknown(self, found: str) -> str:
        short, _, domain = found.rpartition("@")
        code = self.names.code("name", short.lower())
        return self.names.given(f"objet-{code}@{self.names.domain(domain)}", found)

    def _host(self, match: re.Match[str]) -> str:
        text = match[0]
        if text.lower() in self.whole:
            return self.whole[text.lower()]
        suffix = self.names.suffix(text)
        host = text[: -len(suffix) - 1]
        shown = self.names.cased(self.names.domain(suffix), text)
        return f"{self.login(host)}.{shown}" if host else shown

    def login(self, text: str) -> str:
        """A bare login or host: that of a known object, else a code."""
        known = self.bare.get(text.lower())
        return known or self.names.given(f"objet-{self.names.code('name', text.lower())}", text)
