"""What sslscan says of TLS, from its XML (--xml): versions, suites, renegotiation, certificate."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rempart.engines.exposure.read.shared import NOT_TESTED, Claims, number
from rempart.engines.exposure.read.xml_stream import MOST_DEPTH, too_deep
from rempart.engines.exposure.seen.common import Endpoint
from rempart.kernel.errors import UnreadableSource

TOOL: Final = "sslscan"
HEARTBLEED: Final = "CVE-2014-0160"
LEAST_RSA_BITS: Final = 2048
_VERSIONS: Final = {"ssl2": "SSLv2", "ssl3": "SSLv3"}
_LONGEST: Final = 400
_MOST_SHOWN: Final = 8
# Family → how its suites are called by OpenSSL, whose names sslscan writes.
_FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "NULL": ("NULL",),
    "anonymous": ("ADH-", "AECDH-"),
    "EXPORT": ("EXP-", "EXP1024-"),
    "RC4": ("RC4",),
    "3DES": ("DES-CBC3",),
    "DES": ("DES-CBC-",),
}
_TOLD: Final = frozenset({"self-signed", "expired", "not-yet-valid", "signature-algorithm"})
Said = tuple[str, bool, str]


class SslscanHandler:
    """Keeps one target at a time, and says what it has of it when it ends."""

    listen: Callable[[bool], None]

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._depth = 0
        self._at: Endpoint | None = None
        self._said: list[Said] = []
        self._suites: list[str] = []
        self._is_short, self._text, self._type = False, "", ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens. Raises UnreadableSource: the same root is that of another tool."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise too_deep()
        if name == "document" and not attributes.get("title", "").startswith("SSLScan"):
            raise _of_another(attributes)
        if name == "ssltest":
            host = attributes.get("host", "")
            port = int(number(attributes.get("port")))
            self._at = self._claims.endpoint(host, port, attributes.get("sniname", ""))
            self._said, self._suites = [], []
        elif name == "error":
            self._claims.left[NOT_TESTED] += 1
        elif name == "cipher" and attributes.get("status") in ("accepted", "preferred"):
            self._suites.append(attributes.get("cipher", ""))
        elif name == "certificate":
            self._is_short = attributes.get("type") == "short"
        elif self._is_short and name in _TOLD:
            self._text = ""
            self.listen(True)
        else:
            self._said += _of_element(name, attributes, self._is_short)

    def text(self, data: str) -> None:
        """Text of a fact of the certificate, up to a bound."""
        if len(self._text) < _LONGEST:
            self._text += data

    def end(self, name: str) -> None:
        """An element closes."""
        self._depth -= 1
        if name == "certificate":
            self._is_short = False
        elif self._is_short and name in _TOLD:
            self.listen(False)
            self._said += _of_certificate(name, self._text.strip())
        elif name == "ssltest":
            self._keep()

    def _keep(self) -> None:
        """The claims of one target."""
        for rule, is_wrong, evidence in (*self._said, *_of_suites(self._suites)):
            is_hole = rule == "heartbleed" and is_wrong
            self._claims.add(
                self._at,
                rule,
                rule,
                severity="critical" if is_hole else "",
                says="failed" if is_wrong else "passed",
                confidence="confirmed",
                evidence=evidence,
                cves=(HEARTBLEED,) if is_hole else (),
            )
        self._at, self._said, self._suites = None, [], []


def _of_element(name: str, told: Mapping[str, str], is_short: bool) -> Iterator[Said]:
    """What an element says by itself."""
    if name == "protocol":
        kind = f"{told.get('type', '')}{told.get('version', '')}"
        version = _VERSIONS.get(kind, kind.replace("tls", "TLSv"))
        if version != "TLSv1.2":
            is_on = told.get("enabled") == "1"
            yield f"protocol/{version}", is_on is not (version == "TLSv1.3"), version
    elif name == "renegotiation" and told.get("supported") == "1":
        yield "renegotiation/secure", told.get("secure") == "0", ""
    elif name == "compression":
        yield "compression", told.get("supported") == "1", ""
    elif name == "fallback":
        yield "fallback", told.get("supported") == "0", ""
    elif name == "heartbleed":
        yield "heartbleed", told.get("vulnerable") == "1", told.get("sslversion", "")
    elif name == "pk" and is_short and told.get("type") == "RSA":
        bits = int(number(told.get("bits")))
        if bits:
            yield "certificate/size", bits < LEAST_RSA_BITS, f"RSA {bits}"


def _of_certificate(name: str, text: str) -> Iterator[Said]:
    if name == "signature-algorithm":
        is_weak = any(word in text.lower() for word in ("sha1", "md5", "md2"))
        yield "certificate/signature", is_weak, text
    elif text in ("true", "false"):
        yield f"certificate/{name}", text == "true", ""


def _of_suites(suites: list[str]) -> Iterator[Said]:
    """Families that should not be there: those that are not found are not said, since not every suite was tried."""
    for family, marks in _FAMILIES.items():
        found = list(dict.fromkeys(s for s in suites if any(mark in s for mark in marks)))
        if found:
            yield f"cipher/{family}", True, ", ".join(found[:_MOST_SHOWN])


def _of_another(told: Mapping[str, str]) -> UnreadableSource:
    title = " ".join(told.get("title", "").split())[:60]
    if "sslyze" in title.lower():
        return UnreadableSource(
            "Ce fichier est le XML d’une version ancienne de sslyze (2 ou moins), qui n’est pas lu.",
            expected="Attendu : le JSON de sslyze 3 ou plus récent.",
            todo="Relancez un sslyze récent avec --json_out, et donnez ce fichier-là.",
        )
    return UnreadableSource(
        f"Ce XML n’est d’aucun outil connu (« {title} »).",
        todo="Exportez le rapport dans un format que la commande lit : voir --import.",
    )
