"""What was seen of the places themselves: where names lead, and which ports of an address answer."""

from rempart.engines.exposure.seen.common import Seen


class HostSeen(Seen, frozen=True, kw_only=True, gc=False, tag="host"):
    """A host name: its addresses, the aliases (CNAME) that it goes through, and why those refused are not touched."""

    name: str
    addresses: list[str] = []
    chain: list[str] = []
    refused: dict[str, str] = {}  # address → why it is not touched, French

    @property
    def target(self) -> str:
        """The name."""
        return self.name


class PortsSeen(Seen, frozen=True, kw_only=True, gc=False, tag="ports"):
    """The ports of one address that were tried: those that accept, that refuse, that say nothing."""

    address: str
    open: list[int] = []
    closed: list[int] = []
    silent: list[int] = []
    reverse: list[str] = []  # names that the reverse zone gives

    @property
    def target(self) -> str:
        """The address."""
        return self.address
