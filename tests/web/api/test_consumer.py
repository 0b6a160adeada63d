"""A program of a regional support team uses the API over HTTP, with nothing but the standard library."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from tools.sample_directories import made

from rempart.web.core import jobs
from rempart.web.core.models import Job
from support.parts import LOOPBACK
from web.api.conftest import a_token

pytestmark = [
    pytest.mark.slow,
    pytest.mark.allow_hosts(LOOPBACK),
    pytest.mark.django_db(transaction=True),
]


class Script:
    """What such a program is: an address, a token, and a few calls."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self.headers = address, {"Authorization": f"Bearer {token}"}

    def call(self, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        """One call; a body makes it a POST."""
        request = Request(f"{self.address}/api/v1/{path}", body, self.headers)  # noqa: S310
        if body is not None:
            request.add_header("Content-Type", kind)
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def deposit(self, finess: str, name: str, content: bytes) -> dict[str, Any]:
        """A file, sent as a form sends it."""
        mark = "une-limite"
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return dict(self.call(f"establishments/{finess}/audits", body, kind))

    def wait(self, job: int) -> dict[str, Any]:
        """Ask until the job has ended."""
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            found = dict(self.call(f"jobs/{job}"))
            if found["ended_at"]:
                return found
            time.sleep(0.2)
        raise TimeoutError(job)


@pytest.fixture
def working() -> Iterator[None]:
    """Somebody who does the jobs, beside the server."""
    stopped = threading.Event()

    def work() -> None:
        while not stopped.wait(0.1):
            for job in Job.objects.filter(state=Job.State.WAITING).values_list("pk", flat=True):
                jobs.perform(job)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stopped.set()
    thread.join(30)


def test_a_script_deposits_waits_reads_the_level_and_closes_an_action(
    cast: Any, live_server: Any, working: None
) -> None:
    script = Script(live_server.url, a_token(cast.alice))
    found = script.call("establishments?search=genets")["items"][0]
    deposited = script.deposit(found["finess"], "collecte.zip", made("genets.test", users=20))
    assert script.wait(deposited["job"])["state"] == "done"
    assert script.call(f"audits/{deposited['audit']}")["level"] == 1
    plan = script.call("actions?state=proposed")["items"]
    event = json.dumps({"event": "close", "proof": "Droits retirés."}).encode()
    closed = script.call(f"actions/{plan[0]['id']}/events", event)
    assert (closed["state"], len(plan) > 4) == ("closed", True)
    mended = script.deposit(found["finess"], "b.zip", made("genets.test", users=20, mended=5))
    script.wait(mended["job"])
    assert script.call(f"audits/{mended['audit']}")["level"] == 3
    gone = script.call("findings?is_mended=true")["items"]
    assert "vuln_delegation_t2a4d" in {finding["key"] for finding in gone}
