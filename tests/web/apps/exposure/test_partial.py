"""A sweep that was stopped before its end says so wherever its grade is shown, and no other one does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import an_exposed, an_exposure, an_exposure_audit
from factories.joining import a_swept_home, joined
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
SAID: Final = "balayage incomplet"
SHOWN: Final = (
    ("alice", "/exposition/"),
    ("alice", "/etablissements/350000019/exposition/"),
    ("alice", "/etablissements/350000019/"),
    ("rose", "/exposition/couverture/"),
)


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.mark.parametrize(("stopped", "is_said"), [(3, True), (0, False)])
def test_a_stopped_sweep_is_marked_wherever_its_grade_is(
    cast: Cast, browser_of: BrowserOf, stopped: int, is_said: bool
) -> None:
    fields: dict[str, Any] = {"pieces": 10, "pieces_stopped": stopped}
    notes = ["Balayage incomplet : 3 travaux n’ont pas été faits sur 10."] if stopped else []
    report = an_exposure(an_exposed(), at=timezone.now(), notes=notes, **fields)
    audit = an_exposure_audit(cast.home, cast.alice, report)
    assert audit.is_partial is is_said
    for who, address in SHOWN:
        page = browser_of(who).get(address).content.decode()
        assert (SAID in page) is is_said, address


def test_what_is_joined_to_a_stopped_sweep_is_as_incomplete(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_swept_home(cast.home, cast.alice, pieces=40, pieces_stopped=12)
    audit = joined(cast.home, cast.alice)
    assert (audit.state, audit.is_partial) == ("done", True)
    assert SAID in browser_of("alice").get("/exposition/").content.decode()
