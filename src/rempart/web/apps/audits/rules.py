"""What may be deposited, what one audit is beside another. No clock, no database."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rempart.engines.directory.read.strangers import ACCEPTED, refused
from rempart.kernel.errors import UnreadableSource
from rempart.render.french import size as size_words

ENDS: Final = (
    *(".zip", ".json", ".ldif", ".ldf", ".ldif.gz", ".ldf.gz", ".txt", ".tsv"),
    ".rempart-dir",
)
MOST_FILES: Final = 200
STANDS_FOR: Final = timedelta(days=365)
"""A directory measured more than a year before the newest one no longer stands for the establishment."""

_MARKUP: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<", re.S)
_DRAWING: Final = re.compile(rb"<svg[\s>]", re.I)
_UNSAFE: Final = re.compile(r"[^\w.()+ -]")


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was given: its name, its size in bytes, its first bytes."""

    name: str
    size: int
    head: bytes


def check_deposit(files: Sequence[Given], most_bytes: int) -> None:
    """Refuse, with a sentence, what cannot be a report or a collection; what it holds is judged by its reader."""
    if not files:
        raise UnreadableSource("Aucun fichier n’a été donné.", expected=ACCEPTED)
    if len(files) > MOST_FILES:
        raise UnreadableSource(
            f"{len(files)} fichiers ont été donnés ; un dépôt en accepte {MOST_FILES}.",
            todo="Mettez-les dans une archive zip.",
        )
    whole = sum(file.size for file in files)
    if whole > most_bytes:
        raise UnreadableSource(
            f"Ce dépôt pèse {size_words(whole)}.",
            expected=f"Ce serveur accepte jusqu’à {size_words(most_bytes)}.",
            todo="Faites l’audit sur place avec « rempart audit directory », et déposez son report.json.",
        )
    for file in files:
        _check_file(file)


def _check_file(file: Given) -> None:
    shown = file_name(file.name)
    if not file.size:
        raise UnreadableSource(f"« {shown} » est vide.", todo="Refaites la collecte ou la copie.")
    if _DRAWING.search(file.head):
        raise UnreadableSource(f"« {shown} » est une image SVG.", expected=ACCEPTED)
    if _MARKUP.match(file.head):
        raise refused(shown, file.head)
    if not file.name.lower().endswith(ENDS):
        raise UnreadableSource(
            f"« {shown} » n’a pas le nom d’un rapport ni d’une collecte.",
            expected=f"{ACCEPTED} Ou le report.json que « rempart audit directory » a écrit.",
        )


def file_name(name: str) -> str:
    """The last part of a name, without what a file system or a page would take for something else."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = _UNSAFE.sub("_", last).strip(". ")
    stem, dot, end = clean.rpartition(".")
    return f"{stem[: 120 - len(end)]}{dot}{end[:20]}" if dot else clean[:120] or "fichier"


def fingerprint(hashes: Collection[str]) -> str:
    """What tells one deposit from another: the hash of the only file, or of all the hashes in order."""
    if len(hashes) == 1:
        return next(iter(hashes))
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def subject_of(ids: Sequence[str], known: Mapping[str, Collection[str]]) -> str:
    """What is audited: the subject already known that shares most domains with these, else a new one.

    `known` is subject → identifiers of its domains.
    """
    shared = {subject: len(set(ids) & set(theirs)) for subject, theirs in known.items()}
    best = max(shared, key=lambda subject: (shared[subject], subject), default="")
    if best and shared[best]:
        return best
    return min(ids, default="sans-domaine")[:120]


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest audit of one subject."""

    pk: int
    measured_on: date
    level: int


def latest(newest: Sequence[Newest]) -> int | None:
    """The audit by which the establishment is judged: that of its weakest directory, among those that are still
    measured; of equals, the most recent."""
    if not newest:
        return None
    last = max(n.measured_on for n in newest)
    alive = [n for n in newest if last - n.measured_on <= STANDS_FOR]
    return min(alive, key=lambda n: (n.level, -n.measured_on.toordinal(), -n.pk)).pk
