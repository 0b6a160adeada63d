"""A whole audit, on the example directory and on drawings."""

from dataclasses import replace
from datetime import date

import msgspec

from rempart.content.catalogue import directory_catalogue
from rempart.content.directory import Example
from rempart.engines.directory.builder import Builder
from rempart.engines.directory.compare import compare
from rempart.engines.directory.examples.directory import example_directory
from rempart.engines.directory.merge import forests, whole
from rempart.engines.directory.model import Directory, Fact, Source
from rempart.engines.directory.report import Report
from rempart.engines.directory.run import Options, audit, collection_day
from rempart.engines.directory.tier0 import Adjustment
from rempart.kernel.outcome import Outcome

TODAY = date(2026, 11, 21)


def report(*directories: Directory, options: Options | None = None) -> Report:
    return audit(
        directories,
        catalogue=directory_catalogue(),
        today=TODAY,
        tool_version="0",
        options=options,
    )


def weakened(**more: object) -> Directory:
    return example_directory(msgspec.convert({"title": "t", "expect": "failed", **more}, Example))


def test_the_clean_directory_is_level_5_with_every_point_measured_and_no_path() -> None:
    found = report(example_directory())
    failing = [c.id for c in found.controls if c.outcome == Outcome.FAILED]
    unknown = [c.id for c in found.controls if c.outcome == Outcome.NOT_MEASURED]
    assert (failing, unknown) == ([], [])
    assert (found.level.value, found.level.at_most) == (5, False)
    assert found.exposure.exposed == 0
    assert found.exposure.low_privileged > 10
    assert found.plan.actions == []


def test_a_planted_right_is_found_planned_and_foretold_mended() -> None:
    d = weakened(aces=[{"on": "Domain Admins", "who": "u01", "right": "AddMember"}])
    found = report(d)
    assert found.exposure.exposed == 1
    (action,) = found.plan.actions
    assert (action.kind, action.exposed_after, action.remaining_cost) == ("remove_ace", 0, 0)
    assert found.plan.minimal and found.plan.bound == found.plan.cost
    assert "vuln_privileged_members_perm" in action.closes
    assert found.level.value == 1
    assert found.plan.level_after is not None and found.plan.level_after.value == 5
    (path,) = found.exposure.paths
    assert path.steps[-1].cut_by == action.id


def test_what_the_establishment_takes_out_of_tier_0_is_no_longer_its_heart() -> None:
    d = weakened(aces=[{"on": "Domain Admins", "who": "u01", "right": "AddMember"}])
    options = Options(adjustment=Adjustment(add=("u01",)))
    assert report(d, options=options).exposure.exposed == 0


def test_without_members_the_reason_names_them() -> None:
    d = example_directory()
    blind = replace(d, facts=d.facts - {Fact.MEMBERS})
    found = report(blind)
    assert found.exposure.reason.startswith("La collecte ne contient pas les membres des groupes")
    both = report(d, replace(blind, ids=[f"X{i}" for i in blind.ids], index={}))
    assert any("les membres des groupes ; ses chemins manquent" in note for note in both.notes)


def test_without_access_lists_paths_are_not_measured_and_the_reason_is_said() -> None:
    found = report(weakened(without=["acl"]))
    assert found.exposure.reason
    assert (found.exposure.low_privileged, found.plan.actions) == (0, [])


def test_the_same_input_gives_the_same_bytes() -> None:
    d = weakened(aces=[{"on": "domaine", "who": "u01", "right": "WriteDacl"}])
    assert msgspec.json.encode(report(d)) == msgspec.json.encode(report(d))


def test_two_readings_of_one_forest_complete_each_other() -> None:
    d = example_directory()
    poor = replace(d, facts=frozenset({Fact.ACCOUNTS}))
    (one,) = forests([poor, d])
    assert one.facts == d.facts
    assert len(one) == len(d)
    assert report(one).level.value == 5


