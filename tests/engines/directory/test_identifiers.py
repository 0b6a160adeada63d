import numpy as np
import pytest
from hypothesis import given, strategies as st

from rempart.engines.directory.identifiers import beginning, numbers_after

START = "S-1-5-21-1-2-3-"


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        (START + "512", 512),
        (START + "0", 0),
        (START + "9999999", 9_999_999),
        (START + "10000000", -1),
        (START + "0512", -1),
        (START, -1),
        (START + "51x", -1),
        (START + "5\n2", -1),
        ("S-1-5-21-1-2-4-512", -1),
        ("s-1-5-21-1-2-3-512", -1),
        ("S-1-5-32-544", -1),
        ("", -1),
    ],
)
def test_only_the_plain_number_of_an_account_of_the_domain_is_read(
    identifier: str, expected: int
) -> None:
    assert numbers_after(START, [START + "1", identifier, START + "77"]).tolist() == [
        1,
        expected,
        77,
    ]


def test_an_id_that_is_not_ascii_leaves_all_to_be_read_otherwise() -> None:
    assert numbers_after(START, [START + "1", "é"]).tolist() == [-1, -1]


def test_no_id_gives_no_number() -> None:
    assert not len(numbers_after(START, []))


@given(
    st.lists(st.one_of(st.integers(0, 10**8).map(lambda n: f"{START}{n}"), st.text("S-1523\n0")))
)
def test_many_ids_are_read_as_one_by_one(ids: list[str]) -> None:
    alone = [numbers_after(START, [identifier])[0] for identifier in ids]
    assert numbers_after(START, ids).tolist() == np.array(alone, np.int64).tolist()


def test_texts_are_found_by_their_start_whatever_their_case() -> None:
    texts = ["MSOL_a", "amsol_", "", "Élan", "sync_1", "Sync_2@x", "msol", "AAD_\u0130"]
    assert beginning(texts, "msol_", "sync_", "aad_") == [0, 4, 5, 7]


def test_a_text_of_two_lines_is_found_by_its_first_one_only() -> None:
    assert beginning(["x\nmsol_", "MSOL_b"], "msol_") == [1]
