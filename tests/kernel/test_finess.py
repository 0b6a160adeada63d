"""FINESS numbers and their key."""

import pytest

from rempart.kernel.finess import has_valid_key, is_finess, with_key


@pytest.mark.parametrize("number", ["010000024", "970102018", "2A0000014", "2B0000020"])
def test_a_published_number_has_its_key(number: str) -> None:
    assert is_finess(number) and has_valid_key(number)


@pytest.mark.parametrize(
    "number", ["010000025", "2A0000015", "2C0000014", "01000002", "01000002X", ""]
)
def test_a_wrong_number_has_no_valid_key(number: str) -> None:
    assert not has_valid_key(number)


@pytest.mark.parametrize(
    "text", ["0100000244", "A10000024", "2a0000014", "010000024\n", " 10000024"]
)
def test_another_shape_is_no_number(text: str) -> None:
    assert not is_finess(text)


def test_the_key_of_eight_characters_is_found() -> None:
    assert with_key("01000002") == "010000024"


def test_what_begins_no_number_has_no_key() -> None:
    with pytest.raises(ValueError, match="XX"):
        with_key("XX000002")