def renamed(d: Directory, suffix: str) -> Directory:
    """The same hospital under another name: other SIDs, other names."""
    ids = [
        i.replace("S-1-5-21-", f"S-1-5-21-9{suffix}").replace("SAIN.TEST", f"{suffix}.TEST")
        if "S-1-" in i
        else i[:-2] + suffix
        for i in d.ids
    ]
    names = [n.replace("SAIN.TEST", f"{suffix}.TEST") for n in d.names]
    dns = [n.replace("DC=sain", f"DC={suffix}") for n in d.dns]
    return replace(d, ids=ids, names=names, dns=dns, index={i: r for r, i in enumerate(ids)})


def test_several_forests_give_the_view_of_a_group_with_duplicates_and_stages() -> None:
    d = example_directory()
    found = report(d, renamed(d, "77"))
    assert found.convergence is not None
    assert found.convergence.directories[0].level.value == 5
    assert len({r.domains[0].id for r in found.convergence.directories}) == 2
    assert any(len(double.objects) == 2 for double in found.convergence.duplicates)
    assert found.convergence.stages[-1].title == "Converger vers un annuaire"
    assert found.convergence.crossing_paths == []


def test_a_weakness_of_one_forest_is_a_weakness_of_the_group() -> None:
    bad = weakened(aces=[{"on": "Domain Admins", "who": "u01", "right": "AddMember"}])
    found = report(renamed(example_directory(), "77"), bad)
    assert found.level.value == 1
    assert found.convergence is not None
    good, weak = found.convergence.directories
    assert good.level.value > weak.level.value == 1


def test_a_forest_without_access_lists_is_said_and_does_not_blind_the_others() -> None:
    bad = weakened(aces=[{"on": "Domain Admins", "who": "u01", "right": "AddMember"}])
    poor = renamed(example_directory(), "77")
    poor = replace(poor, facts=poor.facts - {Fact.ACL, Fact.PKI})
    found = report(bad, poor)
    assert found.exposure.exposed == 1
    assert any("ses chemins manquent" in note for note in found.notes)
    assert found.plan.level_after is None
    assert whole([bad, poor]).has(Fact.ACL)


def test_two_reports_tell_what_was_mended_what_is_new_and_what_was_lost_from_sight() -> None:
    before = report(weakened(aces=[{"on": "Domain Admins", "who": "u01", "right": "AddMember"}]))
    after = report(weakened(aces=[{"on": "domaine", "who": "u02", "right": "WriteDacl"}]))
    result = compare(before, after)
    states = {(d.control, d.state) for d in result.differences}
    assert ("vuln_privileged_members_perm", "mended") in states
    assert ("vuln_permissions_naming_context", "new") in states
    blind = report(
        weakened(
            aces=[{"on": "Domain Admins", "who": "u01", "right": "AddMember"}], without=["acl"]
        )
    )
    lost = compare(before, blind)
    assert "vuln_privileged_members_perm" in lost.no_longer_measured
    assert "vuln_privileged_members_perm" not in lost.controls_mended


def test_ages_are_counted_to_the_day_of_the_collection_and_never_to_the_future() -> None:
    d = example_directory()
    stated = replace(d, sources=(Source("LDIF", (), "", 1_700_000_000),))
    assert collection_day([stated], TODAY) == date(2023, 11, 14)
    ahead = replace(d, sources=(Source("LDIF", (), "", 4_000_000_000),))
    assert collection_day([ahead], TODAY) == TODAY
    assert collection_day([d], TODAY) <= TODAY


def test_exposure_is_told_by_the_office_that_accounts_state() -> None:
    d = weakened(
        aces=[{"on": "Domain Admins", "who": "u01", "right": "AddMember"}],
        change={
            "u01": {"physicalDeliveryOfficeName": "Site nord"},
            "u02": {"physicalDeliveryOfficeName": "Site nord"},
        },
    )
    assert [(b.label, b.exposed, b.total) for b in report(d).exposure.by_site] == [
        ("Site nord", 1, 2)
    ]


def test_a_collection_without_date_is_of_the_day_of_its_latest_logon() -> None:
    silent = replace(example_directory(), sources=())
    assert collection_day([silent], date(2030, 1, 1)) < date(2030, 1, 1)
    empty = Builder().build()
    assert collection_day([empty], TODAY) == TODAY
