"""Checks on the age of secrets, on collections that tell only a part."""

import pytest

from rempart.engines.directory.model import NEVER, Kind
from rempart.engines.directory.registry import NotApplicable, NotMeasured
from support.directories import DAY, TODAY, Small, said

OLD = TODAY - 400 * DAY
POINTS = {2: {"days": 90}}
MANAGED = "vuln_password_change_msa_no_change_90"
SERVERS = "vuln_password_change_server_no_change_90"


def test_a_managed_account_is_told_by_its_name_and_its_group_when_its_class_was_not_read() -> None:
    small = Small()
    row = small.account(1001, name="GMSA$@CHU.TEST", primary_group_rid=515, password_set=OLD)
    small.account(1002, name="ANNE@CHU.TEST", primary_group_rid=515, password_set=OLD)
    small.account(1003, name="PARTENAIRE$@CHU.TEST", primary_group_rid=513, password_set=OLD)
    hits, _ = said(MANAGED, small.build(), POINTS)
    assert [hit.row for hit in hits] == [row]


def test_without_classes_nor_such_names_managed_accounts_are_not_measured() -> None:
    small = Small()
    small.account(1001, primary_group_rid=513, password_set=OLD)
    small.account(
        1002, kind=Kind.COMPUTER, name="PC$@CHU.TEST", primary_group_rid=515, password_set=OLD
    )
    with pytest.raises(NotMeasured):
        said(MANAGED, small.build(), POINTS)


def test_with_classes_no_managed_account_is_a_fact() -> None:
    small = Small()
    row = small.account(1001, password_set=OLD)
    small.builder.attribute(row, "objectclass", ["user"])
    with pytest.raises(NotApplicable):
        said(MANAGED, small.build(), POINTS)


def test_computers_without_a_stated_system_may_be_servers() -> None:
    small = Small()
    small.account(1001, kind=Kind.COMPUTER, password_set=OLD)
    with pytest.raises(NotMeasured, match="1 ordinateur"):
        said(SERVERS, small.build(), POINTS)


def test_a_directory_of_workstations_has_no_server() -> None:
    small = Small()
    row = small.account(1001, kind=Kind.COMPUTER, password_set=OLD)
    small.builder.attribute(row, "operatingsystem", ["Windows 11 Pro"])
    with pytest.raises(NotApplicable):
        said(SERVERS, small.build(), POINTS)


def test_a_controller_and_a_cluster_without_a_stated_system_are_no_servers() -> None:
    small = Small()
    small.account(1001, kind=Kind.COMPUTER, uac=0x82000, password_set=OLD)
    cluster = small.account(1002, kind=Kind.COMPUTER, password_set=OLD)
    small.builder.attribute(cluster, "serviceprincipalname", ["HOST/a", "MSClusterVirtualServer/a"])
    with pytest.raises(NotApplicable):
        said(SERVERS, small.build(), POINTS)


def test_a_collection_without_a_controller_is_not_measured() -> None:
    small = Small()
    small.account(1001)
    with pytest.raises(NotMeasured, match="contrôleur"):
        said("vuln_password_change_dc_no_change", small.build(), {1: {"days": 45}})


def test_a_password_never_changed_says_so() -> None:
    small = Small()
    small.account(502, password_set=NEVER, created=OLD)
    hits, _ = said("vuln_krbtgt", small.build(), {2: {"days": 365}})
    assert hits[0].detail == (
        "mot de passe inchangé depuis 400 jours, jamais depuis la création du compte"
    )


def test_a_password_changed_once_does_not_say_so() -> None:
    small = Small()
    small.account(502, password_set=OLD)
    hits, _ = said("vuln_krbtgt", small.build(), {2: {"days": 365}})
    assert hits[0].detail == "mot de passe inchangé depuis 400 jours"


def test_only_users_carry_a_trust() -> None:
    small = Small()
    small.account(1001, kind=Kind.COMPUTER, uac=0x800, password_set=OLD)
    small.account(1002, password_set=OLD)
    with pytest.raises(NotApplicable):
        said("vuln_trusts_accounts", small.build(), {2: {"days": 365}})


def test_a_computer_with_the_indicator_of_a_trust_is_not_one() -> None:
    small = Small()
    small.account(1001, kind=Kind.COMPUTER, uac=0x800, password_set=OLD)
    row = small.account(1002, uac=0x800, password_set=OLD)
    hits, _ = said("vuln_trusts_accounts", small.build(), {2: {"days": 365}})
    assert [hit.row for hit in hits] == [row]


def test_a_controller_of_elsewhere_is_not_ours() -> None:
    small = Small()
    small.account(1001)
    small.foreign_controller()
    with pytest.raises(NotMeasured, match="contrôleur"):
        said("vuln_password_change_dc_no_change", small.build(), {1: {"days": 45}})
