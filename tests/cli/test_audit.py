"""`rempart audit directory` as a person runs it: a process, a console, exit codes, files."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import msgspec
import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "chu-exemple.zip"
SCHEMA = ROOT / "src/rempart/engines/directory/schemas/directory-report-1.json"


def rempart(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        [sys.executable, "-c", "from rempart.cli.main import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        check=False,
    )
    # Numbers and their units are joined by no-break spaces.
    ran.stdout = ran.stdout.replace("\xa0", " ").replace("\u202f", " ")
    return ran


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("rapport")
    return folder, rempart(
        "audit", "directory", SAMPLE, "--output", folder, "--today", "2026-11-21"
    )


def test_the_sample_gives_the_five_outputs_and_a_summary(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, ran = done
    assert (ran.returncode, ran.stderr) == (0, "")
    written = {p.name for p in folder.iterdir()}
    assert written == {"report.html", "report.pdf", "objects.xlsx", "actions.csv", "report.json"}
    assert "Niveau ANSSI" in ran.stdout and "Plan : 4 gestes" in ran.stdout


def test_the_json_follows_the_published_schema(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    report = json.loads((done[0] / "report.json").read_text("utf-8"))
    jsonschema.validate(report, json.loads(SCHEMA.read_text("utf-8")))
    assert set(report["level"]) >= {"value", "at_most", "points_not_measured"}
    assert len(report["controls"]) == 76
    assert set(report["controls"][0]) >= {"id", "levels", "outcome", "reason", "objects"}
    assert set(report["exposure"]) >= {"low_privileged", "exposed", "by_kind"}
    assert set(report["plan"]) >= {"actions", "cost", "bound", "exposed_after"}
    assert set(report["plan"]["actions"][0]) >= {"id", "title", "cost", "closes"}


def test_the_same_input_gives_the_same_files_to_the_byte(
    done: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    rempart("audit", "directory", SAMPLE, "--output", tmp_path, "--today", "2026-11-21", "--quiet")
    for name in ("report.html", "report.pdf", "objects.xlsx", "actions.csv", "report.json"):
        assert (tmp_path / name).read_bytes() == (done[0] / name).read_bytes(), name


def test_a_threshold_turns_findings_into_exit_code_1(tmp_path: Path) -> None:
    ran = rempart(
        "audit", "directory", SAMPLE, "--output", tmp_path, "--format", "json", "--threshold", "1"
    )
    assert ran.returncode == 1
    assert (tmp_path / "report.json").exists()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("rien.zip", b"PK\x03\x04 tronque", "zip"),
        ("notes.txt", "compte rendu de réunion".encode(), "pas une collecte"),
        ("vide.zip", b"", "vide"),
    ],
)
def test_what_is_not_a_collection_exits_with_2_and_writes_nothing(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    ran = rempart("audit", "directory", source, "--output", tmp_path / "rapport")
    assert ran.returncode == 2
    assert ran.stderr.startswith("Erreur : ")
    assert expected in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "rapport").exists()


def test_a_truncated_collection_leaves_the_report_of_before_as_it_was(tmp_path: Path) -> None:
    source, folder = tmp_path / "coupe.zip", tmp_path / "rapport"
    source.write_bytes(SAMPLE.read_bytes()[:-3000])
    folder.mkdir()
    (folder / "report.json").write_text("celui d’avant", "utf-8")
    assert rempart("audit", "directory", source, "--output", folder).returncode == 2
    assert [p.name for p in folder.iterdir()] == ["report.json"]
    assert (folder / "report.json").read_text("utf-8") == "celui d’avant"


def test_words_of_the_command_line_are_french(tmp_path: Path) -> None:
    assert "Usage :" in rempart("audit", "directory", "--help").stdout
    missing = rempart("audit", "directory", "--output", tmp_path)
    assert missing.returncode == 2
    assert "Il manque l’argument" in missing.stderr
    unknown = rempart("audit", "directory", SAMPLE, "--output", tmp_path, "--format", "docx")
    assert "format inconnu : docx" in unknown.stderr
    assert "Option inconnue" in rempart("audit", "directory", "--colour").stderr


def test_a_console_that_is_not_utf_8_is_no_obstacle(tmp_path: Path) -> None:
    ran = rempart(
        "audit", "directory", SAMPLE, "--output", tmp_path, "--format", "json",
        PYTHONUTF8="0", PYTHONIOENCODING="cp437", LC_ALL="C",
    )  # fmt: skip
    assert ran.returncode == 0
    assert "Traceback" not in ran.stderr


def test_names_are_hidden_with_a_key_that_stays_home(tmp_path: Path) -> None:
    key, folder = tmp_path / "cle.hex", tmp_path / "rapport"
    without = rempart("audit", "directory", SAMPLE, "--output", folder, "--pseudonymise")
    assert (without.returncode, "--key" in without.stderr) == (2, True)
    ran = rempart(
        "audit", "directory", SAMPLE, "--output", folder, "--pseudonymise", "--key", key,
        "--format", "html,json,csv",
    )  # fmt: skip
    assert ran.returncode == 0
    for path in folder.iterdir():
        text = path.read_text("utf-8-sig").lower()
        assert "helpdesk1" not in text and "chu.test" not in text, path.name
    names = json.loads(key.with_suffix(".noms.json").read_text("utf-8"))
    assert any("HELPDESK1" in name.upper() for name in names.values())


def test_the_register_and_the_adjusted_heart_are_taken_into_account(tmp_path: Path) -> None:
    register, core = tmp_path / "risques.yaml", tmp_path / "coeur.yaml"
    register.write_text(
        "- {control: vuln_dnsadmins, object: helpdesk1, reason: r, by: RSSI, "
        "accepted_on: 2026-01-01, expires_on: 2027-12-31}",
        "utf-8",
    )
    core.write_text("add: [helpdesk1]", "utf-8")
    ran = rempart(
        "audit", "directory", SAMPLE, "--output", tmp_path / "r", "--format", "json", "--today",
        "2026-11-21", "--accepted", register, "--tier0", core,
    )  # fmt: skip
    assert ran.returncode == 0
    report = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))
    assert [a["state"] for a in report["accepted"] if a["control"] == "vuln_dnsadmins"] == [
        "active"
    ]
    assert "HELPDESK1@CHU.TEST" not in {
        p["object"]["name"] for p in report["exposure"]["principals"]
    }
    core.write_text("ajout: [helpdesk1]", "utf-8")
    refused = rempart("audit", "directory", SAMPLE, "--output", tmp_path / "s", "--tier0", core)
    assert (refused.returncode, "coeur.yaml" in refused.stderr) == (2, True)


def test_two_reports_are_compared_from_their_folders(
    done: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    ran = rempart("compare", done[0], done[0] / "report.json", "--output", tmp_path)
    assert ran.returncode == 0
    assert "toujours là" in ran.stdout
    assert {p.name for p in tmp_path.iterdir()} == {"comparison.html", "comparison.json"}
    wrong = rempart("compare", done[0], SAMPLE)
    assert (wrong.returncode, "Rapport illisible" in wrong.stderr) == (2, True)


def test_the_proof_pack_holds_the_reports_and_their_hashes(tmp_path: Path) -> None:
    rempart("audit", "directory", SAMPLE, "--output", tmp_path, "--format", "proof")
    with zipfile.ZipFile(tmp_path / "proof.zip") as pack:
        assert pack.testzip() is None
        assert {"report.html", "report.json"} <= {Path(n).name for n in pack.namelist()}


def test_nothing_leaves_when_the_network_is_cut(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from rempart.cli.main import main\nmain()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "audit", "directory", SAMPLE, "--output", tmp_path, "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_content_check_says_what_it_verified() -> None:
    ran = rempart("content", "check")
    assert ran.returncode == 0
    assert "164 points de contrôle" in ran.stdout


def test_hostile_names_reach_no_output_unguarded(tmp_path: Path) -> None:
    sid = "S-1-5-21-1-2-3"
    bad = "=cmd|'/c calc'!A1<script>alert(1)</script>\u202e"
    user = {
        "ObjectIdentifier": f"{sid}-1105", "SPNTargets": [], "PrimaryGroupSID": f"{sid}-513",
        "Properties": {"name": bad, "samaccountname": bad, "enabled": True, "dontreqpreauth": True},
        "Aces": [],
    }  # fmt: skip
    group = {
        "ObjectIdentifier": f"{sid}-512", "Properties": {"name": "DOMAIN ADMINS@CHU.TEST"}, "Members": [],
        "Aces": [{"PrincipalSID": f"{sid}-1105", "RightName": "GenericAll", "IsInherited": False}],
    }  # fmt: skip
    domain = {
        "ObjectIdentifier": sid,
        "Properties": {"name": "CHU.TEST", "domainsid": sid},
        "Trusts": [],
        "Aces": [],
    }
    source = tmp_path / "hostile.zip"
    with zipfile.ZipFile(source, "w") as pack:
        for kind, item in (("users", user), ("groups", group), ("domains", domain)):
            pack.writestr(
                f"1_{kind}.json",
                msgspec.json.encode({"data": [item], "meta": {"type": kind, "count": 1}}),
            )
    ran = rempart("audit", "directory", source, "--output", tmp_path / "r", "--format", "html,csv")
    assert ran.returncode == 0, ran.stderr
    html = (tmp_path / "r" / "report.html").read_text("utf-8")
    assert "<script>alert" not in html
    assert "\u202e" not in html
    for line in (tmp_path / "r" / "actions.csv").read_text("utf-8-sig").splitlines():
        assert not any(cell.strip('"').startswith(("=", "+", "@")) for cell in line.split(";"))
