"""What every observation says: of what, how far the probe got, and when."""

from enum import StrEnum

from msgspec import Struct


class Reach(StrEnum):
    """How far a probe got. ANSWERED, CLOSED and NOT_OFFERED are facts on the target: the others are gaps, with a reason."""

    ANSWERED = "answered"
    CLOSED = "closed"  # refused at once: nothing listens there
    NOT_OFFERED = "not_offered"  # it answers, and does not offer what was asked for
    SILENT = "silent"  # nothing came back before the deadline
    UNREACHABLE = "unreachable"  # the network said that there is no way
    BROKEN = "broken"  # something came back that is not the protocol, or went past a bound
    OUTSIDE = "outside"  # outside the perimeter, or its consent: not touched
    STOPPED = "stopped"  # the budget, the hours or the kill switch ended the work before


class Endpoint(Struct, frozen=True, order=True, gc=False):
    """Where something answers: an address (IPv4 or IPv6 text), a port, and the name that it was asked under."""

    address: str
    port: int
    name: str = ""  # host name sent (SNI, Host), "" for the address alone
    transport: str = "tcp"  # tcp, udp

    @property
    def label(self) -> str:
        """« www.exemple.fr:443 », as a person would name it."""
        host = self.name or (f"[{self.address}]" if ":" in self.address else self.address)
        return f"{host}:{self.port}"


class Seen(Struct, frozen=True, kw_only=True, gc=False, tag_field="seen"):
    """The base of every observation: `reach` with a French `reason` unless ANSWERED, `at` in Unix seconds (UTC)."""

    reach: Reach
    reason: str = ""
    at: float = 0.0

    @property
    def target(self) -> str:
        """What it is about, as a person would name it: the key of verdicts, with the check."""
        raise NotImplementedError
