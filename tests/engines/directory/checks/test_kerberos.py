"""Checks on Kerberos, where one example directory cannot show the case."""

import pytest

from rempart.engines.directory.model import Kind, Relation, Uac
from rempart.engines.directory.registry import NotMeasured
from support.directories import OTHER_SID, Small, said

CRYPTO = {2: {}, 3: {}, 4: {}}


def controller(small: Small, rid: int = 1001, **more: int) -> int:
    return small.account(rid, kind=Kind.COMPUTER, uac=0x82000, **more)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "non précisés (RC4 possible)"),
        (0x1, "DES-CBC-CRC"),
        (0x2, "DES-CBC-MD5"),
        (0x4, "RC4"),
        (0xF, "DES-CBC-CRC, DES-CBC-MD5, RC4, AES 128"),
        (0x14, "RC4, AES 256"),
    ],
)
def test_the_algorithms_are_named(value: int, text: str) -> None:
    small = Small()
    controller(small, encryption_types=value)
    hits, _ = said("vuln_dc_crypto", small.build(), CRYPTO)
    assert {hit.detail for hit in hits} == {f"algorithmes admis : {text}"}


def test_a_collection_without_a_controller_is_not_measured() -> None:
    small = Small()
    small.account(1001)
    with pytest.raises(NotMeasured, match="contrôleur"):
        said("vuln_dc_crypto", small.build(), CRYPTO)


def test_krbtgt_is_no_service_even_enabled() -> None:
    small = Small()
    row = small.account(502, encryption_types=0)
    small.builder.attribute(row, "serviceprincipalname", ["kadmin/changepw"])
    assert said("vuln_kerberos_properties_encryption", small.build(), {3: {}}) == ([], [])


def test_three_service_names_are_shown_at_most() -> None:
    small = Small()
    row = small.account(1001)
    small.group(512, row)
    small.builder.attribute(row, "serviceprincipalname", ["a/1", "b/2", "c/3", "d/4"])
    points = {1: {"min_length": 32, "max_age_days": 1095}}
    hits, _ = said("vuln_spn_priv", small.build(), points)
    assert hits[0].detail == "nom de service : a/1, b/2, c/3"


def test_a_controller_may_delegate_to_another() -> None:
    small = Small()
    first, second = controller(small), controller(small, 1002)
    small.builder.relate(Relation.ALLOWED_TO_DELEGATE, first, second)
    assert said("vuln_delegation_a2d2", small.build(), {1: {}}) == ([], [])


def test_an_account_of_elsewhere_is_judged_with_its_own_domain() -> None:
    small = Small()
    target = controller(small)
    small.domain(OTHER_SID, "AUTRE.TEST")
    foreign = small.builder.row(f"{OTHER_SID}-1001")
    small.builder.describe(foreign, Kind.USER, name="X@AUTRE.TEST")
    small.builder.relate(Relation.ALLOWED_TO_DELEGATE, foreign, target)
    small.builder.relate(Relation.ALLOWED_TO_ACT, target, foreign)
    small.group(512, foreign)
    small.group(519, small.account(1009))
    assert said("vuln_delegation_a2d2", small.build(), {1: {}}) == ([], [])


def test_a_privileged_account_of_elsewhere_is_not_judged_for_its_delegation() -> None:
    small = Small()
    trusted = small.account(1002)
    small.domain(OTHER_SID, "AUTRE.TEST")
    foreign = small.builder.row(f"{OTHER_SID}-500")
    small.builder.describe(foreign, Kind.USER, name="X@AUTRE.TEST")
    krbtgt = small.builder.row(f"{OTHER_SID}-502")
    small.builder.describe(krbtgt, Kind.USER, name="KRBTGT@AUTRE.TEST")
    small.builder.relate(Relation.ALLOWED_TO_ACT, trusted, krbtgt)
    small.group(512, small.account(1009))
    assert said("vuln_delegation_sourcedeleg", small.build(), {1: {}}) == ([], [])


def test_a_transition_that_was_not_read_leaves_both_delegation_points_open() -> None:
    small = Small()
    source = small.account(1002, uac_known=Uac.DISABLED)
    small.builder.relate(Relation.ALLOWED_TO_DELEGATE, source, controller(small))
    directory = small.build()
    for check in ("vuln_delegation_a2d2", "vuln_delegation_t2a4d"):
        hits, gaps = said(check, directory, {1: {}})
        assert (hits, len(gaps)) == ([], 1)


def test_every_principal_that_may_act_is_named() -> None:
    small = Small()
    row = controller(small)
    for rid in (1002, 1003):
        small.builder.relate(Relation.ALLOWED_TO_ACT, small.account(rid), row)
    small.group(512, small.account(1009))
    hits, _ = said("vuln_delegation_sourcedeleg", small.build(), {1: {}})
    assert hits[0].detail == "délégation accordée à A1002@CHU.TEST, A1003@CHU.TEST"


def test_a_controller_of_elsewhere_is_not_ours() -> None:
    small = Small()
    small.account(1001)
    small.foreign_controller()
    with pytest.raises(NotMeasured, match="contrôleur"):
        said("vuln_dc_crypto", small.build(), CRYPTO)


def test_a_privileged_computer_has_service_names_by_design() -> None:
    small = Small()
    row = small.account(1001, kind=Kind.COMPUTER, uac=4096)
    small.group(512, row, small.account(500))
    small.builder.attribute(row, "serviceprincipalname", ["HOST/a"])
    points = {1: {"min_length": 32, "max_age_days": 1095}}
    assert said("vuln_spn_priv", small.build(), points) == ([], [])
