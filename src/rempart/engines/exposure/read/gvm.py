"""Reports of GVM (OpenVAS) in XML: results with their quality of detection, which says how sure each is."""

from collections.abc import Callable

from rempart.engines.exposure.read.shared import Claims, instant_of, number, severity_of_score
from rempart.engines.exposure.read.xml_stream import MOST_DEPTH, too_deep

TOOL = "gvm"
_FIELDS = frozenset(
    {"name", "host", "hostname", "port", "threat", "severity", "value", "description"}
    | {"creation_time", "modification_time", "cve", "solution"}
)
_LONGEST = 4000
# Quality of detection (Greenbone's table): 95 and more is a behaviour, 80 a banner; less is a guess.
_SURE, _LIKELY = 95, 80


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

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self._path.append(name)
        if len(self._path) > MOST_DEPTH:
            raise too_deep()
        self._size = 0
        if name == "result" and self._result is None and "id" in attributes:
            self._result, self._cves, self._depth = {}, [], len(self._path)
            self.listen(True)
        elif self._result is not None:
            if name == "nvt":
                self._result["oid"] = attributes.get("oid", "")
            elif name == "ref" and attributes.get("type", "").lower() == "cve":
                self._cves.append(attributes.get("id", ""))

    def text(self, data: str) -> None:
        """Text of a field of the result, up to a bound."""
        if self._result is None or self._path[-1] not in _FIELDS or self._size > _LONGEST:
            return
        self._size += len(data)
        key = self._key()
        self._result[key] = self._result.get(key, "") + data

    def end(self, name: str) -> None:
        """An element closes."""
        if self._result is not None and len(self._path) == self._depth:
            self._add(self._result)
            self._result = None
            self.listen(False)
        self._path.pop()

    def _key(self) -> str:
        """« qod/value », « nvt/name », and the bare name at the first level."""
        inside = self._path[self._depth :]
        return "/".join(inside[-2:]) if len(inside) > 1 else inside[-1] if inside else ""

    def _add(self, result: dict[str, str]) -> None:
        port, _, transport = result.get("port", "").strip().partition("/")
        endpoint = self._claims.endpoint(
            result.get("host", "").strip(),
            int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0,
            result.get("host/hostname", "").strip(),
            transport if transport in {"tcp", "udp"} else "tcp",
        )
        quality = number(result.get("qod/value"))
        confidence = (
            "confirmed" if quality >= _SURE else "probable" if quality >= _LIKELY else "possible"
        )
        holes = [*self._cves, *result.get("nvt/cve", "").replace(",", " ").split()]
        score = number(result.get("severity"))
        self._claims.add(
            endpoint,
            result.get("oid", ""),
            result.get("nvt/name") or result.get("name", ""),
            severity=severity_of_score(score),
            confidence=confidence,
            evidence=result.get("description", ""),
            cves=holes,
            at=instant_of(result.get("modification_time") or result.get("creation_time", "")),
        )
