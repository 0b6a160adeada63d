"""The database restarted under load: no job is lost, none is done twice."""

import pytest

from support.installation import LIGHT, Installation, wait_for
from support.parts import LOOPBACK
from support.postgres import restart, server

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(LOOPBACK), pytest.mark.needs("postgresql")]

ASK = (
    "from support.light.jobs import slow\n"
    "said = [jobs.enqueue(slow, seconds=0.2).pk for _ in range(15)]"
)


def test_a_database_that_restarts_under_load_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("restart")
    with server() as address:
        site = Installation(folder, address, LIGHT)
        assert site.rempart("migrate").returncode == 0
        site.python(ASK)
        with site.running("worker"), site.running("worker"):
            wait_for(lambda: done(site) >= 3)
            restart(address)
            wait_for(lambda: done(site) == 15, 120)
        acts = [act for (act,) in site.rows("SELECT act FROM core_journalentry")]
        assert (acts.count("begun"), acts.count("ended")) == (15, 15)
        assert site.rempart("journal", "verify").returncode == 0


def done(site: Installation) -> int:
    [(count,)] = site.rows("SELECT count(*) FROM core_job WHERE state = 'done'")
    return int(count)
