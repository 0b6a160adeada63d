"""What was seen of a zone: delegation, servers, records, DNSSEC."""

from rempart.engines.exposure.seen.common import Seen


class ZoneSeen(Seen, frozen=True, kw_only=True, tag="zone"):
    """A zone and what its servers say."""

    domain: str

    @property
    def target(self) -> str:
        """The domain."""
        return self.domain
