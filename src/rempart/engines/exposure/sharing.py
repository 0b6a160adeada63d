"""One object for what many observations say alike: the ports of a thousand addresses, the suites of ten thousand servers.

Decoded one by one, the observations of a region hold the same lists thousands of times, and several hundred megabytes.
"""

from typing import Any, Final

import msgspec

from rempart.engines.exposure.seen.common import Seen
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import ChainSeen, TlsSeen

# Fields whose values come again from one observation to the next; those that are each its own would only cost.
_ALIKE: Final[dict[type, tuple[str, ...]]] = {
    HostSeen: ("chain", "refused", "reason"),
    PortsSeen: ("open", "closed", "silent", "reverse", "reason"),
    ServiceSeen: ("endpoint", "products", "details", "reason"),
    TlsSeen: ("endpoint", "versions", "groups", "weak_groups", "gaps", "reason"),
    HttpSeen: (
        *("endpoint", "cookies", "scripts", "mixed", "insecure_forms", "libraries", "products", "details", "exposed"),
        *("reason", "page_type", "paths_reason"),
    ),
    ZoneSeen: ("parent_servers", "child_servers", "servers", "wildcard", "aliases", "reason"),
    MailSeen: ("servers", "reason"),
}  # fmt: skip


class Sharing:
    """Gives each observation back with what it says like an earlier one put in common. They are the same, and frozen."""

    def __init__(self) -> None:
        self._known: dict[bytes, Any] = {}
        self._encode = msgspec.msgpack.Encoder().encode

    def share(self, seen: Seen) -> None:
        """Put in common what this observation, which nobody else holds yet, says like those before."""
        for field in _ALIKE.get(type(seen), ()):
            self._put(seen, field)
        if isinstance(seen, HttpSeen):
            headers = seen.headers
            for header, values in headers.items():
                headers[header] = self._known.setdefault(self._encode(values), values)
        elif isinstance(seen, TlsSeen):
            for chain in seen.chains:
                self._chain(chain)

    def _chain(self, chain: ChainSeen) -> None:
        """The authorities of a chain: few sign for all."""
        sent = chain.certificates
        for place in range(1, len(sent)):
            sent[place] = self._known.setdefault(self._encode(sent[place]), sent[place])
        for own in sent[:1]:
            for field in ("key_usages", "extended_usages", "crl_urls", "ocsp_urls", "issuer_urls"):
                self._put(own, field)

    def _put(self, struct: msgspec.Struct, field: str) -> None:
        value = getattr(struct, field)
        known = self._known.setdefault(self._encode(value), value)
        if known is not value:
            msgspec.structs.force_setattr(struct, field, known)
