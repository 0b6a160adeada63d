"""What sslyze says of TLS, from its JSON: versions 3 and 4 (results by command), 5 and 6 (attempts by command)."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

import msgspec

from rempart.content.foreign_rules import check_of
from rempart.engines.exposure.read.shared import (
    NO_PLACE,
    NOT_TESTED,
    Claims,
    instant_of,
)
from rempart.kernel.errors import UnreadableSource

TOOL: Final = "sslyze"
# Command → field of its answer, and whether it is wrong when true or when false; then the rule when it is not the command.
_FLAGS: Final = {
    "heartbleed": (("is_vulnerable_to_heartbleed", True, ""),),
    "openssl_ccs_injection": (("is_vulnerable_to_ccs_injection", True, ""),),
    "session_renegotiation": (
        ("is_vulnerable_to_client_renegotiation_dos", True, ""),
        ("accepts_client_renegotiation", True, ""),
        ("supports_secure_renegotiation", False, "session_renegotiation/secure"),
    ),
    "tls_compression": (("supports_compression", True, ""),),
    "tls_1_3_early_data": (("supports_early_data", True, ""),),
    "tls_fallback_scsv": (("supports_fallback_scsv", False, ""),),
    "tls_extended_master_secret": (("supports_ems_extension", False, ""),),
}
# What none of our checks measures: its weight, and its hole when it has one number for all products.
_HOLES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "heartbleed": ("critical", ("CVE-2014-0160",)),
    "openssl_ccs_injection": ("high", ("CVE-2014-0224",)),
    "robot": ("high", ()),
}
_FAMILIES: Final = ("NULL", "EXPORT", "anon", "RC4", "3DES")
_MOST_DEPLOYMENTS: Final = 4
_MOST_SHOWN: Final = 8
_WRONG_NAME: Final = "no matching subjectaltname"
Said = tuple[str, bool, str]


def read_sslyze(data: bytes, name: str, claims: Claims) -> None:
    """Results of sslyze (--json_out). Raises UnreadableSource."""
    try:
        root = msgspec.json.decode(data)
        # sslyze 5 writes its instants in UTC without saying so.
        at = instant_of(str(root.get("date_scans_completed") or ""), zone=UTC)
        for server in root["server_scan_results"]:
            _add_server(server, claims, at)
        claims.left[NO_PLACE] += len(root.get("invalid_server_strings") or ())
        claims.left[NOT_TESTED] += len(root.get("server_connectivity_errors") or ())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise _unreadable(name) from fault
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        raise _unreadable(name) from fault


def _add_server(server: dict[str, Any], claims: Claims, at: float) -> None:
    place = server.get("server_location") or server["server_info"]["server_location"]
    endpoint = claims.endpoint(
        str(place.get("ip_address") or ""),
        int(place.get("port") or 0),
        str(place.get("hostname") or ""),
    )
    results = dict(_results(server))
    if not results:
        claims.left[NOT_TESTED] += 1
    claims.left[NOT_TESTED] += sum(result is None for result in results.values())
    for command, result in results.items():
        for rule, wrong, evidence in _said(command, result, at) if result else ():
            severity, cves = _HOLES.get(rule, ("", ())) if wrong else ("", ())
            claims.add(
                endpoint,
                rule,
                rule,
                severity=severity,
                says="failed" if wrong else "passed",
                confidence="confirmed",
                evidence=evidence,
                cves=cves,
                at=at,
            )


def _results(server: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """The answer of each command that was run, None when it failed: sslyze then says nothing."""
    for command in server.get("scan_commands_errors") or ():
        yield str(command), None
    for command, result in (server.get("scan_commands_results") or {}).items():
        yield command, result if isinstance(result, dict) else None
    for command, attempt in (server.get("scan_result") or {}).items():
        result = attempt.get("result") if isinstance(attempt, dict) else None
        if isinstance(result, dict):
            yield command, result
        elif isinstance(attempt, dict) and attempt.get("status") == "ERROR":
            yield command, None


def _said(command: str, result: dict[str, Any], at: float) -> Iterator[Said]:
    """Rule, whether it is wrong, and why, of one command of sslyze."""
    if command.endswith("_cipher_suites"):
        yield from _suites(command, result)
    elif command == "certificate_info":
        for deployment in (result.get("certificate_deployments") or [])[:_MOST_DEPLOYMENTS]:
            yield from _certificate(deployment, at)
    elif command == "robot":
        said = str(result.get("robot_result", ""))
        if said.startswith(("VULNERABLE", "NOT_VULNERABLE")):
            yield command, said.startswith("VULNERABLE"), said
    elif "strict_transport_security_header" in result and not result.get("http_error_trace"):
        yield f"{command}/hsts", result["strict_transport_security_header"] is None, ""
    for name, wrong_when, rule in _FLAGS.get(command, ()):
        if isinstance(result.get(name), bool):
            yield rule or command, result[name] is wrong_when, ""


def _suites(command: str, result: dict[str, Any]) -> Iterator[Said]:
    accepted = [
        str(suite["cipher_suite"].get("name") or "")
        for suite in result.get("accepted_cipher_suites") or []
    ]
    if check_of(TOOL, command):
        yield command, bool(accepted), ", ".join(accepted[:_MOST_SHOWN])
    if command == "tls_1_3_cipher_suites":
        yield "tls_1_3", not accepted, ""
    for family in _FAMILIES:
        found = [suite for suite in accepted if family in suite]
        if found:
            yield f"cipher_suites/{family}", True, ", ".join(found[:_MOST_SHOWN])


def _certificate(deployment: dict[str, Any], at: float) -> Iterator[Said]:
    """What is wrong with a certificate: its dates, its own signature and its name first, and only else its trust, for
    sslyze refuses a chain for any of them."""
    leaf: dict[str, Any] = next(iter(deployment.get("received_certificate_chain") or []), {})
    said = [*_dates(leaf, at), *_own_signature(leaf)]
    validations = deployment.get("path_validation_results") or []
    trusted = [_is_trusted(validation) for validation in validations]
    matches = deployment.get("leaf_certificate_subject_matches_hostname")
    if not isinstance(matches, bool) and validations:
        errors = [str(v.get("validation_error") or "").casefold() for v in validations]
        matches = False if _WRONG_NAME in errors[0] else True if any(trusted) else None
    if isinstance(matches, bool):
        said.append(("certificate_info/hostname", not matches, ""))
    yield from said
    if any(trusted) or (trusted and not any(wrong for _, wrong, _ in said)):
        yield "certificate_info/trusted", not any(trusted), _why(validations)
    if isinstance(deployment.get("received_chain_has_valid_order"), bool):
        yield "certificate_info/order", not deployment["received_chain_has_valid_order"], ""
    if deployment.get("verified_chain_has_sha1_signature") is True:
        yield "certificate_info/sha1", True, ""


def _is_trusted(validation: dict[str, Any]) -> bool:
    """Versions 3 and 4 give the chain that was verified, or none; later ones say it in a word too."""
    told = validation.get("was_validation_successful")
    return bool(validation.get("verified_certificate_chain")) if told is None else told is True


def _why(validations: list[dict[str, Any]]) -> str:
    errors = (v.get("validation_error") or v.get("openssl_error_string") for v in validations)
    return next((str(error) for error in errors if error), "")


def _dates(leaf: dict[str, Any], at: float) -> Iterator[Said]:
    last = str(leaf.get("not_valid_after") or leaf.get("notAfter") or "")
    first = str(leaf.get("not_valid_before") or leaf.get("notBefore") or "")
    if at and (until := instant_of(last, zone=UTC)):
        yield "certificate_info/expired", until < at, last
    if at and (since := instant_of(first, zone=UTC)):
        yield "certificate_info/not_yet_valid", since > at, first


def _own_signature(leaf: dict[str, Any]) -> Iterator[Said]:
    names = [leaf.get("subject"), leaf.get("issuer")]
    subject, issuer = (x.get("rfc4514_string") if isinstance(x, dict) else None for x in names)
    if subject is not None and issuer is not None:
        yield "certificate_info/self_signed", subject == issuer, ""


def _unreadable(name: str) -> UnreadableSource:
    return UnreadableSource(
        f"« {name} » n’est pas un rapport de sslyze lisible, ou il est incomplet.",
        todo="Relancez sslyze, ou copiez le fichier de nouveau.",
    )
