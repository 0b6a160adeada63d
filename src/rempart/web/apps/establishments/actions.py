"""What people do to the registry: give files, accept what they change, compare them again, or give them up."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from rempart.web.apps.establishments import jobs
from rempart.web.apps.establishments.importing import (
    STALE,
    check_closures,
    current_version,
    give_files,
    moved,
)
from rempart.web.apps.establishments.models import RegistryImport
from rempart.web.apps.establishments.states import State
from rempart.web.core import journal
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import enqueue
from rempart.web.core.models import Job


@transaction.atomic
def start(*, given: Iterable[tuple[str, Iterable[bytes]]], by: Any) -> RegistryImport:
    """Keep the files of a new import, and have them compared in the background."""
    made = give_files(given=given, by=by)
    _queue(made, jobs.compare_registry, by)
    return made


def _queue(registry_import: RegistryImport, function: Any, by: Any) -> None:
    job = enqueue(function, by=by, import_id=registry_import.pk)
    RegistryImport.objects.filter(pk=registry_import.pk).update(job_id=job.pk)


def accept(*, registry_import: RegistryImport, closures_accepted: bool, by: Any) -> None:
    """Ask for an import to be written, with the closures that it makes when they are many."""
    with transaction.atomic():
        check_closures(registry_import, closures_accepted)
        if registry_import.compared_with != current_version():
            raise Refused(STALE, todo="Comparez de nouveau ces fichiers, relisez, puis validez.")
        moved(registry_import, State.APPLYING, closures_accepted=closures_accepted)
        _queue(registry_import, jobs.write_registry, by)
        journal.record(
            "accept_registry_import",
            by=by,
            object_kind="registry_import",
            object_id=registry_import.pk,
        )


def compare_again(*, registry_import: RegistryImport, by: Any) -> None:
    """Put an import back to be compared with the registry as it is now."""
    with transaction.atomic():
        _check_nobody_works(registry_import)
        moved(registry_import, State.READING, message="")
        _queue(registry_import, jobs.compare_registry, by)


def abandon(*, registry_import: RegistryImport, by: Any) -> None:
    """Give up an import: its files are kept, nothing is written."""
    with transaction.atomic():
        _check_nobody_works(registry_import)
        moved(registry_import, State.ABANDONED)
        journal.record(
            "abandon_registry_import",
            by=by,
            object_kind="registry_import",
            object_id=registry_import.pk,
        )


def _check_nobody_works(registry_import: RegistryImport) -> None:
    if registry_import.state not in (State.READING, State.APPLYING):
        return
    under_way = Job.objects.filter(
        pk=registry_import.job_id or 0, state__in=(Job.State.WAITING, Job.State.RUNNING)
    )
    if under_way.exists():
        raise Refused(
            "Un travail est en cours sur cet import.",
            todo="Attendez qu’il finisse, ou annulez-le sur la page Travaux.",
        )
