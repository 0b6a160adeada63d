"""What the checks on accounts share, on collections that tell only a part."""

import numpy as np
import pytest

from rempart.engines.directory.checks.common import (
    accounts,
    collected_domains,
    days_text,
    domains,
    in_collection,
    judged,
    last_password_change,
    privileged,
    support,
)
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import NEVER, UNKNOWN, Directory, Kind
from rempart.engines.directory.registry import Context, Hit, NotMeasured, Unmeasured
from support.directories import DAY, OTHER_SID, TODAY, Small


def context(directory: Directory) -> Context:
    return Context(directory, Groups(directory), TODAY, {1: {"days": 45}})


def test_an_account_of_a_domain_named_in_passing_is_not_judged() -> None:
    small = Small()
    here = small.account(1001)
    there = small.builder.row(f"{OTHER_SID}-1001")
    small.domain(OTHER_SID, "AUTRE.TEST")
    small.builder.describe(there, Kind.USER, name="X@AUTRE.TEST")
    directory = small.build()
    assert in_collection(directory)[here]
    assert not in_collection(directory)[there]


@pytest.mark.parametrize(
    "known",
    [{"password_set": 5}, {"created": 5}, {"primary_group_rid": 513}, {"uac": 512}],
    ids=str,
)
def test_one_value_read_makes_a_domain_collected(known: dict[str, int]) -> None:
    small = Small()
    small.account(1001, **{"uac": None, **known})
    directory = small.build()
    assert collected_domains(directory) == [directory.index["S-1-5-21-1-2-3"]]


def test_a_group_alone_does_not_make_a_domain_collected() -> None:
    small = Small()
    small.group(512)
    with pytest.raises(NotMeasured):
        collected_domains(small.build())


def test_accounts_read_without_their_domain_are_judged_all_the_same() -> None:
    small = Small(domain=False)
    row = small.account(1001)
    assert in_collection(small.build())[row]


def test_a_domain_only_named_by_an_account_is_not_a_domain_that_was_read() -> None:
    small = Small(domain=False)
    small.account(1001)
    with pytest.raises(NotMeasured, match="objet domaine"):
        domains(small.build())


def test_a_well_known_principal_is_no_account() -> None:
    small = Small()
    small.account(1001)
    system = small.builder.row("CHU.TEST-S-1-5-18")
    small.builder.describe(system, Kind.USER, name="LOCAL SYSTEM@CHU.TEST")
    assert not accounts(context(small.build()), Kind.USER)[system]


def test_a_directory_without_a_privileged_account_is_not_measured() -> None:
    small = Small()
    small.account(1001)
    with pytest.raises(NotMeasured, match="groupes privilégiés"):
        privileged(context(small.build()))


def test_a_password_never_set_counts_from_the_creation_of_the_account() -> None:
    small = Small()
    old = small.account(1001, password_set=NEVER, created=TODAY - 9 * DAY)
    unknown = small.account(1002, password_set=NEVER)
    instants = last_password_change(context(small.build()))
    assert instants[old] == TODAY - 9 * DAY
    assert instants[unknown] == UNKNOWN


def test_a_bad_value_counts_whatever_is_not_known_of_the_others() -> None:
    bad, known = np.array([True, True, False]), np.array([True, False, False])
    found = list(judged([0, 1, 2], bad, known, "mauvais", "la valeur"))
    assert found == [Hit(0, "mauvais")]


def test_no_bad_value_among_values_not_all_known_is_not_good() -> None:
    bad, known = np.array([True, False]), np.array([False, True])
    found = list(judged(np.array([True, True]), bad, known, "mauvais", "la valeur", 3))
    assert found == [Unmeasured("La collecte ne donne pas la valeur pour 1 objet sur 2.", 3)]


def test_a_system_is_told_apart_by_its_build() -> None:
    small = Small()
    row = small.account(1001, kind=Kind.COMPUTER)
    small.builder.attribute(row, "operatingsystem", ["Windows Server Standard"])
    small.builder.attribute(row, "operatingsystemversion", ["10.0 (18363)"])
    found = support(small.build(), row)
    assert found is not None
    assert found.label == "Windows Server 1909"


def test_a_system_without_its_version_is_not_guessed() -> None:
    small = Small()
    row = small.account(1001, kind=Kind.COMPUTER)
    small.builder.attribute(row, "operatingsystem", ["Windows 10 Pro"])
    assert support(small.build(), row) is None


@pytest.mark.parametrize(
    ("days", "text"), [(0, "0 jour"), (1, "1 jour"), (2, "2 jours"), (1500, "1\u202f500 jours")]
)
def test_a_number_of_days_is_written_in_french(days: int, text: str) -> None:
    assert days_text(days) == text
