"""Nessus' own format (.nessus), version 2: hosts, results by plugin, with their holes."""

from collections.abc import Callable

from rempart.engines.exposure.read.shared import Claims, number, severity_of_score
from rempart.engines.exposure.read.xml_stream import MOST_DEPTH, too_deep

TOOL = "nessus"
_KEPT = frozenset(
    {"cve", "cvss3_base_score", "cvss_base_score", "plugin_output", "synopsis", "description"}
)
_SEVERITIES = {"0": "info", "1": "low", "2": "medium", "3": "high", "4": "critical"}
_LONGEST = 4000


class NessusHandler:
    """Keeps one host and one result at a time."""

    listen: Callable[[bool], None]

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._open_elements = 0
        self._host: dict[str, str] = {}
        self._item: dict[str, str] | None = None
        self._cves: list[str] = []
        self._field, self._buffer, self._size = "", [], 0  # type: tuple[str, list[str], int]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self._open_elements += 1
        if self._open_elements > MOST_DEPTH:
            raise too_deep()
        if name == "ReportHost":
            self._host = {"name": attributes.get("name", "")}
        elif name == "ReportItem":
            self._item, self._cves = dict(attributes), []
        elif name == "tag":
            self._open(f"tag:{attributes.get('name', '')}")
        elif self._item is not None and name in _KEPT:
            self._open(name)

    def text(self, data: str) -> None:
        """Text of the field that is open, up to a bound."""
        if self._field and self._size < _LONGEST:
            self._buffer.append(data)
            self._size += len(data)

    def end(self, name: str) -> None:
        """An element closes."""
        self._open_elements -= 1
        if self._field:
            found = "".join(self._buffer)
            if self._field.startswith("tag:"):
                self._host[self._field[4:]] = found.strip()
            elif self._item is not None and self._field != "cve":
                self._item.setdefault(f"<{self._field}>", found)
            else:
                self._cves.append(found.strip())
            self._field = ""
            self.listen(False)
        elif name == "ReportItem" and self._item is not None:
            self._add(self._item)
            self._item = None

    def _open(self, name: str) -> None:
        self._field, self._buffer, self._size = name, [], 0
        self.listen(True)

    def _add(self, item: dict[str, str]) -> None:
        host = self._host
        transport = item.get("protocol", "tcp").lower()
        endpoint = self._claims.endpoint(
            host.get("host-ip") or host.get("name", ""),
            int(number(item.get("port"))),
            host.get("host-fqdn", ""),
            transport if transport in {"tcp", "udp"} else "tcp",
        )
        score = number(item.get("<cvss3_base_score>") or item.get("<cvss_base_score>"))
        severity = _SEVERITIES.get(item.get("severity", ""), severity_of_score(score))
        self._claims.add(
            endpoint,
            item.get("pluginID", ""),
            item.get("pluginName", ""),
            severity=severity,
            confidence="probable" if self._cves else "possible",
            evidence=item.get("<plugin_output>") or item.get("<synopsis>", ""),
            cves=self._cves,
            double=item.get("svc_name", ""),
            at=number(host.get("HOST_END_TIMESTAMP")),
        )
