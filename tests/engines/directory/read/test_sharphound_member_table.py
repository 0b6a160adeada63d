import json

from msgspec import Raw

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.read.sharphound_member_lists import MemberLists
from rempart.engines.directory.read.sharphound_member_table import NAMED, UNREADABLE, MemberTable

DOMAIN = "S-1-5-21-1-2-3-"


def lists(stated: list[str]) -> MemberLists:
    refs = [{"ObjectIdentifier": text, "ObjectType": "User"} for text in stated]
    return MemberLists([Raw(json.dumps(refs, separators=(",", ":")).encode())])


def test_members_of_the_domain_and_strangers_get_their_rows_in_the_order_of_reading() -> None:
    builder = Builder()
    stated = ["CHU.TEST-S-1-5-9", DOMAIN + "7", DOMAIN + "5", DOMAIN + "7", "S-1-5-21-9-9-9-5"]
    assert MemberTable(builder).rows(lists(stated)).tolist() == [0, 1, 2, 1, 3]
    assert list(builder.index) == [stated[0], DOMAIN + "7", DOMAIN + "5", stated[4]]


def test_a_member_known_from_an_earlier_piece_keeps_its_row() -> None:
    table = MemberTable(Builder())
    assert table.rows(lists([DOMAIN + "7", DOMAIN + "9"])).tolist() == [0, 1]
    assert table.rows(lists([DOMAIN + "900", DOMAIN + "9"])).tolist() == [2, 1]


def test_the_case_of_a_member_and_the_size_of_its_number_change_nothing() -> None:
    table = MemberTable(Builder())
    large = DOMAIN + "4294967"
    assert table.rows(lists([large, large.lower(), DOMAIN + "99999999999"])).tolist() == [0, 0, 1]


def test_names_and_nothings_are_told_apart_from_rows() -> None:
    table = MemberTable(Builder())
    rows = table.rows(lists(["cn=a,dc=chu", "", "cn=b,dc=chu", DOMAIN + "7", "cn=a,dc=chu"]))
    assert rows.tolist() == [NAMED, UNREADABLE, NAMED - 1, 0, NAMED]
    assert table.names == ["CN=A,DC=CHU", "CN=B,DC=CHU"]
