import json
from io import BytesIO
from typing import Any

import pytest
from msgspec import Raw

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.read.sharphound import SharpHoundReader
from rempart.engines.directory.read.sharphound_member_lists import MemberLists
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent

ALICE, BOB = "S-1-5-21-1-2-3-1105", "CHU.TEST-S-1-5-32-544"
COMPACT, SPACED = (",", ":"), (", ", ": ")


def ref(identifier: str, kind: str = "User") -> dict[str, Any]:
    return {"ObjectIdentifier": identifier, "ObjectType": kind}


def lists(*stated: Any, separators: tuple[str, str] = COMPACT) -> MemberLists:
    return MemberLists([Raw(json.dumps(s, separators=separators).encode()) for s in stated])


def texts(found: MemberLists) -> list[str]:
    return [found.text(i) for i in range(len(found))]


@pytest.mark.parametrize("separators", [COMPACT, SPACED])
def test_lists_as_collectors_write_them_are_read_where_they_stand(
    separators: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("rempart.engines.directory.read.sharphound_member_lists._decoded")
    stated = ([], [ref(ALICE), ref(BOB, "Group")], None, [ref("")])
    found = lists(*stated, separators=separators)
    assert (texts(found), found.counts.tolist()) == ([ALICE, BOB, ""], [0, 2, 0, 1])
    assert found.numbers("S-1-5-21-1-2-3-").tolist() == [1105, -1, -1]


@pytest.mark.parametrize(
    "odd",
    [
        [{"ObjectType": "User", "ObjectIdentifier": BOB}],
        [{"ObjectIdentifier": "X", "ObjectType": "U", "Extra": {"ObjectIdentifier": "Y"}}],
        [{"ObjectIdentifier": None, "MemberId": BOB}],
        [{"ObjectIdentifier": "", "MemberId": BOB}],
        [{"ObjectIdentifier": "X", "ObjectIdentifie2": BOB}],
        [{"ObjectIdentifier": 'un \\ et " et {', "ObjectType": "User"}],
        [{"ObjectIdentifier": "CN=Aimée", "ObjectType": "User"}],
        [{"ObjectIdentifieR": "X", "ObjectType": "User"}],
        [{"ObjectIdentifier": "X", "ObjectType": ["User", "x"]}],
        [{"ObjectIdentifier": "X{", "ObjectType": "User"}],
        [{"MemberId": "X", "MemberType": "User"}],
    ],
)
def test_lists_of_another_form_are_decoded(odd: list[dict[str, Any]]) -> None:
    found = lists([ref(ALICE)], odd)
    expected = odd[0].get("ObjectIdentifier") or odd[0].get("MemberId") or ""
    assert (texts(found), found.counts.tolist()) == ([ALICE, expected], [1, 1])
    assert found.numbers("S-1-5-21-1-2-3-").tolist() == [1105 if expected.isascii() else -1, -1]


@pytest.mark.parametrize("stray", [5, None, [ref("X")], "un texte", ref("X") | {"MemberId": 5}])
def test_an_item_that_is_no_reference_costs_itself_only(stray: Any) -> None:
    for odd in ([stray, ref(BOB)], [ref(BOB), stray]):
        found = lists([ref(ALICE)], odd, [ref("Z")])
        assert (texts(found), found.counts.tolist()) == ([ALICE, BOB, "Z"], [1, 1, 1])


@pytest.mark.parametrize("odd", [5, "un texte", {"ObjectIdentifier": "X", "ObjectType": "User"}])
def test_what_is_no_list_says_nothing(odd: Any) -> None:
    found = lists(odd)
    assert (found.told, len(found), found.counts.tolist()) == (False, 0, [0])


def test_an_empty_list_says_that_members_were_looked_for() -> None:
    assert lists([]).told
    assert not MemberLists([Raw(b""), Raw(b"null")]).told


def test_a_member_that_is_not_in_utf_8_is_said_as_for_the_rest_of_the_file() -> None:
    data = b'{"data":[{"ObjectIdentifier":"S-1-5-21-1-2-3-512","Members":[{"ObjectIdentifier":"%s"}]}],'
    data += b'"meta":{"type":"groups","count":1,"version":6}}'
    reader = SharpHoundReader(Builder(), Silent())
    with pytest.raises(UnreadableSource, match="UTF-8"):
        reader.read("groups.json", BytesIO(data % b"CN=Aim\xe9e"))
