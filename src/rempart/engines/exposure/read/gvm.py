"""Reports of GVM (OpenVAS) in XML: results with their quality of detection, which says how sure each is."""

import re
from collections.abc import Callable
from typing import Final

from rempart.content.foreign_rules import check_of
from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.read.shared import (
    NOT_TESTED,
    Claims,
    instant_of,
    number,
    severity_of_score,
)
from rempart.engines.exposure.read.xml_stream import MOST_DEPTH, too_deep

TOOL = "gvm"
# The fields of a result, each by its way inside it: notes and overrides repeat some of these names deeper.
_FIELDS: Final = frozenset(
    {"name", "host", "host/hostname", "port", "threat", "severity", "qod/value", "description"}
    | {"creation_time", "modification_time", "nvt/name", "nvt/cve", "nvt/cvss_base"}
)
# Times of the report itself, for results that have none: the later one wins.
_TIMES: Final = frozenset({"creation_time", "timestamp", "scan_start", "scan_end"})
_LONGEST: Final = 4000
# Quality of detection (Greenbone's table): 95 and more is a behaviour, 80 a banner; less is a guess.
_SURE, _LIKELY = 95, 80
_PORT: Final = re.compile(r"([0-9]{1,5})/(tcp|udp)")
_NO_ANSWER: Final = frozenset({"error", "error message"})


class GvmHandler:
    """Keeps one result at a time; a field is known by its element and by the one that holds it."""

    listen: Callable[[bool], None]

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._path: list[str] = []
        self._result: dict[str, str] | None = None
        self._depth = 0
        self._cves: list[str] = []
        self._size = 0
        self._at, self._time = 0.0, ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self._path.append(name)
        if len(self._path) > MOST_DEPTH:
            raise too_deep()
        self._size = 0
        if self._result is None:
            if name == "result" and "id" in attributes:
                self._result, self._cves, self._depth = {}, [], len(self._path)
                self.listen(True)
            elif name in _TIMES and self._path[-2] == "report":
                self._time = ""
                self.listen(True)
        elif name == "nvt" and len(self._path) == self._depth + 1:
            self._result["oid"] = attributes.get("oid", "")
        elif name == "ref" and attributes.get("type", "").lower() == "cve":
            self._cves.append(attributes.get("id", ""))

    def text(self, data: str) -> None:
        """Text of a field of the result, up to a bound."""
        if self._size > _LONGEST:
            return
        self._size += len(data)
        if self._result is None:
            self._time += data
            return
        key = "/".join(self._path[self._depth :])
        if key in _FIELDS:
            self._result[key] = self._result.get(key, "") + data

    def end(self, name: str) -> None:
        """An element closes."""
        if self._result is not None and len(self._path) == self._depth:
            self._add(self._result)
            self._result = None
            self.listen(False)
        elif self._time:
            self._at = max(self._at, instant_of(self._time))
            self._time = ""
            self.listen(self._result is not None)
        self._path.pop()

    def _add(self, result: dict[str, str]) -> None:
        if result.get("threat", "").strip().casefold() in _NO_ANSWER:
            self._claims.left[NOT_TESTED] += 1
            return
        title = result.get("nvt/name") or result.get("name", "")
        add_result(
            self._claims,
            host=result.get("host", "").strip(),
            name=result.get("host/hostname", "").strip(),
            place=result.get("port", ""),
            rule=result.get("oid") or title,
            title=title,
            severity=severity_of(
                result.get("severity") or result.get("nvt/cvss_base", ""), result.get("threat", "")
            ),
            quality=result.get("qod/value", ""),
            evidence=result.get("description", ""),
            cves=[*self._cves, *result.get("nvt/cve", "").replace(",", " ").split()],
            at=instant_of(result.get("modification_time") or result.get("creation_time", ""))
            or self._at,
        )


def add_result(
    claims: Claims,
    *,
    host: str,
    name: str,
    place: str,
    rule: str,
    title: str,
    severity: str,
    quality: str,
    evidence: str,
    cves: list[str],
    at: float,
) -> None:
    """One result of GVM. `place` is « 443/tcp », « http (80/tcp) » or « general/tcp »; a rule that is a CVE is one that
    was looked up by product (no test at all), and names its hole."""
    port = _PORT.search(place)
    transport = port[2] if port else place.strip().rpartition("/")[2]
    claims.add(
        claims.endpoint(
            host,
            int(port[1]) if port else 0,
            name,
            transport if transport in {"tcp", "udp"} else "tcp",
        ),
        rule,
        title,
        severity=severity,
        confidence=_confidence(number(quality)),
        evidence=evidence,
        cves=[*cves, *([rule] if rule.startswith("CVE-") else [])],
        check=check_of(TOOL, title, evidence),
        at=at,
    )


def severity_of(score: str, threat: str) -> str:
    """The word of a score; that of the threat (High, Medium, Low, Log…) when there is no score."""
    if score.strip():
        return severity_of_score(number(score))
    word = threat.strip().casefold()
    return word if word in SEVERITIES else "info"


def _confidence(quality: float) -> str:
    return "confirmed" if quality >= _SURE else "probable" if quality >= _LIKELY else "possible"
