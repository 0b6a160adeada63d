"""What the invented establishments have lived: audits at several dates, and what was done between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rempart.web.demo.data import Row
from rempart.web.demo.people import FAR, HOME, SUPPORT

LARGE_CATEGORY: Final = "355"


@dataclass(frozen=True, slots=True)
class Past:
    """One audit: how many days ago, and after how many repairs of the prepared directory."""

    days_ago: int
    mended: int


HISTORIES: Final[dict[str, tuple[Past, ...]]] = {
    HOME: (Past(236, 0), Past(121, 2), Past(12, 4)),
    SUPPORT: (Past(265, 1), Past(140, 3), Past(9, 5)),
    FAR: (Past(60, 3),),
}
"""The establishments of the people of the demonstration."""

LARGE: Final = (
    (Past(400, 0), Past(30, 4)),
    (Past(90, 3),),
    (Past(505, 0),),
    (Past(150, 4), Past(20, 6)),
    (Past(170, 5), Past(12, 7)),
    (),
    (Past(420, 1),),
)
HOMES: Final = (
    (Past(45, 4),), (), (Past(160, 2),), (), (Past(28, 5),), (), (Past(390, 0),), (Past(70, 7),), (),
    (Past(200, 3),), (), (), (Past(5, 6),), (),
)  # fmt: skip


def histories(rows: list[Row]) -> Iterator[tuple[Row, str, tuple[Past, ...]]]:
    """Each establishment that has audits, the size of its directory, and its audits, the oldest first."""
    large = homes = 0
    for row in rows:
        is_large = row.category == LARGE_CATEGORY
        if row.finess in HISTORIES:
            past = HISTORIES[row.finess]
        elif is_large:
            past, large = LARGE[large % len(LARGE)], large + 1
        else:
            past, homes = HOMES[homes % len(HOMES)], homes + 1
        if past:
            yield row, "hospital" if is_large else "home", past
