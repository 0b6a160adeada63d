"""Sentences that count agree with their number."""

import numpy as np
import pytest

from rempart.engines.directory.convergence import duplicates, stages
from rempart.engines.directory.plan.section import _several
from rempart.engines.directory.report import DirectoryResult, Duplicate, Level, Path
from support.sketch import Sketch


@pytest.mark.parametrize(
    ("count", "crossing", "accounts"),
    [(1, "1 chemin mène ", "1 compte existe "), (2, "2 chemins mènent ", "2 comptes existent ")],
)
def test_stages_count_paths_and_accounts(count: int, crossing: str, accounts: str) -> None:
    level = Level(3, False, 0, [])
    each = [DirectoryResult(name, [], level, 0, 0) for name in ("a", "b")]
    found = stages(each, [Duplicate("x", [], "")] * count, [Path([], 0, 1)] * count)
    said = [stage.statement for stage in found]
    assert any(text.startswith(crossing) for text in said)
    assert any(text.startswith(accounts) for text in said)


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 compte ordinaire atteint"), (2, "2 comptes ordinaires atteignent")],
)
def test_ways_that_nothing_cuts_are_counted(count: int, said: str) -> None:
    assert _several(count) == said


def test_an_account_is_one_person_only_when_two_directories_hold_it() -> None:
    sketch = Sketch()
    rows = [sketch.user(name) for name in ("anne", "paul", "lise", "jean")]
    for row, mail in zip(
        rows, ("a@chu.test", "a@chu.test", "b@chu.test", "b@chu.test"), strict=True
    ):
        sketch.builder.attribute(row, "mail", [mail])
    combined = sketch.build()
    owner = np.zeros(len(combined), np.int32)
    owner[rows[3]] = 1
    found = duplicates(combined, owner)
    assert [(one.key, [o.name for o in one.objects]) for one in found] == [
        ("b@chu.test", ["JEAN", "LISE"])
    ]
