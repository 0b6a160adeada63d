"""The two steps of an import, as background work."""

from django.urls import reverse
from django.utils import timezone

from rempart.web.apps.establishments.models import RegistryImport
from rempart.web.core.jobs import Run, job


@job("compare_registry", title="Comparer des fichiers avec le registre", is_heavy=True)
def compare_registry(run: Run, *, import_id: int) -> None:
    """Step one: say what the files would change."""
    from rempart.web.apps.establishments import importing  # noqa: PLC0415  # heavy: not for the process of the pages

    found = RegistryImport.objects.get(pk=import_id)
    if found.state == RegistryImport.State.READING:
        importing.compare(registry_import=found, observer=run)
    _lead(run, found)


@job("write_registry", title="Écrire un import dans le registre", is_heavy=True)
def write_registry(run: Run, *, import_id: int) -> None:
    """Step two: write it, unless a run that was cut short had already done so."""
    from rempart.web.apps.establishments import importing  # noqa: PLC0415  # heavy: not for the process of the pages

    found = RegistryImport.objects.get(pk=import_id)
    if found.state == RegistryImport.State.APPLYING:
        importing.write(registry_import=found, by=None, observer=run, today=timezone.localdate())
    importing.bring_lists_up_to_date(run)
    _lead(run, found)


def _lead(run: Run, registry_import: RegistryImport) -> None:
    run.leads_to(reverse("registry_import", args=[registry_import.pk]), "Voir l’import")
