"""nmap's XML: open ports, products with their versions, and what some scripts say."""

from collections.abc import Callable
from typing import Any, Final

from rempart.content.foreign_rules import check_of
from rempart.engines.exposure.read.products import product_of
from rempart.engines.exposure.read.shared import Claims, number
from rempart.engines.exposure.read.xml_stream import MOST_DEPTH, too_deep
from rempart.engines.exposure.seen.common import Endpoint

TOOL: Final = "nmap"
_SUITES: Final = "ssl-enum-ciphers"
_MOST_PARTS: Final = 16


class NmapHandler:
    """Keeps one host and one port at a time. The rule of a port is « service/<name> »."""

    listen: Callable[[bool], None]

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._open_elements = 0
        self._at = 0.0
        self._address, self._name = "", ""
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
            self._at = number(attributes.get("endtime") or attributes.get("starttime"))
        elif name == "address":
            if attributes.get("addrtype") in {"ipv4", "ipv6"} or not self._address:
                self._address = attributes.get("addr", "")
        elif name == "hostname" and (not self._name or attributes.get("type") == "user"):
            self._name = attributes.get("name", "")

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
            at=self._at,
        )
        for rule, found in port["scripts"]:
            self._add_script(endpoint, rule, found)

    def _start_script(self, attributes: dict[str, str]) -> None:
        self._script, self._depth = attributes.get("id", ""), 0
        output = attributes.get("output", "")
        if self._port is not None and _is_vulnerable(output):
            self._port["scripts"].append((self._script, output))

    def _keep_suite(self, what: str, told: str) -> None:
        """What is offered and should not be: the versions and families that one of our checks speaks of."""
        rule = f"{_SUITES}/{what}"
        if what and self._port is not None and check_of(TOOL, rule):
            self._port["scripts"].append((rule, told))

    def _add_script(self, endpoint: Endpoint, rule: str, found: str) -> None:
        cves = [
            word.strip(",;()")
            for word in found[:4000].split()
            if word.startswith(("CVE-", "(CVE-"))
        ]
        self._claims.add(endpoint, rule, rule, evidence=found, cves=cves, at=self._at)


def _is_vulnerable(output: str) -> bool:
    """The vulns library of nmap writes « State: VULNERABLE » or « LIKELY VULNERABLE », and « NOT VULNERABLE » else."""
    return "VULNERABLE" in output and "NOT VULNERABLE" not in output


def _weak_family(suite: str) -> str:
    for mark in ("NULL", "EXPORT", "anon", "RC4", "3DES", "_DES_"):
        if mark in suite:
            return mark.strip("_")
    return ""
