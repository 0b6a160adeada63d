"""Columns of integers filled in any order, a cell or many at a time; the last value stated for a row is the one kept."""

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int64]


class Columns:
    """Some aligned columns of integers: rows and what is stated of them, in the order in which it was stated."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._single = array("q")
        self._parts: list[tuple[Cells, ...]] = []

    def add(self, *cells: int) -> None:
        """One line."""
        self._single.extend(cells)

    def extend(self, *columns: Iterable[int]) -> None:
        """Many lines, given by columns of one length."""
        self._flush()
        self._parts.append(tuple(cells_of(column) for column in columns))

    def arrays(self) -> tuple[Cells, ...]:
        """The columns, whole."""
        self._flush()
        if len(self._parts) != 1:
            nothing = (np.zeros(0, np.int64),) * self._width
            self._parts = [
                tuple(map(np.concatenate, zip(*(self._parts or [nothing]), strict=True)))
            ]
        return self._parts[0]

    def _flush(self) -> None:
        if self._single:
            table = np.array(self._single, np.int64).reshape(-1, self._width)
            self._parts.append(tuple(table.T))
            self._single = array("q")


def cells_of(values: Iterable[int]) -> Cells:
    """Integers as an array, from whatever holds them."""
    if isinstance(values, np.ndarray):
        return values.astype(np.int64, copy=False)
    return np.array(values if isinstance(values, list) else list(values), np.int64)
