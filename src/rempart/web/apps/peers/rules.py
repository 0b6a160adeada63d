"""Quarters, classes of size, and which results may be compared. No database."""

from dataclasses import dataclass
from datetime import date
from typing import Final

SIZES: Final = (
    (60, "moins de 60 places"),
    (120, "de 60 à 119 places"),
    (250, "de 120 à 249 places"),
    (600, "de 250 à 599 places"),
)
LARGEST: Final = "600 places et plus"
WIDEST: Final = 2_500
"""In hundredths of a per cent: a result whose range is wider says more of what is unknown than of where one stands."""


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter that holds a day."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, code: str) -> "Quarter":
        """From its code. Raises ValueError when it is not one."""
        year, _, number = code.partition("-T")
        return cls(int(year), int(number))

    @property
    def code(self) -> str:
        """« 2026-T3 »."""
        return f"{self.year}-T{self.number}"

    @property
    def words(self) -> str:
        """« 3e trimestre 2026 »."""
        return f"{'1er' if self.number == 1 else f'{self.number}e'} trimestre {self.year}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    def shifted(self, quarters: int) -> "Quarter":
        """So many quarters later."""
        place = self.year * 4 + self.number - 1 + quarters
        return Quarter(place // 4, place % 4 + 1)

    @property
    def shown_from(self) -> date:
        """The day from which its figures are shown: a whole quarter after its end."""
        return self.shifted(2).first_day


def size_class(places: int | None) -> str:
    """The class of an establishment of so many places; empty when nobody stated them."""
    if places is None:
        return ""
    return next((words for most, words in SIZES if places < most), LARGEST)


def is_comparable(low: int | None, high: int | None) -> bool:
    """Whether a range is narrow enough to stand among others."""
    return low is not None and high is not None and high - low <= WIDEST


def middle(low: int, high: int) -> float:
    """The middle of a range in hundredths of a per cent, from 0 to 1."""
    return (low + high) / 20_000
