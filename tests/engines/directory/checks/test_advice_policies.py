"""Unscored items on policies, on collections that hold none."""

import pytest

from rempart.engines.directory.registry import NotMeasured
from support.directories import Small, said


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        ("info_gpo", "aucune stratégie de groupe"),
        ("info_gpo_sysvol", "Aucun dossier de stratégie"),
    ],
)
def test_without_a_policy_nothing_can_be_said(identifier: str, reason: str) -> None:
    with pytest.raises(NotMeasured, match=reason):
        said(identifier, Small().build(), {3: {"days": 30}})
