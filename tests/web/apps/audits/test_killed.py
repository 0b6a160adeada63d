"""A worker killed by the system in the middle of an analysis."""

from pathlib import Path

import pytest

from support.installation import Installation, wait_for
from support.parts import LOOPBACK

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(LOOPBACK)]

SAMPLE = Path(__file__).parents[4] / "samples" / "chu-exemple.zip"
DEPOSIT = f"""
from pathlib import Path
from django.core.files.uploadedfile import SimpleUploadedFile
from rempart.web.apps.accounts.models import User
from rempart.web.apps.audits import actions
from rempart.web.apps.establishments.models import Establishment
home = Establishment.objects.create(finess="350000019", name="EHPAD Les Genêts")
alice = User.objects.create_user("alice@exemple.test")
file = SimpleUploadedFile("collecte.zip", Path({str(SAMPLE)!r}).read_bytes())
said = actions.deposit(establishment=home, files=[file], is_kept=False, by=alice).audit.pk
"""


def test_an_analysis_killed_in_the_middle_ends_once_and_leaves_no_collection(
    tmp_path: Path,
) -> None:
    site = Installation(tmp_path / "data")
    site.folder.mkdir()
    assert site.rempart("migrate").returncode == 0
    site.python(DEPOSIT)
    held = site.folder / "transient"
    with site.running("worker") as first:
        wait_for(lambda: site.rows("SELECT 1 FROM core_job WHERE state = 'running'"))
        first.kill()
        first.wait()
    assert site.rows("SELECT state FROM audits_audit") == [("waiting",)]
    assert len(list(held.iterdir())) == 1
    with site.running("worker"):
        wait_for(lambda: site.rows("SELECT 1 FROM core_job WHERE state = 'done'"))
    assert site.rows("SELECT state, level, transient FROM audits_audit") == [("done", 1, "")]
    assert site.rows("SELECT count(*) FROM remediation_measure") == [(1,)]
    assert list(held.iterdir()) == []
