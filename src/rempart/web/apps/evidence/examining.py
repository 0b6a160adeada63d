"""What a document given as a proof may be: a short list of kinds, known by their content and by their name.

A file that is two things at once (a PDF that is also a page, a picture that is also an archive) is refused: the
platform never opens a document, but whoever downloads it will.
"""

import zipfile
from collections.abc import Mapping
from pathlib import PurePath
from typing import BinaryIO, Final

from rempart.web.core.errors import Refused

HEAD: Final = 4096
TAIL: Final = 64 * 1024 + 32  # an archive ends at most this far from the end of a file
MOST_UNZIPPED: Final = 1024**3
MOST_RATIO: Final = 200
MOST_MEMBERS: Final = 20_000

STARTS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
}
ARCHIVES: Final[Mapping[str, str]] = {
    "docx": "word/",
    "xlsx": "xl/",
    "pptx": "ppt/",
    "odt": "content.xml",
    "ods": "content.xml",
    "odp": "content.xml",
}
TEXTS: Final = frozenset({"txt", "csv", "md"})
KINDS: Final = (*STARTS, *ARCHIVES, *sorted(TEXTS))

MARKUP: Final = (b"<html", b"<!doctype html", b"<script", b"<svg", b"<?php", b"<iframe")
PROGRAMS: Final = ("vbaproject.bin", "vbadata.xml", "activex", "embeddings/", "oleobject", "basic/")
ZIP_END: Final = b"PK\x05\x06"


def examine(file: BinaryIO, name: str) -> str:
    """The kind of a document, by its extension; raises Refused with a sentence when it is not what its name says.

    `file` is read from its beginning, a part at a time, and left at its beginning.
    """
    kind = PurePath(name).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise Refused(
            f"Un fichier « .{kind} » ne peut pas servir de preuve ici. Sont acceptés : PDF, images PNG et JPEG, "
            "documents Word, Excel, PowerPoint et OpenDocument sans macro, textes et CSV."
        )
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise Refused("Ce fichier est vide : choisissez le document lui-même.")
    try:
        if kind in STARTS:
            _refuse_other(kind, head, _tail(file))
        elif kind in ARCHIVES:
            _refuse_bad_archive(file, kind, head)
        else:
            _refuse_binary(file, head)
    finally:
        file.seek(0)
    return kind


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    return file.read()


def _refuse_other(kind: str, head: bytes, tail: bytes) -> None:
    if not head.startswith(STARTS[kind]):
        raise Refused(
            f"Ce fichier se nomme « .{kind} » mais n’en est pas un : reprenez l’original."
        )
    if _has_markup(head) or ZIP_END in tail or _after_end(kind, tail):
        raise Refused(
            "Ce fichier est plusieurs choses à la fois (un document et une page, ou une archive) : il pourrait piéger "
            "la personne qui l’ouvrira. Enregistrez-le de nouveau depuis le logiciel qui l’a fait."
        )


def _after_end(kind: str, tail: bytes) -> bool:
    end = {"png": b"IEND\xaeB`\x82", "jpg": b"\xff\xd9", "jpeg": b"\xff\xd9", "pdf": b"%%EOF"}[kind]
    place = tail.rfind(end)
    return place < 0 or _has_markup(tail[place:])


def _has_markup(data: bytes) -> bool:
    lowered = data.lower()
    return any(mark in lowered for mark in MARKUP)


def _refuse_bad_archive(file: BinaryIO, kind: str, head: bytes) -> None:
    if not head.startswith(b"PK\x03\x04"):
        raise Refused(
            f"Ce fichier se nomme « .{kind} » mais n’en est pas un : reprenez l’original."
        )
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as fault:
        raise Refused("Ce document est abîmé ou incomplet : reprenez l’original.") from fault
    names = [member.filename.lower() for member in members]
    if not any(name.startswith(ARCHIVES[kind]) for name in names):
        raise Refused(
            f"Ce fichier se nomme « .{kind} » mais n’en est pas un : reprenez l’original."
        )
    if any(part in name for name in names for part in PROGRAMS):
        raise Refused(
            "Ce document contient des macros ou un objet incorporé : enregistrez-le sans macro, ou en PDF."
        )
    whole = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if len(members) > MOST_MEMBERS or whole > MOST_UNZIPPED or whole > MOST_RATIO * packed + HEAD:
        raise Refused("Ce document, une fois ouvert, serait démesuré : enregistrez-le en PDF.")


def _refuse_binary(file: BinaryIO, head: bytes) -> None:
    if _has_markup(head) or head.lstrip().startswith((b"%PDF", b"PK\x03\x04", b"<")):
        raise Refused("Ce fichier n’est pas un simple texte : donnez-le avec sa vraie extension.")
    file.seek(0)
    while piece := file.read(1024 * 1024):
        if b"\x00" in piece:
            raise Refused(
                "Ce fichier n’est pas un simple texte : donnez-le avec sa vraie extension."
            )
