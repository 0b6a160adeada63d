"""An import of the registry: its files kept, compared, then written all at once, or not at all."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from rempart.engines.registry.formats import Kind
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer
from rempart.web.apps.establishments.models import (
    Establishment,
    RegistryImport,
    RegistryPart,
    RegistryUpload,
)
from rempart.web.apps.establishments.states import State, check
from rempart.web.core import files, journal, projections
from rempart.web.core.errors import Refused

if TYPE_CHECKING:
    from rempart.web.apps.establishments.registry.parts import Part

MANY: Final = 5_000
"""Above, the lists are brought up to date after the import rather than with it."""

AT_ONCE: Final = 20_000
"""Establishments whose lists are brought up to date in one transaction: about a second, during which other writers wait."""

_WRITTEN: Final = ("added", "changed", "touched", "closed", "reopened", "joined", "left")

STALE: Final = (
    "Le registre a changé depuis cette comparaison : un autre import a été écrit entre-temps."
)


@transaction.atomic
def give_files(*, given: Iterable[tuple[str, Iterable[bytes]]], by: Any) -> RegistryImport:
    """Keep the files (name, content by pieces) of a new import, to be compared."""
    made = RegistryImport.objects.create(
        asked_by_id=by.pk if by else None, asked_by_label=str(by) if by else "Ligne de commande"
    )
    for name, chunks in given:
        stored = files.store(chunks, kind="registry")
        RegistryUpload.objects.create(registry_import=made, stored=stored, name=Path(name).name)
    journal.record(
        "give_registry_files",
        by=by,
        object_kind="registry_import",
        object_id=made.pk,
        details={"files": {u.name: u.stored_id for u in made.uploads.all()}},
    )
    return made


def compare(*, registry_import: RegistryImport, observer: Observer) -> "list[Part]":
    """Read the files beside the registry, and keep what they would change. Writes nothing of the registry.

    Raises UnreadableSource, once the import says why, when one of the files cannot be read.
    """
    from rempart.web.apps.establishments.registry import parts  # noqa: PLC0415  # NumPy, for imports only

    version = current_version()
    given = [(files.path_of(u.stored_id), u.name) for u in registry_import.uploads.all()]
    try:
        found = parts.prepared(given, observer)
    except UnreadableSource as fault:
        moved(registry_import, State.UNREADABLE, message=str(fault))
        raise
    with transaction.atomic():
        registry_import.parts.all().delete()
        RegistryPart.objects.bulk_create(_kept(registry_import, part) for part in found)
        moved(registry_import, State.READY, compared_with=version)
    return found


def current_version() -> int:
    """How many imports made the registry what it is."""
    return RegistryImport.objects.aggregate(last=Max("version"))["last"] or 0


def moved(registry_import: RegistryImport, state: State, **values: Any) -> None:
    """Put an import in another state, if it may go there, with other values."""
    if registry_import.state != state:
        check(registry_import, state)
    registry_import.state = state
    for name, value in values.items():
        setattr(registry_import, name, value)
    registry_import.save(update_fields=["state", *values])


def _kept(registry_import: RegistryImport, part: "Part") -> RegistryPart:
    source = part.source
    return RegistryPart(
        registry_import=registry_import,
        kind=source.kind,
        name=source.shown,
        encoding=source.encoding,
        dated_on=source.dated_on,
        counts=part.counts,
        samples=part.samples,
    )


def check_closures(registry_import: RegistryImport, closures_accepted: bool) -> None:
    """Raise Refused when it closes more than one in ten and nobody has accepted that."""
    many = [p for p in registry_import.parts.all() if p.counts.get("too_many_closures")]
    if many and not closures_accepted:
        raise Refused(
            f"Le fichier {many[0].name} fermerait {many[0].counts['closed']} établissements ou entités, plus d’un sur dix.",
            expected="Un fichier national complet en ferme quelques-uns sur cent.",
            todo="Vérifiez que le fichier est complet ; s’il l’est, confirmez ces fermetures.",
        )


def write(
    *,
    registry_import: RegistryImport,
    by: Any,
    observer: Observer,
    today: date,
    prepared: "Sequence[Part] | None" = None,
    closures_accepted: bool = False,
) -> None:
    """Write an import, all of it or nothing of it. `bring_lists_up_to_date` comes next.

    `prepared` is the answer of `compare` in the same process; without it the files are compared again, first. Raises
    Refused when the registry has changed since the comparison that a person has read.
    """
    check_closures(registry_import, closures_accepted or registry_import.closures_accepted)
    if registry_import.compared_with != current_version():
        _refuse_stale(registry_import)
    if prepared is None:
        from rempart.web.apps.establishments.registry import parts  # noqa: PLC0415  # NumPy, for imports only

        given = [(files.path_of(u.stored_id), u.name) for u in registry_import.uploads.all()]
        prepared = parts.prepared(given, observer)
    try:
        with transaction.atomic():
            _write(registry_import, prepared, by, observer, today)
    except IntegrityError as fault:
        registry_import.refresh_from_db()
        if registry_import.compared_with == current_version():
            raise
        _refuse_stale(registry_import, fault)


def _refuse_stale(registry_import: RegistryImport, fault: Exception | None = None) -> None:
    moved(registry_import, State.STALE, message=STALE)
    raise Refused(
        STALE, todo="Comparez de nouveau ces fichiers, relisez, puis validez. Rien n’a été écrit."
    ) from fault


def _write(
    registry_import: RegistryImport,
    prepared: "Sequence[Part]",
    by: Any,
    observer: Observer,
    today: date,
) -> None:
    from rempart.web.apps.establishments.registry import parts  # noqa: PLC0415  # NumPy, for imports only

    # First of all, so that a second import waits here, then finds that its version exists.
    moved(
        registry_import,
        State.APPLIED,
        version=(registry_import.compared_with or 0) + 1,
        applied_at=timezone.now(),
        message="",
    )
    concerned = parts.write(prepared, registry_import, today, observer, MANY)
    if concerned is not None:
        projections.refresh(concerned)
    journal.record(
        "write_registry_import",
        by=by,
        object_kind="registry_import",
        object_id=registry_import.pk,
        details={p.name: p.counts for p in registry_import.parts.all()},
    )


def _filled_the_registry(registry_import: RegistryImport, establishments: int) -> bool:
    """Whether every establishment that there is came with this import."""
    parts = registry_import.parts.filter(kind=Kind.ESTABLISHMENTS)
    return bool(sum(part.counts.get("added", 0) for part in parts) == establishments)


def bring_lists_up_to_date(observer: Observer) -> None:
    """After a large import, the figures kept for the lists of all establishments, some at a time, each in its transaction.

    It takes longer than the import: in one transaction, nobody could write meanwhile. Doing it twice does no harm,
    and an import that concerned few has done it already. After the one that filled an empty registry, all at once: that
    is so much quicker that others wait little, and have little to write.
    """
    from rempart.web.apps.establishments.registry import bulk  # noqa: PLC0415  # as the parts

    last = RegistryImport.objects.exclude(version=None).order_by("-version").first()
    counts = [part.counts for part in last.parts.all()] if last else []
    if sum(c.get(name, 0) for c in counts for name in _WRITTEN) <= MANY:
        return
    bulk.learn_sizes()
    numbers = list(Establishment.objects.order_by("pk").values_list("pk", flat=True))
    observer.stage("Mise à jour des listes", len(numbers))
    if len(numbers) >= bulk.MANY and last and _filled_the_registry(last, len(numbers)):
        with transaction.atomic():
            projections.refresh(None)
        observer.advance(len(numbers))
        return
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        with transaction.atomic():
            projections.refresh(some)
        observer.advance(len(some))
