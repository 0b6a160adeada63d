"""Fuzz the parsers and the dialogues of services: PYTHONPATH=tests python tests/fuzz/fuzz_services.py -max_total_time=600

Wants atheris (pip install atheris), which is no part of the project.
"""

import sys

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure.probe"]):
    from support.exposure_parsers import PARSERS, TALKS, hold, read_parser

PARSER_NAMES, TALK_NAMES = sorted(PARSERS), sorted(TALKS)


def one(data: bytes) -> None:
    """The first byte chooses who reads the rest; a dialogue takes it in pieces."""
    if not data:
        return
    choice, rest = data[0], data[1:]
    if choice < 128:
        read_parser(PARSER_NAMES[choice % len(PARSER_NAMES)], rest)
        return
    size = 1 + (choice & 15) * 8
    pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
    waited = hold(TALK_NAMES[(choice >> 1) % len(TALK_NAMES)], pieces[:200])
    if waited > 6:
        raise RuntimeError("a dialogue waits for a peer that is gone")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
