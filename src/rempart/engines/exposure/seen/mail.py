"""What was seen of the mail of a domain: SPF, DKIM, DMARC, MTA-STS, TLS-RPT, DANE, servers."""

from rempart.engines.exposure.seen.common import Seen


class MailSeen(Seen, frozen=True, kw_only=True, tag="mail"):
    """The mail policies of a domain."""

    domain: str

    @property
    def target(self) -> str:
        """The domain."""
        return self.domain
