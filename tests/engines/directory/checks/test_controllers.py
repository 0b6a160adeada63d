"""Checks on domain controllers, on collections that tell only a part."""

import pytest

from rempart.engines.directory.model import Kind, Relation, Uac
from rempart.engines.directory.registry import NotMeasured
from support.directories import Small, said

RODC = Uac.PARTIAL_SECRETS_ACCOUNT | Uac.TRUSTED_TO_AUTH_FOR_DELEGATION | Uac.WORKSTATION_ACCOUNT
SYSTEM = "operatingsystem"


def controller(small: Small, **more: int) -> int:
    """A controller with its place in a site."""
    row = small.account(1001, kind=Kind.COMPUTER, **{"uac": 0x82000, **more})
    server, settings = small.builder.row("SERVER"), small.builder.row("SETTINGS")
    small.builder.describe(server, Kind.SERVER, name="DC1")
    small.builder.describe(settings, Kind.NTDS_SETTINGS, name="NTDS Settings", parent=server)
    small.builder.attribute(settings, "msds-behavior-version", ["7"])
    small.builder.relate(Relation.SERVER_REFERENCE, server, row)
    return row


def test_a_controller_in_order_is_coherent() -> None:
    small = Small()
    controller(small)
    assert said("vuln_dc_inconsistent_uac", small.build(), {1: {}}) == ([], [])


def test_an_indicator_that_was_not_read_is_not_missing() -> None:
    small = Small()
    controller(small, uac=0x2000, uac_known=0x2000)
    assert said("vuln_dc_inconsistent_uac", small.build(), {1: {}}) == ([], [])


def test_a_read_only_controller_is_told_by_its_indicator_or_by_its_group() -> None:
    for more in ({"uac": RODC, "primary_group_rid": 515}, {"uac": RODC, "primary_group_rid": 521}):
        small = Small()
        controller(small, **more)
        assert said("vuln_dc_inconsistent_uac", small.build(), {1: {}}) == ([], [])


def test_a_read_only_controller_without_its_indicator_is_found_by_its_group() -> None:
    small = Small()
    controller(small, uac=RODC & ~Uac.PARTIAL_SECRETS_ACCOUNT, primary_group_rid=521)
    hits, _ = said("vuln_dc_inconsistent_uac", small.build(), {1: {}})
    assert [hit.detail for hit in hits] == ["indicateur PARTIAL_SECRETS_ACCOUNT absent"]


def test_unknown_systems_are_named() -> None:
    small = Small()
    row = controller(small)
    small.builder.attribute(row, SYSTEM, ["Samba"])
    small.account(1002, kind=Kind.COMPUTER, uac=0x82000)
    hits, gaps = said("vuln_dc_obsolete", small.build(), {1: {}})
    assert hits == []
    assert gaps[0].reason.endswith("Samba, système non renseigné.")


def test_the_end_of_support_is_given_in_french() -> None:
    small = Small()
    small.builder.attribute(controller(small), SYSTEM, ["Windows Server 2012 R2 Standard"])
    hits, _ = said("vuln_dc_obsolete", small.build(), {1: {}})
    assert hits[0].detail == "Windows Server 2012 R2 Standard : support terminé le 10/10/2023"


def test_a_failing_controller_silences_the_doubt_on_another() -> None:
    small = Small()
    small.builder.attribute(controller(small), SYSTEM, ["Windows Server 2003"])
    small.account(1002, kind=Kind.COMPUTER, uac=0x82000)
    hits, gaps = said("vuln_dc_obsolete", small.build(), {1: {}})
    assert (len(hits), gaps) == (1, [])


def test_a_collection_without_a_controller_is_not_measured() -> None:
    small = Small()
    small.account(1001)
    with pytest.raises(NotMeasured, match="contrôleur"):
        said("vuln_dc_obsolete", small.build(), {1: {}})


def test_a_controller_of_elsewhere_is_not_ours() -> None:
    small = Small()
    small.account(1001)
    small.foreign_controller()
    with pytest.raises(NotMeasured, match="contrôleur"):
        said("vuln_dc_obsolete", small.build(), {1: {}})
