"""A plugin of pytest that keeps what the servers of the tests answer, as inputs of the fuzzer of services.

ANSWERS=FOLDER PYTHONPATH=tests pytest -p fuzz.answers tests/engines/exposure/probe/services
"""

import hashlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

from rempart.engines.exposure import dial
from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.dns import wire
from support.service_inputs import PARSER_NAMES, TALK_NAMES
from support.tls_parsers import PROTOCOLS

FOLDER = Path(os.environ["ANSWERS"])
MOST = 4000  # bytes of one answer that are kept
hold, ask = dial._hold, Dial.ask
parse = wire.parse


def keep(folder: str, data: bytes) -> None:
    """Write one input, under its hash."""
    (FOLDER / folder).mkdir(parents=True, exist_ok=True)
    (FOLDER / folder / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)


def of_dialogue(data: bytes) -> None:
    """What a dialogue received: for each dialogue, and for each parser."""
    for number in range(len(TALK_NAMES)):
        keep("services", bytes([1, number, 255]) + data)
    for number in range(len(PARSER_NAMES)):
        keep("services", bytes([0, number]) + data)
    for number in range(len(PROTOCOLS) + 3):
        keep("tls", bytes([96 + number * 8 + 7]) + data)


def listened(
    dialogue: Generator[bytes, bytes, Any], said: list[bytes]
) -> Generator[bytes, bytes, Any]:
    """The same dialogue; `said` gathers what its peer sends."""
    try:
        to_send = next(dialogue)
        while True:
            try:
                data = yield to_send
            except NotReached as fault:
                to_send = dialogue.throw(fault)
                continue
            said.append(data)
            to_send = dialogue.send(data)
    except StopIteration as end:
        return end.value


async def kept_hold(loop: Any, link: Any, dialogue: Any, most: int) -> Any:
    """A dialogue held, and its peer's words kept."""
    said: list[bytes] = []
    try:
        return await hold(loop, link, listened(dialogue, said), most)
    finally:
        if data := b"".join(said)[:MOST]:
            of_dialogue(data)


async def kept_ask(self: Dial, *where: Any, **bounds: Any) -> bytes:
    """A datagram asked for, and kept."""
    data = await ask(self, *where, **bounds)
    for number in range(len(PARSER_NAMES)):
        keep("services", bytes([0, number]) + data[:MOST])
    return data


def kept_parse(data: bytes, *asked: bytes) -> wire.Message:
    """An answer of a name server read, and kept."""
    for number in (0, 1):
        keep("dns", bytes([number]) + data[:MOST])
    return parse(data, *asked)


dial._hold, Dial.ask, wire.parse = kept_hold, kept_ask, kept_parse
