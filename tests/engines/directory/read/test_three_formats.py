"""One directory written as SharpHound, LDIF and ORADAD is read as the same directory, and judged alike."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from benchmarks.directory_generator.fixed import planted
from benchmarks.directory_generator.writing import generate

from rempart.content.catalogue import directory_catalogue
from rempart.engines.directory.model import Directory, Kind, Relation
from rempart.engines.directory.reading import read
from rempart.engines.directory.report import Report
from rempart.engines.directory.rights import Right
from rempart.engines.directory.run import audit
from rempart.kernel.outcome import Outcome
from rempart.kernel.progress import Silent

pytestmark = pytest.mark.slow
OTHERS = ["ldif", "oradad"]
FORMATS = ["sharphound", *OTHERS]
HOLDER = "ADMINSDHOLDER@HOPITAL.TEST"
Found = dict[str, Directory]
Entry = tuple[str, str, bool]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return generate(tmp_path_factory.mktemp("generated"), 1200, seed=7)


@pytest.fixture(scope="module")
def found(paths: dict[str, Path]) -> Found:
    out = {}
    for name, path in paths.items():
        (out[name],) = read([path], Silent())
    return out


@pytest.fixture(scope="module")
def reports(found: Found) -> dict[str, Report]:
    catalogue, today = directory_catalogue(), date(2026, 11, 21)
    return {
        name: audit([directory], catalogue=catalogue, today=today, tool_version="0")
        for name, directory in found.items()
    }


def nodes(d: Directory) -> dict[str, int]:
    """Rows, by id, of the kinds that BloodHound has."""
    kinds = range(Kind.USER, Kind.ISSUANCE_POLICY + 1)
    return {d.ids[int(row)]: int(row) for row in d.rows(*map(Kind, kinds))}


def rights(d: Directory, row: int) -> set[Entry]:
    """The rights that SharpHound knows, on one row."""
    known = Right.WriteAltSecurityIdentities
    return {
        (d.ids[p], right.name, inherited)
        for p, right, inherited in d.acls.entries(row)
        if right < known
    }


@pytest.mark.parametrize("other", OTHERS)
def test_objects_kinds_names_and_places_are_the_same(found: Found, other: str) -> None:
    def described(d: Directory) -> dict[str, tuple[int, str, str]]:
        place = [d.ids[p] if p >= 0 else "" for p in d.parent.tolist()]
        return {i: (int(d.kind[row]), d.names[row], place[row]) for i, row in nodes(d).items()}

    assert described(found[other]) == described(found["sharphound"])
    assert len(nodes(found[other])) > 1150


@pytest.mark.parametrize("other", OTHERS)
def test_rights_are_those_that_sharphound_names(found: Found, other: str) -> None:
    ours, theirs = found[other], found["sharphound"]
    for identifier, row in nodes(theirs).items():
        extra = rights(ours, nodes(ours)[identifier]) ^ rights(theirs, row)
        # AdminSDHolder is a container for SharpHound, and the model of accounts for us.
        if theirs.names[row] == HOLDER:
            extra = {entry for entry in extra if entry[1] != "AllExtendedRights"}
        assert extra == set(), theirs.names[row]


@pytest.mark.parametrize("other", OTHERS)
def test_relations_are_the_same(found: Found, other: str) -> None:
    def pairs(d: Directory, relation: Relation) -> set[tuple[str, str]]:
        return {(d.ids[a], d.ids[b]) for a, b in d.pairs(relation)}

    for relation in Relation:
        assert pairs(found[other], relation) == pairs(found["sharphound"], relation), relation
    assert len(found[other].pairs(Relation.MEMBER)) > 2000


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("column", ["uac", "password_set", "last_logon", "created", "admin_count"])
def test_the_columns_of_accounts_are_the_same(found: Found, other: str, column: str) -> None:
    ours, theirs = found[other], found["sharphound"]
    known = theirs.rows(Kind.USER, Kind.COMPUTER)
    known = known[theirs.uac_known[known] != 0]
    rows = [ours.index[theirs.ids[int(row)]] for row in known]
    assert np.array_equal(getattr(ours, column)[rows], getattr(theirs, column)[known])


@pytest.mark.parametrize("other", OTHERS)
def test_trusts_are_the_same(found: Found, other: str) -> None:
    def shown(d: Directory) -> list[tuple[str, str, bool, bool, int | None]]:
        return [(t.partner, t.partner_sid, t.inbound, t.outbound, t.attributes) for t in d.trusts]

    assert shown(found[other]) == shown(found["sharphound"]) != []


@pytest.mark.parametrize("other", OTHERS)
def test_exposure_and_plan_are_the_same(reports: dict[str, Report], other: str) -> None:
    ours, theirs = reports[other], reports["sharphound"]
    assert ours.exposure.exposed == theirs.exposure.exposed
    assert (
        0 < ours.exposure.exposed < ours.exposure.low_privileged == theirs.exposure.low_privileged
    )
    assert (ours.plan.cost, ours.plan.exposed_after) == (theirs.plan.cost, 0)


@pytest.mark.parametrize("source", FORMATS)
def test_every_planted_weakness_is_named_by_its_control(
    reports: dict[str, Report], source: str
) -> None:
    controls = {control.id: control for control in reports[source].controls}
    for name, weakness in planted().items():
        if weakness.control:
            control = controls[weakness.control]
            named = {ref.id for ref in control.objects}
            assert control.outcome is Outcome.FAILED, name
            assert named.issuperset(weakness.objects), name


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(tmp_path: Path) -> None:
    files = [
        generate(tmp_path / str(i), 150, seed, ("ldif",))["ldif"].read_bytes()
        for i, seed in enumerate((3, 3, 4))
    ]
    assert files[0] == files[1] != files[2]
