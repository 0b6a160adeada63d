"""From a running domain controller to a plan: what was planted is found, and what was mended is level again."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart.content.catalogue import directory_catalogue
from rempart.engines.directory.collect.collection_file import CollectionWriter
from rempart.engines.directory.collect.collector import collect
from rempart.engines.directory.collect.target import Protection, Target
from rempart.engines.directory.reading import read
from rempart.engines.directory.report import ControlResult, Report
from rempart.engines.directory.run import audit
from rempart.kernel.outcome import Outcome
from rempart.kernel.progress import Silent
from support.samba import Controller

pytestmark = pytest.mark.needs("samba")

PLANTED = {
    "vuln_adcs_template_auth_enroll_with_name": "SOIGNANT",
    "vuln_dc_crypto": "DC1",
    "vuln_delegation_sourcedeleg": "DC1",
    "vuln_delegation_t2a4d": "SRV02",
    "vuln_dnsadmins": "ASSISTANCE",
    "vuln_dont_expire_priv": "ADM_ALICE",
    "vuln_dsheuristics_bad": "DIRECTORY SERVICE",
    "vuln_kerberos_properties_deskey": "SOIN01",
    "vuln_kerberos_properties_encryption": "SVC_SQL",
    "vuln_kerberos_properties_preauth": "SOIN01",
    "vuln_krbtgt": "KRBTGT",
    "vuln_password_change_priv": "ADM_ALICE",
    "vuln_permissions_adminsdholder": "ADMINSDHOLDER",
    "vuln_permissions_naming_context": "CHU",
    "vuln_privileged_members_perm": "ADM_ALICE",
    "vuln_protected_users": "ADM_ALICE",
    "vuln_sidhistory_dangerous": "SOIN03",
    "vuln_sidhistory_present": "SOIN03",
    "vuln_spn_priv": "SVC_SQL",
    "vuln_trusts_domain_notfiltered": "PARTENAIRE",
    "vuln_user_accounts_machineaccountquota": "CHU",
}
"""Control → an object that it must name, as `samba_seed` planted it."""

BEYOND_SAMBA = {
    "vuln_functional_level",
    "vuln_silo_priv",
    "vuln_smartcard_expire_passwords",
}
"""What this version of Samba cannot mend: it stops at the functional level of Windows Server 2008 R2."""


@dataclass(frozen=True)
class Audited:
    """A report, and what it says fails."""

    report: Report

    @property
    def failing(self) -> dict[str, ControlResult]:
        controls = (c for c in self.report.controls if c.kind == "control")
        return {c.id: c for c in controls if c.outcome is Outcome.FAILED}


def audited(controller: Controller, folder: Path, *more: Path) -> Audited:
    """Collect as an ordinary account, and audit, with what was copied beside."""
    target = Target(
        host=controller.host,
        port=636,
        protection=Protection.LDAPS,
        user=controller.plain_user,
        password=controller.password,
        ca_file=controller.ca_file,
        timeout=30,
        sysvol=False,
    )
    now = int(time.time())
    path = folder / "chu.rempart-dir"
    with CollectionWriter(path) as writer:
        collect(target, now=now, observer=Silent(), sink=writer)
        writer.finish(now)
    report = audit(
        read([path, *more], Silent()),
        catalogue=directory_catalogue(),
        today=datetime.fromtimestamp(now, UTC).date(),
        tool_version="test",
    )
    return Audited(report)


@pytest.fixture(scope="module")
def weak(weak_controller: Controller, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return audited(weak_controller, tmp_path_factory.mktemp("weak"))


@pytest.fixture(scope="module")
def mended(mended_controller: Controller, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return audited(mended_controller, tmp_path_factory.mktemp("mended"))


@pytest.mark.parametrize(("control", "named"), PLANTED.items())
def test_what_was_planted_is_found(weak: Audited, control: str, named: str) -> None:
    assert control in weak.failing
    assert any(named in thing.name.upper() for thing in weak.failing[control].objects)


def test_a_mended_directory_fails_only_where_samba_cannot_follow(mended: Audited) -> None:
    assert set(mended.failing) <= BEYOND_SAMBA


def test_a_mended_directory_gets_its_level_back(weak: Audited, mended: Audited) -> None:
    assert weak.report.level.value == 1
    assert mended.report.level.value == 3


def test_the_plan_cuts_every_planted_path_and_is_proven(weak: Audited) -> None:
    plan = weak.report.plan
    assert weak.report.exposure.exposed > 0
    assert plan.exposed_after == 0
    assert plan.cost == pytest.approx(plan.bound)
    titles = " ".join(action.title for action in plan.actions)
    for name in ("G_TOUT_LE_MONDE", "ASSISTANCE", "SVC_ANNUAIRE", "SVC_SYNCHRO", "SOIN03"):
        assert name in titles


def test_a_mended_directory_has_no_path_left(mended: Audited) -> None:
    assert mended.report.exposure.exposed == 0
    assert not mended.report.plan.actions


@pytest.mark.parametrize(
    ("state", "outcome"), [("weak", Outcome.FAILED), ("mended", Outcome.PASSED)]
)
def test_a_copy_of_its_sysvol_completes_the_collection(
    state: str,
    outcome: Outcome,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    controller: Controller = request.getfixturevalue(f"{state}_controller")
    report = audited(controller, tmp_path, controller.sysvol).report
    found = {c.id: c.outcome for c in report.unscored}
    assert found["extra_gpp_password"] is outcome
    assert found["extra_ldap_signing"] is outcome


def test_what_an_ordinary_account_cannot_see_is_not_measured(weak: Audited) -> None:
    hidden = next(c for c in weak.report.controls if c.id == "vuln_privileged_members_password")
    assert (hidden.outcome, "PSO" in hidden.reason) == (Outcome.NOT_MEASURED, True)
