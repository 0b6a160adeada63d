"""The lists that follow a large import, some establishments at a time."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from rempart.kernel.progress import Silent
from rempart.web.apps.establishments import importing
from rempart.web.apps.establishments.models import Grouping, RegistryImport
from rempart.web.apps.establishments.registry import bulk
from rempart.web.apps.steering.models import Situation
from support.registry_files import REAL


class Neighbour(Silent):
    """Between two steps, writes through a connection of its own; what a waiting writer would not end."""

    def __init__(self) -> None:
        self.written: list[bool] = []

    def advance(self, amount: int = 1) -> None:
        """Write, or say that one has waited too long."""
        thread = threading.Thread(target=self._write)
        thread.start()
        thread.join(20)
        self.written.append(not thread.is_alive())

    def _write(self) -> None:
        Grouping.objects.create(code=f"G{len(self.written)}", kind="ght", name="Voisin")
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_others_write_while_the_lists_are_brought_up_to_date(
    imported: Callable[..., RegistryImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MANY", 3)
    monkeypatch.setattr(importing, "AT_ONCE", 5)
    imported(REAL)
    assert Situation.objects.count() == 0
    neighbour = Neighbour()
    importing.bring_lists_up_to_date(neighbour)
    assert neighbour.written == [True] * 3
    assert (Situation.objects.count(), Grouping.objects.count()) == (14, 3)


@pytest.mark.django_db
def test_a_small_import_brings_its_lists_with_it(
    imported: Callable[..., RegistryImport],
) -> None:
    imported(REAL)
    assert Situation.objects.count() == 14


@pytest.mark.django_db(transaction=True)
def test_the_lists_of_the_first_import_are_made_at_once(
    imported: Callable[..., RegistryImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MANY", 3)
    monkeypatch.setattr(importing, "AT_ONCE", 5)
    monkeypatch.setattr(bulk, "MANY", 3)
    imported(REAL)
    neighbour = Neighbour()
    importing.bring_lists_up_to_date(neighbour)
    assert neighbour.written == [True]
    assert (Situation.objects.count(), Grouping.objects.count()) == (14, 1)
