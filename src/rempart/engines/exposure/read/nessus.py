"""Nessus' own format (.nessus), version 2: hosts, results by plugin, with their holes."""

from collections.abc import Callable
from datetime import UTC, datetime

from rempart.engines.exposure.read.shared import Claims, number, place_of, severity_of_score
from rempart.engines.exposure.read.xml_stream import MOST_DEPTH, too_deep

TOOL = "nessus"
_KEPT = frozenset(
    {"cve", "cvss3_base_score", "cvss_base_score", "plugin_output", "synopsis", "description"}
)
_SEVERITIES = {"0": "info", "1": "low", "2": "medium", "3": "high", "4": "critical"}
_LONGEST = 4000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


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
        score = number(item.get("<cvss3_base_score>") or item.get("<cvss_base_score>"))
        output = item.get("<plugin_output>") or item.get("<synopsis>", "")
        add_result(
            self._claims,
            host=host.get("host-ip") or host.get("name", ""),
            name=host.get("host-fqdn") or host.get("name", ""),
            port=item.get("port", ""),
            transport=item.get("protocol", ""),
            rule=item.get("pluginID", ""),
            title=item.get("pluginName", ""),
            severity=_SEVERITIES.get(item.get("severity", ""), severity_of_score(score)),
            evidence=output,
            told=f"{output} {item.get('<description>', '')}",
            cves=self._cves,
            double=item.get("svc_name", ""),
            at=number(host.get("HOST_END_TIMESTAMP")) or day_of(host.get("HOST_END", "")),
        )


def add_result(
    claims: Claims,
    *,
    host: str,
    name: str,
    port: str,
    transport: str,
    rule: str,
    title: str,
    severity: str,
    evidence: str,
    told: str,
    cves: list[str],
    at: float,
    double: str = "",
) -> None:
    """One result. `host` is an address or, from a scan of a web application, a URL; `told` is all that Nessus says."""
    named, own_port = place_of(host) if "://" in host else ("", 0)
    kind = transport.strip().lower()
    claims.add(
        claims.endpoint(
            named or host,
            int(number(port)) or own_port,
            named or name,
            kind if kind in {"tcp", "udp"} else "tcp",
        ),
        rule,
        title,
        severity=severity,
        confidence="probable" if cves and not _is_banner(told) else "possible",
        evidence=evidence,
        cves=cves,
        double=double,
        at=at,
    )


def _is_banner(told: str) -> bool:
    """Whether Nessus says that it believed the version told and tested nothing."""
    text = " ".join(told.split()).casefold()
    return "self-reported version" in text or "not tested for" in text


def day_of(text: str) -> float:
    """Unix seconds of « Tue Jan  7 08:19:25 2014 », which says no time zone: to a day near. 0 when it is none.

    Read by hand: the names of months that the library knows depend on the language of the machine.
    """
    parts = text.split()
    try:
        hour, minute, second = (int(part) for part in parts[3].split(":"))
        month = _MONTHS.index(parts[1].lower()) + 1
        when = datetime(int(parts[4]), month, int(parts[2]), hour, minute, second, tzinfo=UTC)
    except (ValueError, IndexError):
        return 0.0
    return max(when.timestamp(), 0.0)
