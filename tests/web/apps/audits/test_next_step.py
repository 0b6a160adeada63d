"""What brings a directory further, in one sentence."""

import pytest

from factories.audits import MARCH, MAY
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.audits.queries import history, next_step


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"exposed": None}, "Refaites une collecte"),
        ({"exposed": 4, "plan_actions": 2}, "2 gestes coupent"),
        ({"exposed": 0, "controls_failed": 1}, "1 point est en échec"),
        ({"exposed": 0, "controls_failed": 0, "points_not_measured": 7}, "7 points n’ont"),
        ({"exposed": 0, "controls_failed": 0, "points_not_measured": 0}, "Rien à corriger"),
    ],
)
def test_the_next_step_is_what_holds_the_directory_back(
    figures: dict[str, int | None], words: str
) -> None:
    step = next_step(Audit(measured_on=MARCH, **figures))
    assert words in step.replace("\u00a0", " ")


def test_a_level_that_does_not_move_is_said_to_stay() -> None:
    rows = [Audit(measured_on=day, level=2, domains=["chu.test"]) for day in (MARCH, MAY)]
    chart = history(rows)
    assert chart is not None
    assert chart.see == "Le niveau reste à 2 sur 5 en 2 audits."
    assert history(rows[:1]) is None
