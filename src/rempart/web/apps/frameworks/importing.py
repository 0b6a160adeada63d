"""A framework brought by somebody: read, compared with the version in place, kept once it is confirmed."""

from dataclasses import dataclass
from typing import Final

from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from rempart.content.frameworks import Framework
from rempart.engines.exchange.either import read_framework
from rempart.engines.exchange.reading import MOST_BYTES, ReadFramework, UnreadableFramework
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.frameworks.actions import check_importable
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.apps.frameworks.rules import Difference, difference, digest_of, document_of
from rempart.web.core import files
from rempart.web.core.errors import Refused
from rempart.web.core.scope import Act, Level, Scope

SALT: Final = "rempart.frameworks.import"
HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be imported: a framework of the file, what it changes, why it may be refused, and its mark."""

    read: ReadFramework
    present: StoredFramework | None
    is_same: bool
    difference: Difference
    refused: Refused | None
    token: str

    @property
    def framework(self) -> Framework:
        """The framework as it was read."""
        return self.read.framework


def region_of(scope: Scope) -> str:
    """For whom the scope imports: a region, or everyone (empty)."""
    if scope.is_national(Act.IMPORT_FRAMEWORK):
        return ""
    return min(scope.codes(Act.IMPORT_FRAMEWORK, Level.REGION), default="")


def previews(file: UploadedFile[bytes], region: str) -> list[Preview]:
    """What a file would bring. Raises UnreadableFramework; the file is kept to be read again on confirmation."""
    if (file.size or 0) > MOST_BYTES:
        raise UnreadableFramework(
            f"Ce fichier fait {(file.size or 0) // 1024**2} Mo.",
            expected=f"Un référentiel tient dans {MOST_BYTES // 1024**2} Mo.",
            todo="Vérifiez que c’est bien le bon fichier.",
        )
    data = file.read()
    found = read_framework(data)
    row = files.store([data], kind="framework")
    return [_preview(read, f"{row.sha256}:{rank}", region) for rank, read in enumerate(found)]


def confirmed(token: str) -> Framework:
    """The framework that somebody confirms. Raises Refused when the mark is not ours, or is too old."""
    try:
        mark = signing.loads(token, salt=SALT, max_age=HOURS * 3600)
        sha256, _, rank = str(mark).partition(":")
        data = files.path_of(sha256).read_bytes()
    except (signing.BadSignature, OSError) as fault:
        raise Refused(
            "Cette demande d’import n’est plus bonne.", todo="Choisissez de nouveau le fichier."
        ) from fault
    return read_framework(data)[int(rank)].framework


def _preview(read: ReadFramework, mark: str, region: str) -> Preview:
    framework = read.framework
    # Another region's framework is its own: nothing is said of it.
    rows = StoredFramework.objects.filter(framework_id=framework.id, region__in=("", region))
    present = rows.present().defer("document").order_by("-region").first()
    refused = None
    try:
        check_importable(framework, region)
    except Refused as fault:
        refused = fault
    return Preview(
        read=read,
        present=present,
        is_same=rows.filter(digest=digest_of(document_of(framework))).exists(),
        difference=difference(catalogue.of_digest(present.digest) if present else None, framework),
        refused=refused,
        token=signing.dumps(mark, salt=SALT),
    )
