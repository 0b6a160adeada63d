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
from support.service_inputs import PARSER_NAMES, TALK_NAMES

FOLDER = Path(os.environ["ANSWERS"])
FOLDER.mkdir(parents=True, exist_ok=True)
hold, ask = dial._hold, Dial.ask


def keep(data: bytes) -> None:
    """Write one input, under its hash."""
    (FOLDER / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)


def of_dialogue(data: bytes) -> None:
    """What a dialogue received: for each dialogue, and for each parser."""
    for number in range(len(TALK_NAMES)):
        keep(bytes([1, number, 255]) + data)
    for number in range(len(PARSER_NAMES)):
        keep(bytes([0, number]) + data)


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
        if data := b"".join(said)[:2000]:
            of_dialogue(data)


async def kept_ask(self: Dial, *where: Any, **bounds: Any) -> bytes:
    """A datagram asked for, and kept."""
    data = await ask(self, *where, **bounds)
    for number in range(len(PARSER_NAMES)):
        keep(bytes([0, number]) + data[:2000])
    return data


dial._hold, Dial.ask = kept_hold, kept_ask
