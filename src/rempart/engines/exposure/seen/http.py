"""What was seen of a web site: redirections, headers, cookies, pages that should not be there."""

from rempart.engines.exposure.seen.common import Endpoint, Seen


class HttpSeen(Seen, frozen=True, kw_only=True, tag="http"):
    """A web site at one endpoint."""

    endpoint: Endpoint
    is_tls: bool = False

    @property
    def target(self) -> str:
        """The endpoint."""
        return self.endpoint.label
