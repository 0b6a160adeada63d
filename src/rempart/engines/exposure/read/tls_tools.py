"""What testssl.sh and sslyze say of TLS, from their JSON."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from rempart.content.foreign_rules import check_of
from rempart.engines.exposure.read.shared import Claims, number
from rempart.kernel.errors import UnreadableSource

TESTSSL, SSLYZE = "testssl", "sslyze"
# Severities of testssl that state a measure; WARN says that it could not measure, DEBUG and INFO that nothing is wrong.
_SEVERITIES = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high", "CRITICAL": "critical"}


class _Row(Struct):
    id: str = ""
    ip: str = ""
    port: str = ""
    severity: str = ""
    finding: str = ""
    cve: str = ""


class _Host(Struct):
    """One host of the pretty form, where results are filed by section."""

    ip: str = ""
    port: str = ""
    target: str = msgspec.field(name="targetHost", default="")
    protocols: list[_Row] = []
    ciphers: list[_Row] = []
    fs: list[_Row] = []
    pfs: list[_Row] = []
    serverPreferences: list[_Row] = []  # noqa: N815 (the tool's own name)
    serverDefaults: list[_Row] = []  # noqa: N815
    headerResponse: list[_Row] = []  # noqa: N815
    vulnerabilities: list[_Row] = []
    cipherTests: list[_Row] = []  # noqa: N815
    rating: list[_Row] = []

    def rows(self) -> Iterator[_Row]:
        """Every result of every section, with the host's place."""
        place = f"{self.target}/{self.ip}"
        for name in _SECTIONS:
            for row in getattr(self, name):
                yield _Row(row.id, place, self.port, row.severity, row.finding, row.cve)


_SECTIONS = tuple(name for name in _Host.__struct_fields__ if name not in {"ip", "port", "target"})


class _Pretty(Struct):
    scanResult: list[_Host] = []  # noqa: N815


def read_testssl(data: bytes, name: str, claims: Claims) -> None:
    """Results of testssl.sh, flat (--jsonfile) or by section (--jsonfile-pretty). Raises UnreadableSource."""
    try:
        if data.lstrip()[:1] == b"[":
            rows: Iterator[_Row] = iter(msgspec.json.decode(data, type=list[_Row]))
        else:
            pretty = msgspec.json.decode(data, type=_Pretty)
            rows = (row for host in pretty.scanResult for row in host.rows())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise _unreadable(name, "testssl.sh") from fault
    for row in rows:
        _add_testssl(row, claims)


def _add_testssl(row: _Row, claims: Claims) -> None:
    """A result is kept when it is wrong, or when it is right and one of our checks speaks of it."""
    is_wrong = row.severity in _SEVERITIES
    check = check_of(TESTSSL, row.id, row.finding)
    if not is_wrong and not (check and row.severity == "OK"):
        return
    host, _, address = row.ip.partition("/")
    endpoint = claims.endpoint(address or host, int(number(row.port)), host)
    claims.add(
        endpoint,
        row.id,
        row.id,
        severity=_SEVERITIES.get(row.severity, ""),
        says="failed" if is_wrong else "passed",
        confidence="confirmed",
        evidence=row.finding,
        cves=row.cve.split(),
        check=check,
    )


def read_sslyze(data: bytes, name: str, claims: Claims) -> None:
    """Results of sslyze (--json_out). Raises UnreadableSource."""
    try:
        root = msgspec.json.decode(data)
        results = root["server_scan_results"]
        for server in results:
            _add_server(server, claims)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise _unreadable(name, "sslyze") from fault
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        raise _unreadable(name, "sslyze") from fault


def _add_server(server: dict[str, Any], claims: Claims) -> None:
    place = server["server_location"]
    endpoint = claims.endpoint(
        str(place.get("ip_address") or ""),
        int(place.get("port") or 0),
        str(place.get("hostname") or ""),
    )
    for command, attempt in (server.get("scan_result") or {}).items():
        result = attempt.get("result") if isinstance(attempt, dict) else None
        if not isinstance(result, dict):
            continue  # It was not run, or failed: sslyze says nothing of it.
        for rule, wrong, evidence in _said(command, result):
            claims.add(
                endpoint,
                rule,
                rule,
                says="failed" if wrong else "passed",
                confidence="confirmed",
                evidence=evidence,
            )


def _said(command: str, result: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """Rule, whether it is wrong, and why, of one command of sslyze."""
    flags = {
        "heartbleed": "is_vulnerable_to_heartbleed",
        "openssl_ccs_injection": "is_vulnerable_to_ccs_injection",
        "session_renegotiation": "is_vulnerable_to_client_renegotiation_dos",
        "tls_compression": "supports_compression",
        "tls_1_3_early_data": "supports_early_data",
    }
    if command.endswith("_cipher_suites"):
        accepted = [
            str(suite.get("cipher_suite", {}).get("name", ""))
            for suite in result.get("accepted_cipher_suites") or []
        ]
        if check_of(SSLYZE, command):
            yield command, bool(accepted), ", ".join(accepted[:8])
        yield from _weak(accepted)
    elif command == "certificate_info":
        yield from _certificate(result)
    elif command in flags and isinstance(result.get(flags[command]), bool):
        yield command, result[flags[command]], ""
    elif command == "robot":
        said = str(result.get("robot_result", ""))
        yield command, said.startswith("VULNERABLE"), said


def _weak(accepted: list[str]) -> Iterator[tuple[str, bool, str]]:
    for family in ("NULL", "EXPORT", "anon", "RC4", "3DES"):
        found = [suite for suite in accepted if family in suite]
        if found:
            yield f"cipher_suites/{family}", True, ", ".join(found[:8])


def _certificate(result: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    for deployment in (result.get("certificate_deployments") or [])[:4]:
        validations = deployment.get("path_validation_results") or []
        if validations:
            trusted = any(v.get("was_validation_successful") for v in validations)
            yield "certificate_info/trusted", not trusted, ""
        matches = deployment.get("leaf_certificate_subject_matches_hostname")
        if isinstance(matches, bool):
            yield "certificate_info/hostname", not matches, ""


def _unreadable(name: str, tool: str) -> UnreadableSource:
    return UnreadableSource(
        f"« {name} » n’est pas un rapport de {tool} lisible, ou il est incomplet.",
        todo=f"Relancez {tool}, ou copiez le fichier de nouveau.",
    )
