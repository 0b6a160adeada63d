"""Lists that are cut without being decoded give what JSON gives, whatever is written in them."""

from typing import Any

import msgspec
import pytest

from rempart.engines.directory.read.raw_lists import ItemTable
from rempart.engines.directory.read.sharphound_structs import Ref

A, B = '{"ObjectIdentifier":"A","x":[{"y":1},{"z":2}]}', '{"ObjectIdentifier":"B"}'


class Lengths(ItemTable):
    """Items numbered by their first letter."""

    def number_of(self, item: Ref) -> int:
        return ord((item.ObjectIdentifier or "?")[0])


@pytest.fixture
def table() -> Lengths:
    return Lengths(msgspec.json.Decoder(Ref), -1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", []),
        ("[ ]", []),
        (f"[{B}]", [66]),
        (f"[{A},{B}]", [65, 66]),
        (f"[{B}, {B},\n {A}]", [66, 66, 65]),
        ('[{"ObjectIdentifier":"Cet },{ là"},{"ObjectIdentifier":"D"}]', [67, 68]),
        (f'[{B},{{"ObjectIdentifier":5}},5,[1]]', [66, -1, -1, -1]),
        ('[{"ObjectIdentifier":5,"x":"},{"},{"ObjectIdentifier":"D"}]', [-1, 68]),
        ("null", None),
        ('{"a":1}', None),
        ("5", None),
    ],
)
def test_a_list_gives_the_numbers_of_its_items(
    table: Lengths, text: str, expected: list[int] | None
) -> None:
    assert table.numbers(text.encode()) == expected
    assert table.numbers(text.encode()) == expected


def test_the_way_that_a_collector_parts_items_is_learned(table: Lengths) -> None:
    items: list[Any] = [{"ObjectIdentifier": letter} for letter in "ABAB"]
    text = msgspec.json.encode(items).replace(b"},{", b"}, {")
    assert table.numbers(text) == [65, 66, 65, 66]
    assert table.numbers(text[:-1] + b', {"ObjectIdentifier":"C"}]') == [65, 66, 65, 66, 67]


def test_an_item_that_is_not_utf_8_is_unreadable_and_the_others_are_kept(table: Lengths) -> None:
    text = b'[{"ObjectIdentifier":"\xff"},{"ObjectIdentifier":"B"}]'
    assert table.numbers(text) == [-1, 66]
