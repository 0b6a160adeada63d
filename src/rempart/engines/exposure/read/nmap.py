"""nmap's XML, which masscan writes too: open ports, products with their versions, and what some scripts say."""

import re
from collections.abc import Callable
from typing import Any, Final

from rempart.content.foreign_rules import check_of
from rempart.engines.exposure.read.products import product_of
from rempart.engines.exposure.read.shared import (
    Claims,
    holes_in,
    number,
    severity_of_score,
)
from rempart.engines.exposure.read.xml_stream import MOST_DEPTH, too_deep
from rempart.engines.exposure.seen.common import Endpoint

TOOL: Final = "nmap"
MASSCAN: Final = "masscan"
_SUITES: Final = "ssl-enum-ciphers"
_MOST_PARTS: Final = 16
_MOST_OUTPUT: Final = 1 << 14
# Scripts that look versions up in a public list: what they print is the holes of a version, not a test.
_LISTING: Final = frozenset({"vulners", "vulscan"})
_WRONG: Final = re.compile(r"(?<!NOT )\bVULNERABLE")
_RISK: Final = re.compile(r"Risk factor: (Critical|High|Medium|Low)", re.IGNORECASE)
_SCORES: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,12}\s+([0-9]{1,2}\.[0-9])")
# The port that a script of the whole host speaks of.
_PORTS: Final = (("smb", 445), ("samba", 445), ("msrpc", 135), ("nbstat", 137), ("rdp", 3389))


