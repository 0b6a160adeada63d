"""Checks on ordinary accounts, on collections that tell only a part."""

import pytest

from rempart.engines.directory.model import NEVER, Kind, Relation, Uac
from rempart.engines.directory.registry import NotMeasured
from support.directories import DAY, OTHER_SID, TODAY, Small, said

DORMANT = {1: {"share": 25, "password_days": 1095, "logon_days": 365}}
LOW_GROUP = {1: {"rid_below": 1000}}


@pytest.mark.parametrize("rid", [516, 521])
def test_without_its_indicators_a_computer_of_the_controllers_is_taken_for_one(rid: int) -> None:
    small = Small()
    small.account(1001, kind=Kind.COMPUTER, uac=4096, uac_known=Uac.DISABLED, primary_group_rid=rid)
    assert said("vuln_primary_group_id_1000", small.build(), LOW_GROUP) == ([], [])


@pytest.mark.parametrize("rid", [516, 521])
def test_with_its_indicators_a_workstation_among_the_controllers_is_found(rid: int) -> None:
    small = Small()
    row = small.account(1001, kind=Kind.COMPUTER, uac=4096, primary_group_rid=rid)
    hits, _ = said("vuln_primary_group_id_1000", small.build(), LOW_GROUP)
    assert [hit.row for hit in hits] == [row]


def test_a_read_only_controller_belongs_to_its_own_group() -> None:
    small = Small()
    uac = Uac.PARTIAL_SECRETS_ACCOUNT | Uac.WORKSTATION_ACCOUNT
    row = small.account(1001, kind=Kind.COMPUTER, uac=uac, primary_group_rid=515)
    hits, _ = said("vuln_primary_group_id_1000", small.build(), LOW_GROUP)
    assert [hit.row for hit in hits] == [row]


@pytest.mark.parametrize("rid", [516, 521])
def test_a_user_is_never_usual_in_a_group_of_controllers(rid: int) -> None:
    small = Small()
    row = small.account(1001, uac_known=Uac.DISABLED, primary_group_rid=rid)
    hits, _ = said("vuln_primary_group_id_1000", small.build(), LOW_GROUP)
    assert [hit.row for hit in hits] == [row]


def test_a_group_numbered_from_1000_is_one_of_the_establishment() -> None:
    small = Small()
    small.account(1001, primary_group_rid=1000)
    assert said("vuln_primary_group_id_1000", small.build(), LOW_GROUP) == ([], [])


def test_the_group_is_named_when_it_is_known() -> None:
    small = Small()
    small.group(512)
    small.account(1001, primary_group_rid=512)
    small.account(1002, primary_group_rid=518)
    hits, _ = said("vuln_primary_group_id_1000", small.build(), LOW_GROUP)
    assert [hit.detail for hit in hits] == [
        "groupe principal 512, G512@CHU.TEST",
        "groupe principal 518",
    ]


def test_one_recent_date_clears_an_account_whose_other_date_was_not_read() -> None:
    small = Small()
    small.account(1001, password_set=TODAY - 5 * DAY)
    small.account(1002, last_logon=TODAY - 5 * DAY)
    assert said("vuln_user_accounts_dormant", small.build(), DORMANT) == ([], [])


@pytest.mark.parametrize("known", ["password_set", "last_logon"])
def test_one_old_date_neither_blames_nor_clears_an_account(known: str) -> None:
    small = Small()
    small.account(1001, **{known: TODAY - 2000 * DAY})
    hits, gaps = said("vuln_user_accounts_dormant", small.build(), DORMANT)
    assert (hits, len(gaps)) == ([], 1)


@pytest.mark.parametrize(
    ("logon", "text"),
    [
        (TODAY - 2000 * DAY, "dernière session il y a 2\u202f000 jours"),
        (NEVER, "aucune session en 3\u202f000 jours"),
    ],
)
def test_a_dormant_account_shows_both_its_dates(logon: int, text: str) -> None:
    small = Small()
    small.account(
        1001, password_set=TODAY - 1500 * DAY, last_logon=logon, created=TODAY - 3000 * DAY
    )
    hits, _ = said("vuln_user_accounts_dormant", small.build(), DORMANT)
    assert hits[0].detail == f"mot de passe de 1\u202f500 jours, {text}"


def test_a_directory_without_an_enabled_account_has_no_share() -> None:
    small = Small()
    small.account(1001, uac=514)
    with pytest.raises(NotMeasured, match="compte actif"):
        said("vuln_dont_expire", small.build(), {2: {"share": 10}})


def test_the_share_counts_enabled_accounts_only() -> None:
    small = Small()
    small.account(1001, uac=512 | Uac.DONT_EXPIRE_PASSWORD)
    for rid in range(1002, 1011):
        small.account(rid)
    for rid in range(1020, 1040):
        small.account(rid, uac=514 | Uac.DONT_EXPIRE_PASSWORD)
    assert said("vuln_dont_expire", small.build(), {2: {"share": 10}}) == ([], [])


def test_the_history_of_an_account_of_elsewhere_is_judged_elsewhere() -> None:
    small = Small()
    mine, carried = small.account(1001), small.builder.row(f"{OTHER_SID}-512")
    small.domain(OTHER_SID, "AUTRE.TEST")
    stranger = small.builder.row(f"{OTHER_SID}-1105")
    for row in (mine, stranger):
        small.builder.relate(Relation.SID_HISTORY, row, carried)
    hits, _ = said("vuln_sidhistory_present", small.build(), {})
    assert [hit.row for hit in hits] == [mine]
