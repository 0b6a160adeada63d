"""What only our own servers are asked: a whole copy of the zone, and a question that is not theirs to answer."""

from dataclasses import dataclass

from rempart.engines.exposure.dial import Dial, Link, NotReached, ProtocolFault
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.names import ROOT

# Enough to prove that the copy is given, without taking all of it.
MOST_RECORDS = 500
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Copy:
    """`state`: open, closed, or "" when it could not be tried, with the French `reason`."""

    state: str
    records: int = 0
    reason: str = ""
    aliases: tuple[bytes, ...] = ()


async def ask_copy(name: bytes, address: str, *, port: int, dial: Dial) -> Copy:
    """Ask one server for a zone transfer over TCP, and stop as soon as it is clear that it gives it."""
    asked = wire.question(name, wire.AXFR)
    data = wire.query(0x5258, asked)[: 12 + len(asked)]
    data = data[:10] + b"\0\0" + data[12:]  # no EDNS: old servers refuse it on transfers
    records: list[wire.Record] = []
    try:
        async with await dial.open(address, port, most_bytes=MOST_BYTES) as link:
            await link.send(len(data).to_bytes(2, "big") + data)
            while len(records) < MOST_RECORDS:
                message = await _one(link, asked)
                if not records and not _begins(message, name):
                    return Copy("closed")
                records += message.answer
                if sum(r.kind == wire.SOA and r.name == name for r in records) > 1:
                    break
    except NotReached as fault:
        if records:
            return _given(records)
        # A server that closes without a word refuses; one that does not listen on TCP gives no copy.
        is_no = fault.reach in ("closed", "broken")
        return Copy("closed" if is_no else "", reason="" if is_no else fault.reason)
    except ProtocolFault as fault:
        return _given(records) if records else Copy("", reason=str(fault))
    return _given(records)


async def _one(link: Link, asked: bytes) -> wire.Message:
    size = int.from_bytes(await link.exactly(2), "big")
    data = await link.exactly(size)
    if data[:2] != b"RX" or not wire.is_answer_to(data, asked):
        raise ProtocolFault("Le serveur a répondu à autre chose que la question.")
    return wire.parse(data)


def _begins(message: wire.Message, name: bytes) -> bool:
    first = message.answer[:1]
    return (
        message.rcode == wire.NOERROR
        and bool(first)
        and first[0].kind == wire.SOA
        and first[0].name == name
    )


def _given(records: list[wire.Record]) -> Copy:
    aliases = tuple(sorted({r.name for r in records if r.kind == wire.CNAME}))
    # One SOA alone is the answer of servers that only tell their serial.
    is_open = any(r.kind != wire.SOA for r in records)
    return Copy("open" if is_open else "closed", len(records), aliases=aliases[:50])


async def ask_recursion(address: str, *, exchange: Exchange, ends_at: float) -> tuple[str, str]:
    """("open" or "closed" or "", reason): whether a server answers anyone about names that are not its own.

    It is asked for the root's servers: no third party is asked anything that it does not publish to all.
    """
    reply = await exchange.ask([address], ROOT, wire.NS, ends_at=ends_at, is_recursive=True)
    if reply.message is None:
        return "", reply.reason
    is_open = (
        reply.message.rcode == wire.NOERROR
        and reply.message.recursion_available
        and any(r.kind == wire.NS for r in reply.message.answer)
    )
    return ("open" if is_open else "closed"), ""
