"""`rempart audit exposure` as a person runs it: consent first, real servers, stops, replays, exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from rempart.cli import exposure_sweep
from rempart.engines.exposure.perimeter import parse_perimeter, read_perimeter
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import read_snapshot, write_snapshot
from rempart.kernel.errors import RempartError
from support.parts import LOOPBACK
from support.sweep_sites import SITES, TARPIT, WEB, Trap, nginx, perimeter_text

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(LOOPBACK)]

ROOT = Path(__file__).parents[2]
ASSETS = f"  - {{kind: address, value: {WEB}}}\n"
AT = 1_795_348_800.0  # Sunday 22 November 2026, noon UTC
START = "from rempart.cli.main import main; main()"
# An audit hook sees every socket that the process opens or resolves, whatever the library.
NO_SOCKET = """
import sys
def refuse(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        raise RuntimeError(event)
sys.addaudithook(refuse)
"""


def command(*arguments: str | Path, before: str = "") -> list[str]:
    return [sys.executable, "-W", "ignore", "-c", before + START, *map(str, arguments)]


def rempart(*arguments: str | Path, before: str = "") -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        command(*arguments, before=before), capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "120"}, check=False, timeout=120,
    )  # fmt: skip
    ran.stdout = ran.stdout.replace("\xa0", " ").replace("\u202f", " ")
    return ran


@pytest.fixture(scope="module")
def perimeter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("perimetre") / "perimetre.yaml"
    path.write_text(perimeter_text(ASSETS), "utf-8")
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with nginx(tmp_path_factory.mktemp("nginx"), SITES):
        yield


Swept = tuple[Path, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def swept(perimeter: Path, site: None, tmp_path_factory: pytest.TempPathFactory) -> Swept:
    folder = tmp_path_factory.mktemp("rapport")
    return folder, rempart("audit", "exposure", perimeter, "--output", folder)


@pytest.mark.needs("nginx")
def test_a_real_site_gives_a_grade_five_outputs_and_the_sweep(swept: Swept) -> None:
    folder, ran = swept
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "CH d’Exemple : exposition notée" in ran.stdout
    assert {p.name for p in folder.iterdir()} == {
        "report.html", "report.pdf", "findings.xlsx", "findings.csv", "report.json",
        "sweep.rempart-exposure",
    }  # fmt: skip
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert f"{WEB}:8443" in {line["target"] for line in report["endpoints"]}
    assert "C. Martin, directrice, du 01/01/2026 au 31/12/2099" in report["consent"]


@pytest.mark.needs("nginx")
def test_a_sweep_is_judged_again_without_any_network_and_says_the_same(
    swept: Swept, perimeter: Path, tmp_path: Path
) -> None:
    kept = swept[0] / "sweep.rempart-exposure"
    ran = rempart(
        "audit", "exposure", perimeter, "--snapshot", kept, "--output", tmp_path, before=NO_SOCKET
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    for name in ("report.html", "report.json", "findings.csv"):
        assert (tmp_path / name).read_bytes() == (swept[0] / name).read_bytes(), name


@pytest.mark.needs("nginx")
def test_a_sweep_that_is_cut_is_refused_and_writes_nothing(
    swept: Swept, perimeter: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "coupe.rempart-exposure"
    cut.write_bytes((swept[0] / "sweep.rempart-exposure").read_bytes()[:-40])
    ran = rempart("audit", "exposure", perimeter, "--snapshot", cut, "--output", tmp_path / "r")
    assert (ran.returncode, "le fichier est coupé" in ran.stderr) == (2, True)
    assert not (tmp_path / "r").exists()


@pytest.mark.needs("nginx")
def test_a_threshold_turns_a_grade_into_exit_code_1(
    swept: Swept, perimeter: Path, tmp_path: Path
) -> None:
    kept = swept[0] / "sweep.rempart-exposure"
    base = ("audit", "exposure", perimeter, "--snapshot", kept, "--format", "json", "--quiet")
    ran = rempart(*base, "--output", tmp_path, "--threshold", "A")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert rempart(*base, "--output", tmp_path, "--threshold", "E").returncode == 0


def test_a_sweep_that_measured_nothing_reaches_no_threshold(
    perimeter: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "vide.rempart-exposure"
    write_snapshot(
        Snapshot(perimeter="CH d’Exemple", started_at=AT, ended_at=AT, tool_version="1", seen=[]),
        kept,
    )
    ran = rempart(
        "audit", "exposure", perimeter, "--snapshot", kept, "--output", tmp_path / "r",
        "--format", "json", "--threshold", "E",
    )  # fmt: skip
    assert (ran.returncode, "rien vu à évaluer" in ran.stdout) == (1, True)


@pytest.mark.needs("nginx")
def test_a_finding_is_looked_at_again_and_its_state_is_said_with_proof(
    swept: Swept, perimeter: Path, site: None, tmp_path: Path
) -> None:
    key = f"http_no_https|{WEB}:8080"
    proof = tmp_path / "preuve.json"
    ran = rempart("exposure", "retest", perimeter, swept[0], key, "--output", proof)
    assert (ran.returncode, "toujours là" in ran.stdout) == (1, True)
    told, kept = json.loads(proof.read_text("utf-8")), tmp_path / "preuve.rempart-exposure"
    assert (told["outcome"], told["snapshot_sha256"]) == ("still", read_snapshot(kept)[1])
    unknown = rempart("exposure", "retest", perimeter, swept[0], "tls_x|y:1")
    assert (unknown.returncode, "n’a pas de constat" in unknown.stderr) == (2, True)


@pytest.mark.needs("nginx")
def test_names_that_certificates_show_are_proposed_without_any_network(
    swept: Swept, perimeter: Path, tmp_path: Path
) -> None:
    kept, out = swept[0] / "sweep.rempart-exposure", tmp_path / "propositions.yaml"
    ran = rempart("exposure", "propose", perimeter, kept, "--output", out, before=NO_SOCKET)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "value: www.chu.example" in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("consent", "says"),
    [
        ("", "Personne n’a consenti"),
        ("consent: {by: a, function: b, on: 2020-01-01, until: 2025-12-31}\n", "a pris fin"),
        ("consent: {by: a, function: b, on: 2098-01-01, until: 2099-01-01}\n", "ne commence que"),
    ],
)
def test_no_option_stands_for_a_consent(tmp_path: Path, consent: str, says: str) -> None:
    path = tmp_path / "perimetre.yaml"
    path.write_text(f"name: CH\n{consent}assets:\n{ASSETS}", "utf-8")
    day = "2025-06-01" if "2025" in consent else "2098-06-01"
    options = ("--today", day, "--processes", "2", "--resume", "--quiet")
    ran = rempart("audit", "exposure", path, "--output", tmp_path / "r", *options, before=NO_SOCKET)
    assert (ran.returncode, says in ran.stderr, "Traceback" in ran.stderr) == (2, True, False)
    dry = rempart("audit", "exposure", path, "--dry-run", before=NO_SOCKET)
    assert (dry.returncode, says in dry.stderr) == (2, True)
    assert not (tmp_path / "r").exists()


def test_a_dry_run_says_what_would_be_touched_and_opens_no_socket(perimeter: Path) -> None:
    ran = rempart("audit", "exposure", perimeter, "--dry-run", before=NO_SOCKET)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert WEB in ran.stdout and "Rien n’a été touché" in ran.stdout


def test_a_dry_run_counts_as_people_do_and_tells_what_is_a_guess(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "perimetre.yaml"
    domain = "  - {kind: domain, value: chu.example, subdomains: true}\n"
    path.write_text(perimeter_text(domain + "  - {kind: range, value: 127.0.0.0/28}\n"), "utf-8")
    exposure_sweep.shown_plan(read_perimeter(path), Console(width=2000, highlight=False))
    said = capsys.readouterr().out
    assert "127.0.0.2, 127.0.0.3" in said and "127.0.0.9, 127.0.0.10, 127.0.0.11" in said
    assert "1 nom : chu.example\n" in said and "23 noms usuels à essayer : " in said


def test_a_dry_run_tells_what_is_excluded_followed_and_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "perimetre.yaml"
    more = "excluded: [127.0.0.3, secret.chu.example]\nhours: {forbidden: [{from: '03:00', to: '03:01', days: [mon, sun]}]}\n"
    assets = (
        "  - {kind: range, value: 127.0.0.0/29}\n"
        "  - {kind: domain, value: chu.example, addresses: follow}\n"
        + "".join(f"  - {{kind: host, value: h{k}.chu.example}}\n" for k in range(60))
    )
    path.write_text(perimeter_text(assets, more), "utf-8")
    monday = 1795435200.0
    perimeter = read_perimeter(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exposure_sweep, "wall_clock", lambda: monday)
        exposure_sweep.shown_plan(perimeter, Console(width=4000, highlight=False))
    said = capsys.readouterr().out.replace("\u00a0", " ")
    assert "7 adresses écrites : " in said and "Adresses des plages" not in said
    assert "Exclus, jamais touchés : 127.0.0.3, secret.chu.example" in said
    assert "interdit de 03:00 à 03:01 (lundi, dimanche) ; fuseau Europe/Paris" in said
    assert "les adresses où mènent chu.example (addresses: follow)" in said
    assert "h59.chu.example" in said and "de plus" not in said


def test_hours_that_close_are_said_and_nothing_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "perimetre.yaml"
    never = "hours: {timezone: UTC, allowed: [{from: '00:00', to: '00:01', days: [%s]}]}\n"
    other = "mon" if time.gmtime().tm_wday >= 3 else "fri"
    path.write_text(perimeter_text(ASSETS, never % other), "utf-8")
    ran = rempart("audit", "exposure", path, "--output", tmp_path / "r", before=NO_SOCKET)
    assert (ran.returncode, "Les heures du périmètre" in ran.stderr) == (2, True)
    assert "Recommencez à partir du" in ran.stderr


def test_a_clock_that_is_wrong_refuses_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    perimeter = parse_perimeter(perimeter_text(ASSETS))
    monkeypatch.setattr(exposure_sweep, "wall_clock", lambda: 1e9)
    with pytest.raises(RempartError, match="horloge"):
        exposure_sweep.consented(perimeter)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("way", ["file", "signal"])
def test_the_kill_switch_stops_in_the_middle_and_keeps_what_was_seen(
    tmp_path: Path, way: str
) -> None:
    path, folder = tmp_path / "perimetre.yaml", tmp_path / "r"
    path.write_text(perimeter_text(f"  - {{kind: address, value: {TARPIT}}}\n"), "utf-8")
    with Trap(TARPIT, 8443, 8080, 4443, 9443) as trap:
        process = subprocess.Popen(
            command("audit", "exposure", path, "--output", folder, "--format", "json"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        wait_for(lambda: trap.count >= 6)  # ports are tried, services are asked
        began = time.monotonic()
        if way == "file":
            (folder / "ARRET").touch()
        else:
            process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert time.monotonic() - began < 5
    assert (process.returncode, "Balayage incomplet : Arrêt demandé." in said) == (2, True)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["findings"] == []
    assert any("Arrêt demandé." in gap["reason"] for gap in report["gaps"])
    assert (folder / "sweep.journal").exists()
    assert (folder / "ARRET").exists() is (way == "file")
    assert report["pieces_stopped"] > 0
    (folder / "ARRET").unlink(missing_ok=True)
    (folder / "findings.csv").write_text("à moi", "utf-8")
    again = ("audit", "exposure", path, "--output", folder, "--resume", "--format", "html")
    assert rempart(*again).returncode == 0
    assert json.loads((folder / "report.json").read_text("utf-8"))["pieces_stopped"] == 0
    assert (folder / "findings.csv").read_text("utf-8") == "à moi"


def test_a_stop_file_that_is_there_refuses_to_begin(perimeter: Path, tmp_path: Path) -> None:
    (tmp_path / "ARRET").touch()
    ran = rempart("audit", "exposure", perimeter, "--output", tmp_path, before=NO_SOCKET)
    assert (ran.returncode, "Le fichier d’arrêt est là" in ran.stderr) == (2, True)


def test_a_report_that_cannot_be_written_says_where_the_sweep_is_kept(
    perimeter: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "r"
    (folder / "report.json").mkdir(parents=True)
    ran = rempart("audit", "exposure", perimeter, "--output", folder, "--format", "json")
    kept = folder / "sweep.rempart-exposure"
    assert (ran.returncode, "Traceback" in ran.stderr, kept.exists()) == (2, False, True)
    assert f"--snapshot {kept}" in ran.stderr.replace("\n", " ").replace("  ", " ")
    again = rempart("audit", "exposure", perimeter, "--output", folder, "--resume")
    assert again.returncode == 2 and "rien à reprendre" in again.stderr


def test_a_bad_file_beside_costs_no_sweep(perimeter: Path, tmp_path: Path) -> None:
    bad = tmp_path / "import.xml"
    bad.write_text("<autre/>", "utf-8")
    for options in (
        ["--import", bad],
        ["--feeds", tmp_path / "absent"],
        ["--cluster", "nulle part"],
    ):
        ran = rempart("audit", "exposure", perimeter, "--output", tmp_path / "r", *options)
        assert (ran.returncode, "Traceback" in ran.stderr) == (2, False), options
        assert not (tmp_path / "r" / "report.json").exists()


def test_what_was_read_of_other_tools_is_said_and_kept_in_the_report(
    perimeter: Path, tmp_path: Path
) -> None:
    samples, kept = ROOT / "tests" / "data" / "exposure" / "imports", tmp_path / "vide"
    empty = Snapshot(
        perimeter="CH d’Exemple", started_at=AT, ended_at=AT, tool_version="1", seen=[]
    )
    write_snapshot(empty, kept)
    given = ("--import", samples / "nmap.xml", "--import", samples / "state.csv")
    ran = rempart(
        "audit", "exposure", perimeter, "--snapshot", kept, "--output", tmp_path / "r",
        "--format", "json", *given, "--mapping", samples / "state.yaml",
    )  # fmt: skip
    notes = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))["notes"]
    told = [note.replace("\xa0", " ").replace("\u202f", " ") for note in notes if "« " in note]
    assert ran.returncode == 0
    assert told[0].startswith("« nmap.xml » (nmap) : ")
    assert told[1].endswith("Laissés de côté : 1 sans adresse, nom ou port lisible.")
    assert all(note in ran.stdout for note in told)
    apart = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))["outside"]
    assert f"hors du périmètre : {len(apart)}" in ran.stdout
    assert apart[0]["host"] in ran.stdout


def test_the_words_of_the_command_are_french(perimeter: Path) -> None:
    assert "exposure" in rempart("audit", "--help").stdout
    assert "PÉRIMÈTRE" in rempart("audit", "exposure", "--help").stdout
    ran = rempart("audit", "exposure", perimeter)
    assert (ran.returncode, "Il manque --output" in ran.stderr) == (2, True)


def wait_for(condition: object) -> None:
    for _ in range(400):
        if callable(condition) and condition():
            return
        time.sleep(0.05)
    raise TimeoutError
