"""Known holes from end to end: built, signed, installed, used by an audit; and each way in which that may go wrong."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rempart.engines.exposure.feeds.store import INSTALLED, TRUST
from rempart.engines.exposure.perimeter import parse_perimeter
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.services import Product, ServiceSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import write_snapshot
from support.feeds import SAMPLES
from support.sweep_sites import perimeter_text

pytestmark = pytest.mark.slow

START = "from rempart.cli.main import main; main()"
ASSETS = "  - {kind: address, value: 192.0.2.9}\n"
DATED = ["--as-of", "libraries=2026-02-01", "--as-of", "takeovers=2026-02-02"]
# Stops where the new bundle is written and not yet in its place, says so, and waits for a line.
HALF_WAY = """
import os, sys
real = os.fsync
def held(descriptor):
    real(descriptor)
    print("half", flush=True)
    sys.stdin.readline()
os.fsync = held
"""
# The disk takes no file of more than a thousand bytes.
FULL = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"


def command(*arguments: object, before: str = "") -> list[str]:
    return [sys.executable, "-W", "ignore", "-c", before + START, *map(str, arguments)]


def rempart(*arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
    # Coverage would write what it measured on the full disk too, and end in a traceback of its own.
    given = {k: v for k, v in os.environ.items() if before != FULL or not k.startswith("COVERAGE_")}
    return subprocess.run(
        command(*arguments, before=before), capture_output=True, text=True, encoding="utf-8",
        env={**given, "PYTHONUTF8": "1", "COLUMNS": "200"}, check=False, timeout=120,
    )  # fmt: skip


class Place:
    """A folder of bundles, a key, and the commands between them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.feeds = folder, folder / "feeds"
        self.key("key")

    def key(self, name: str) -> None:
        assert rempart("feeds", "key", self.folder / name).returncode == 0

    def built(self, day: str, key: str = "key") -> Path:
        """A bundle of the samples made on this day, by the command."""
        file = self.folder / f"{day}-{key}.rempart-feeds"
        told = ["--output", file, "--key", self.folder / key, "--today", day, *DATED]
        ran = rempart("feeds", "build", SAMPLES, *told)
        assert (ran.returncode, "Lot écrit" in ran.stdout) == (0, True), ran.stderr
        return file

    def imported(
        self, file: Path, *, key: str = "key", today: str = "2026-03-20", before: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return rempart(*self.arguments(file, key, today), before=before)

    def arguments(self, file: Path, key: str = "key", today: str = "2026-03-20") -> list[object]:
        trust = ["--trust", self.folder / f"{key}.pub"] if key else []
        return ["feeds", "import", file, *trust, "--feeds", self.feeds, "--today", today]

    @property
    def in_service(self) -> str:
        """The day of the bundle that an audit would use, as the command says it."""
        ran = rempart("feeds", "show", "--feeds", self.feeds, "--today", "2026-03-20")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.split(",")[0].removeprefix("Fait le ")

    @property
    def left(self) -> list[str]:
        return sorted(p.name for p in self.feeds.iterdir() if not p.name.startswith(".lock"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """With the bundle of 10 March in service."""
    made = Place(tmp_path)
    assert made.imported(made.built("2026-03-10")).returncode == 0
    return made


def refused(ran: subprocess.CompletedProcess[str]) -> str:
    """What a refused command says: code 2, nothing on the standard output, no traceback."""
    assert (ran.returncode, ran.stdout) == (2, ""), ran
    assert "Traceback" not in ran.stderr
    return ran.stderr


def report_of(place: Place, *options: object) -> dict[str, Any]:
    """An audit of a sweep that saw an old product, with what is installed."""
    perimeter, folder = place.folder / "perimetre.yaml", place.folder / "rapport"
    perimeter.write_text(perimeter_text(ASSETS), "utf-8")
    at = datetime(2026, 3, 12, 12, tzinfo=UTC).timestamp()
    product = Product(
        id="fortigate", name="FortiGate", version="7.0.5", cpe="cpe:2.3:o:fortinet:fortios"
    )
    seen = ServiceSeen(
        reach=Reach.ANSWERED, endpoint=Endpoint("192.0.2.9", 443), service="https", products=[product], at=at
    )  # fmt: skip
    name = parse_perimeter(perimeter_text(ASSETS)).name
    swept = Snapshot(perimeter=name, started_at=at, ended_at=at, tool_version="1", seen=[seen])
    kept = folder.with_suffix(".snapshot")
    write_snapshot(swept, kept)
    told = ["--snapshot", kept, "--output", folder, "--format", "json", *options]
    ran = rempart("audit", "exposure", perimeter, *told)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads((folder / "report.json").read_bytes())
    return found


def holes(report: dict[str, Any]) -> dict[str, list[str]]:
    return {f["check"]: f["cves"] for f in report["findings"] if f["check"].startswith("hole_")}


def test_what_is_built_is_installed_and_used_by_an_audit(place: Place) -> None:
    assert place.in_service == "10/03/2026"
    report = report_of(place, "--feeds", place.feeds)
    assert holes(report) == {"hole_end_of_life": [], "hole_known_exploited": ["CVE-2099-0001"]}
    assert {f["data_as_of"] for f in report["findings"]} == {"2026-02-27", "2026-02-28"}


def test_an_audit_uses_the_file_of_a_bundle_that_is_not_installed(place: Place) -> None:
    file = place.built("2026-03-11")
    used = report_of(place, "--feeds", file, "--trust", place.folder / "key.pub")
    assert "hole_known_exploited" in holes(used)


def test_without_a_bundle_an_audit_says_that_holes_are_not_judged(place: Place) -> None:
    ran = rempart("feeds", "show", "--feeds", place.folder / "absent")
    assert "rempart feeds import" in refused(ran)


def test_an_older_bundle_does_not_come_back(place: Place) -> None:
    old = place.built("2026-03-05")
    assert "plus ancien que celui déjà installé (2026-03-10)" in refused(place.imported(old))
    assert place.in_service == "10/03/2026"


def test_nor_does_it_when_the_clock_is_late(place: Place) -> None:
    old = place.built("2026-03-05")
    found = refused(place.imported(old, today="2026-03-06"))
    assert "plus ancien" in found
    assert place.in_service == "10/03/2026"


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "son empreinte ne correspond pas"),
        (lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:], "Erreur : "),
        (lambda data: data[: len(data) // 2], "incomplet"),
        (lambda data: data[:10], "n’est pas un lot"),
        (lambda data: b"", "n’est pas un lot"),
    ],
    ids=["payload", "header", "half", "beginning", "empty"],
)
def test_a_bundle_that_was_altered_or_cut_is_refused(place: Place, harm: object, says: str) -> None:
    assert callable(harm)
    file = place.folder / "harmed.rempart-feeds"
    file.write_bytes(harm(place.built("2026-03-15").read_bytes()))
    assert says in refused(place.imported(file))
    assert place.in_service == "10/03/2026"


def test_a_bundle_of_another_author_is_refused(place: Place) -> None:
    place.key("other")
    file = place.built("2026-03-15", "other")
    assert "n’est pas de confiance ici" in refused(place.imported(file))
    assert place.in_service == "10/03/2026"


def test_another_author_takes_over_once_his_key_is_given(place: Place) -> None:
    place.key("other")
    assert place.imported(place.built("2026-03-15", "other"), key="other").returncode == 0
    assert place.in_service == "15/03/2026"
    assert "n’est pas de confiance" in refused(place.imported(place.built("2026-03-16"), key=""))


def test_a_clock_that_is_late_refuses_what_is_newer_and_keeps_what_is_there(place: Place) -> None:
    found = refused(place.imported(place.built("2026-03-15"), today="2026-03-01"))
    assert "l’horloge d’ici, ou celle de l’auteur" in found
    assert place.in_service == "10/03/2026"


def test_a_disk_that_is_full_keeps_what_is_there(place: Place) -> None:
    file = place.built("2026-03-15")
    found = refused(place.imported(file, key="", before=FULL))
    assert "n’a pas pu être écrit" in found and "Rien n’a été installé" in found
    assert (place.in_service, place.left) == ("10/03/2026", [INSTALLED, TRUST])


def test_one_installation_at_a_time_and_one_that_is_killed_changes_nothing(place: Place) -> None:
    new, newer = place.built("2026-03-15"), place.built("2026-03-16")
    with subprocess.Popen(
        command(*place.arguments(new, ""), before=HALF_WAY), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:  # fmt: skip
        assert first.stdout is not None and first.stdout.readline() == b"half\n"
        assert "Un autre lot est en train d’être installé" in refused(place.imported(newer))
        assert place.in_service == "10/03/2026"
        first.kill()
    assert place.in_service == "10/03/2026"
    assert place.imported(newer).returncode == 0
    assert (place.in_service, place.left) == ("16/03/2026", [INSTALLED, TRUST])


def test_killed_between_the_keys_and_the_bundle_what_is_there_can_be_verified(place: Place) -> None:
    place.key("other")
    new = place.built("2026-03-15", "other")
    for writes in (1, 2, 3):
        with subprocess.Popen(
            command(*place.arguments(new, "other"), before=HALF_WAY), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as cut:  # fmt: skip
            assert cut.stdin is not None and cut.stdout is not None
            for _ in range(writes - 1):
                assert cut.stdout.readline() == b"half\n"
                cut.stdin.write(b"\n")
                cut.stdin.flush()
            assert cut.stdout.readline() == b"half\n"
            cut.kill()
        assert place.in_service == ("10/03/2026" if writes < 3 else "15/03/2026")


def test_a_build_that_finds_no_room_leaves_the_bundle_of_the_day_before(place: Place) -> None:
    file = place.built("2026-03-15")
    before = file.read_bytes()
    told = ["--output", file, "--key", place.folder / "key", "--today", "2026-03-16", *DATED]
    found = refused(rempart("feeds", "build", SAMPLES, *told, before=FULL))
    assert "n’a pas pu être écrit" in found
    assert file.read_bytes() == before
    assert not list(place.folder.glob("*.part"))


def test_an_audit_under_a_late_clock_says_so_before_it_begins(place: Place) -> None:
    tomorrow = (datetime.fromtimestamp(time.time(), UTC).date() + timedelta(days=3)).isoformat()
    file = place.built(tomorrow)
    assert place.imported(file, today=tomorrow).returncode == 0
    perimeter = place.folder / "perimetre.yaml"
    perimeter.write_text(perimeter_text(ASSETS), "utf-8")
    told = ["--output", place.folder / "rapport", "--feeds", place.feeds]
    assert "l’horloge d’ici" in refused(rempart("audit", "exposure", perimeter, *told))
    assert not (place.folder / "rapport").exists()