class NmapHandler:
    """Keeps one host and one port at a time. The rule of a port is « service/<name> »."""

    listen: Callable[[bool], None]

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._open_elements = 0
        self._at = 0.0
        self._address, self._name, self._host_time = "", "", 0.0
        self._port: dict[str, Any] | None = None
        self._script = ""
        self._depth = 0
        self._heard: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self._open_elements += 1
        if self._open_elements > MOST_DEPTH:
            raise too_deep()
        if name == "elem":
            if self._script == _SUITES and attributes.get("key") == "name":
                self._hear()
        elif name == "table":
            self._depth += 1
            if self._depth == 1 and self._script == _SUITES and "key" in attributes:
                self._keep_suite(attributes["key"], f"{attributes['key']} est proposé")
        elif name == "script":
            self._start_script(attributes)
        elif name == "port":
            self._start_port(attributes)
        elif name == "state" or name == "service":
            if self._port is not None:
                self._port[name] = attributes
        elif name == "cpe":
            self._hear()
        elif name == "host":
            self._address, self._name = "", ""
            self._host_time = self._time_of(attributes)
        elif name == "address":
            if attributes.get("addrtype") in {"ipv4", "ipv6"} or not self._address:
                self._address = attributes.get("addr", "")
        elif name == "hostname" and (not self._name or attributes.get("type") == "user"):
            self._name = attributes.get("name", "")
        elif name == "nmaprun":
            self._at = number(attributes.get("start"))
            if attributes.get("scanner") == MASSCAN:
                self._claims.tool = MASSCAN

    def end(self, name: str) -> None:
        """An element closes."""
        self._open_elements -= 1
        if self._heard is not None:
            self._end_text(name, "".join(self._heard))
        if name == "elem":
            return
        if name == "table":
            self._depth -= 1
        elif name == "script":
            self._script = ""
        elif name == "port" and self._port is not None:
            self._end_port(self._port)
            self._port = None

    def text(self, data: str) -> None:
        """Text of a CPE, or of the name of a suite."""
        if self._heard is not None and len(self._heard) < _MOST_PARTS:
            self._heard.append(data)

    def _time_of(self, attributes: dict[str, str]) -> float:
        """The end of a host's scan, else its start, else the start of all."""
        return number(attributes.get("endtime") or attributes.get("starttime")) or self._at

    def _hear(self) -> None:
        self._heard = []
        self.listen(True)

    def _end_text(self, name: str, data: str) -> None:
        self._heard = None
        self.listen(False)
        if name == "elem":
            self._keep_suite(_weak_family(data), data)
        elif name == "cpe" and self._port is not None:
            self._port.setdefault("cpe", data)

    def _start_port(self, attributes: dict[str, str]) -> None:
        text = attributes.get("portid", "")
        if not text.isascii() or not text.isdigit() or len(text) > 5:
            return
        endpoint = self._claims.endpoint(
            self._address, int(text), self._name, attributes.get("protocol", "tcp")
        )
        self._port = {"endpoint": endpoint, "scripts": []}

    def _end_port(self, port: dict[str, Any]) -> None:
        endpoint: Endpoint | None = port["endpoint"]
        state = port.get("state", {}).get("state", "")
        if state not in {"open", "closed"} or endpoint is None:
            return
        service = port.get("service", {})
        name = service.get("name", "") or "inconnu"
        says = "failed" if state == "open" else "passed"
        if says == "passed" and not check_of(TOOL, f"service/{name}"):
            return
        told = (
            f"port {endpoint.port}/{endpoint.transport} {'ouvert' if says == 'failed' else 'fermé'}"
        )
        product = None
        if says == "failed" and service.get("product"):
            cpe = port.get("cpe", "")
            extra = " ".join((service.get("extrainfo", ""), service.get("ostype", "")))
            product = product_of(service["product"], service.get("version", ""), cpe, extra=extra)
        words = (
            service.get("product", ""),
            service.get("version", ""),
            service.get("extrainfo", ""),
        )
        self._claims.add(
            endpoint,
            f"service/{name}",
            f"{told} ({name})",
            severity="info" if says == "failed" else "",
            says=says,
            evidence=" ".join(word for word in words if word),
            product=product,
            at=self._host_time,
        )
        for rule, found in port["scripts"]:
            self._add_script(endpoint, rule, found)

    def _start_script(self, attributes: dict[str, str]) -> None:
        self._script, self._depth = attributes.get("id", ""), 0
        output = attributes.get("output", "")
        if not _is_vulnerable(output) and not (self._script in _LISTING and "CVE-" in output):
            return
        if self._port is not None:
            self._port["scripts"].append((self._script, output))
        else:
            port = next((port for start, port in _PORTS if self._script.startswith(start)), 0)
            self._add_script(
                self._claims.endpoint(self._address, port, self._name), self._script, output
            )

    def _keep_suite(self, what: str, told: str) -> None:
        """What is offered and should not be: the versions and families that one of our checks speaks of."""
        if not what or self._port is None:
            return
        rule = f"{_SUITES}/{what}"
        if check_of(TOOL, rule):
            self._port["scripts"].append((rule, told))

    def _add_script(self, endpoint: Endpoint | None, rule: str, found: str) -> None:
        is_listing = rule in _LISTING
        title = "Failles publiques de cette version" if is_listing else _title_of(found) or rule
        self._claims.add(
            endpoint,
            rule,
            title,
            severity=_severity_of(rule, found),
            evidence=found,
            cves=holes_in(found),
            confidence="possible" if is_listing or "LIKELY VULNERABLE" in found else "probable",
            at=self._host_time,
        )


def _is_vulnerable(output: str) -> bool:
    """The vulns library of nmap writes « State: VULNERABLE » or « LIKELY VULNERABLE », and « NOT VULNERABLE » else."""
    return "VULNERABLE" in output and _WRONG.search(output) is not None


def _severity_of(rule: str, output: str) -> str:
    """The worst score of a list of holes, or the risk that the script states; "" for what one of our checks weighs."""
    if rule in _LISTING:
        scores = [number(score) for score in _SCORES.findall(output[:_MOST_OUTPUT])]
        return severity_of_score(max(scores)) if scores else ""
    risk = _RISK.search(output)
    return risk[1].lower() if risk else ""


def _title_of(output: str) -> str:
    """The line after « VULNERABLE: », where the vulns library writes what it is about."""
    lines = [line.strip() for line in output[:_MOST_OUTPUT].splitlines()]
    follow = (after for line, after in zip(lines, lines[1:], strict=False) if _is_head(line))
    return next(follow, "")


def _is_head(line: str) -> bool:
    return line.endswith("VULNERABLE:") and not line.startswith("NOT")


def _weak_family(suite: str) -> str:
    for mark in ("NULL", "EXPORT", "anon", "RC4", "3DES", "_DES_"):
        if mark in suite:
            return mark.strip("_")
    return ""
