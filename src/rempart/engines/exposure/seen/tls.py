"""What was seen of the TLS of one endpoint: versions, suites, groups, certificate chain."""

from rempart.engines.exposure.seen.common import Endpoint, Seen


class TlsSeen(Seen, frozen=True, kw_only=True, tag="tls"):
    """The TLS of one endpoint, possibly after STARTTLS."""

    endpoint: Endpoint
    starttls: str = (
        ""  # smtp, imap, pop3, ftp, ldap, rdp, postgres, mysql…; "" for TLS from the first byte
    )

    @property
    def target(self) -> str:
        """The endpoint."""
        return self.endpoint.label
