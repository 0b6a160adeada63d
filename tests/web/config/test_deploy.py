"""What is given to deploy with: parsed, hardened, naming no machine."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.tree import ROOT, files, name

DEPLOY = ROOT / "deploy"
SERVICES = files("deploy/*.service")
HARDENED = (
    "NoNewPrivileges",
    "ProtectSystem",
    "ProtectHome",
    "PrivateTmp",
    "PrivateDevices",
    "RestrictNamespaces",
    "SystemCallFilter",
    "CapabilityBoundingSet",
)


def unit(path: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(path.read_text(encoding="utf-8"))
    return parsed


@pytest.mark.parametrize("path", SERVICES, ids=name)
def test_a_service_runs_without_privilege_and_hardened(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "rempart"
    assert [key for key in HARDENED if key not in service] == []
    assert "/opt/rempart/bin/rempart " in service["ExecStart"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("path", files("deploy/*.service", "deploy/*.timer"), ids=name)
def test_systemd_reads_a_unit_without_a_word(path: Path, tmp_path: Path) -> None:
    for source in files("deploy/*.service", "deploy/*.timer"):
        text = source.read_text(encoding="utf-8").replace("/opt/rempart/bin/rempart", "/bin/true")
        (tmp_path / source.name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert str(tmp_path) not in done.stderr
    assert "rempart" not in done.stderr


def test_the_container_runs_without_privilege_and_names_no_machine() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    steps = re.findall(r"^([A-Z]+) (.*)$", text, re.M)
    users = [value for word, value in steps if word == "USER"]
    assert users == ["10001"]
    assert "--require-hashes" in text
    assert re.findall(r"https?://(?!127\.0\.0\.1)[\w.-]+", text) == []
    copied = [value.split()[0] for word, value in steps if word == "COPY" and "--from" not in value]
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_the_proxy_and_the_platform_agree_on_the_largest_upload() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert "client_max_body_size 2049m;" in text
    assert text.count("{") == text.count("}")
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text
