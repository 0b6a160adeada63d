"""Agreements of French sentences: everything that counts agrees with its number."""

from typing import Final

NARROW: Final = "\u202f"  # narrow no-break space, between groups of three digits


def grouped(value: int) -> str:
    """1585 → « 1 585 »."""
    return f"{value:,}".replace(",", NARROW)


def plural(count: int, one: str, many: str = "") -> str:
    """`one` below two (0 établissement), else `many`, or `one` with an s where it has none."""
    if abs(count) < 2:
        return one
    return many or (one if one.endswith(("s", "x", "z")) else f"{one}s")


def counted(count: int, one: str, many: str = "") -> str:
    """« 1 585 comptes », « 0 compte », « 3 mois »."""
    return f"{grouped(count)} {plural(count, one, many)}"
