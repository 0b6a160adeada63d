"""Two imports at once, each in its own connection."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from rempart.kernel.progress import Silent
from rempart.web.apps.establishments import importing
from rempart.web.apps.establishments.models import Establishment, RegistryImport
from rempart.web.core.errors import Refused
from support.registry_files import REAL, a_file, a_site


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_imports_written_at_once_one_is_written_and_the_other_refused(
    compared: Callable[..., RegistryImport], tmp_path: Path
) -> None:
    both = [compared(REAL), compared(a_file(tmp_path, a_site()))]
    start, ends = threading.Barrier(2), []

    def write(made: RegistryImport) -> None:
        start.wait()
        try:
            importing.write(
                registry_import=made, by=None, observer=Silent(), today=date(2026, 11, 21)
            )
            ends.append("written")
        except Refused:
            ends.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[made]) for made in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["refused", "written"]
    assert Establishment.objects.count() in (14, 1) and importing.current_version() == 1
