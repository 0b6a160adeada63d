"""Lines and their numbers, whatever the blocks."""

import pytest

from rempart.engines.registry.lines import blocks, parted, split


def numbered(data: bytes, size: int) -> list[tuple[int, bytes]]:
    """Every line that is not empty, with its number, when the file is read by blocks of `size`."""
    chunks = [data[n : n + size] for n in range(0, len(data), size)]
    return [
        (first + n, line)
        for first, block, _ in blocks(chunks)
        for n, line in enumerate(split(block))
        if line
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_whatever_the_blocks(size: int) -> None:
    assert numbered(b"a;b\r\nc\n\nd", size) == [(1, b"a;b"), (2, b"c"), (4, b"d")]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_quoted_field_over_two_lines_is_one_line(size: int) -> None:
    assert numbered(b'a;"x\ny";b\nc\n', size) == [(1, b'a;"x y";b'), (3, b"c")]


@pytest.mark.parametrize("size", [4, 1000])
def test_a_quote_inside_a_field_opens_nothing(size: int) -> None:
    assert numbered(b'a;5" x;b\nc;"d ""e""";f\ng\n', size) == [
        (1, b'a;5" x;b'),
        (2, b'c;"d ""e""";f'),
        (3, b"g"),
    ]


def test_a_quote_that_nobody_closes_does_not_swallow_the_file() -> None:
    data = b'a;"x\n' + b"line\n" * 9
    assert numbered(data, 1000) == [(1, b'a;"x'), *((n, b"line") for n in range(2, 11))]


@pytest.mark.parametrize(("data", "unfinished"), [(b"a\nb", True), (b"a\nb\n", False)])
def test_a_file_says_whether_its_last_line_is_finished(data: bytes, unfinished: bool) -> None:
    assert [last for _, _, last in blocks([data])][-1] is unfinished


def test_an_empty_file_has_no_block() -> None:
    assert list(blocks([])) == []


def test_plain_lines_are_parted_from_those_with_quotes() -> None:
    plain, odd = parted(b'head\na\n"b"\r\nc\nd;"e\nf"\ng\n', 1)
    assert (plain, odd) == (b"a\nc\ng\n", [(2, b'"b"'), (4, b'd;"e f"')])


def test_a_block_without_quotes_is_given_whole() -> None:
    assert parted(b"a\r\nb\n") == (b"a\nb\n", [])


def test_a_quoted_line_keeps_its_place() -> None:
    assert parted(b'a\n"b"\nc\n"d"\n') == (b"a\nc\n", [(1, b'"b"'), (3, b'"d"')])
