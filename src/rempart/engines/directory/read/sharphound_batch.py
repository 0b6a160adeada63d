"""A piece of a SharpHound file: its objects by columns."""

from operator import attrgetter
from typing import Any

from rempart.engines.directory.columns import cells_of
from rempart.engines.directory.read.sharphound_structs import AccountProperties


class Batch:
    """The objects of one piece that are kept, with their rows and properties."""

    def __init__(
        self, items: list[Any], rows: list[int], properties: list[AccountProperties]
    ) -> None:
        self.items, self.rows, self.properties = items, rows, properties
        self.places = cells_of(rows)

    def column(self, name: str) -> list[Any]:
        """One property of each."""
        return list(map(attrgetter(name), self.properties))

    def present(self, name: str) -> list[tuple[int, Any]]:
        """Row and value of the objects that have something in a field."""
        values = map(attrgetter(name), self.items)
        return [pair for pair in zip(self.rows, values, strict=True) if pair[1]]
