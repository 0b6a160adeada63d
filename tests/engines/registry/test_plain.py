"""Days of the calendar: a block is seen to have only days exactly where each of its lines would be."""

import random
from datetime import date

import numpy as np
import pytest

from rempart.engines.registry.plain import are_days
from rempart.engines.registry.rows import is_day


def _as_block(texts: list[str]) -> list[bool]:
    found: list[bool] = are_days(np.array(texts, "S10")).tolist()
    return found


def test_a_block_and_a_line_agree_on_every_day_and_near_it() -> None:
    years = (0, 1, 4, 100, 400, 1900, 2000, 2023, 2024, 9999)
    texts = [f"{y:04d}-{m:02d}-{d:02d}" for y in years for m in range(15) for d in range(34)]
    assert _as_block(texts) == [is_day(text) for text in texts]
    assert sum(_as_block(texts)) == sum(
        (date(y, 12, 31) - date(y, 1, 1)).days + 1 for y in years[1:]
    )


def test_a_block_and_a_line_agree_on_what_is_no_day() -> None:
    draw = random.Random(7)  # noqa: S311  # not a secret
    texts = ["".join(draw.choices("0123456789-:/ W", k=10)) for _ in range(5000)]
    texts += [draw.choice("0123456789-:").join(("2024", "01", "01")) for _ in range(50)]
    assert _as_block(texts) == [is_day(text) for text in texts]


@pytest.mark.parametrize(
    "text", ["2024-W01-1", "2024010199", "20240101  ", "2024-01-0:", "2024/01/01"]
)
def test_a_day_written_otherwise_is_no_day(text: str) -> None:
    assert not is_day(text)
    assert _as_block([text]) == [False]
