"""What another tool says of a target: read from its file, and never taken for our own measure."""

from typing import Final

from rempart.engines.exposure.seen.common import Endpoint, Seen
from rempart.engines.exposure.seen.services import Product

OURS: Final = "rempart"
"""How a finding names our own measure among its sources: no other tool may be called so."""


class ClaimSeen(Seen, frozen=True, kw_only=True, gc=False, tag="claim"):
    """One result of another tool. `check` is our check that it speaks of, "" when there is none."""

    endpoint: Endpoint
    tool: str  # nmap, nuclei, testssl…
    rule: str  # the tool's own id
    title: str
    check: str = ""
    severity: str = ""  # critical, high, medium, low, info, or "" when the tool says none
    says: str = "failed"  # failed, passed
    confidence: str = "possible"
    evidence: str = ""
    cves: list[str] = []
    product: Product | None = None

    @property
    def target(self) -> str:
        """The endpoint."""
        return self.endpoint.label
