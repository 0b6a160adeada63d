"""Security descriptors per second, beside impacket's ldaptypes on the same bytes.

Three series of descriptors of 44 entries: as on a real directory (each one carried by forty objects), all different
but made of common entries, and nothing in common at all, which no directory looks like and no cache helps.
Ours goes further than impacket's: it gives the rights of each principal, not only the fields of the entries.

    python -m benchmarks.descriptors
"""

import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

from rempart.engines.directory.descriptors import Ace, build_descriptor, read_descriptor
from rempart.engines.directory.descriptors_rights import rights_of
from rempart.engines.directory.examples.objects import ACES
from rempart.engines.directory.sddl import read_ace, resolver

DOMAIN = "S-1-5-21-1004336348-1177238915-682003330"
OBJECTS = 100_000
REPETITION = 40
ENTRIES = 44
ROUNDS = 3
# Objects given to the peer: at a few hundred per second, all of them would take ten minutes.
PEER_OBJECTS = 200
SERIES = {
    "repeated 40 times": "repeated",
    "all different, common entries": "different",
    "nothing in common": "unrelated",
}


def descriptors(series: str) -> list[bytes]:
    """The bytes of each object of a series; each is a new object in memory, as when read from a file."""
    read = [read_ace(text, resolver(DOMAIN)) for text in ACES["user"] + ACES["computer"]]
    common = [ace for ace in read if ace is not None]
    distinct = [_descriptor(series, n, common) for n in range(OBJECTS // REPETITION)]
    times = REPETITION if series == "repeated" else 1
    return [bytes(bytearray(data)) for data in distinct for _ in range(times)]


def _descriptor(series: str, number: int, common: list[Ace]) -> bytes:
    own = ENTRIES if series == "unrelated" else 3
    aces = [common[i % len(common)] for i in range(ENTRIES - own)]
    for i in range(own):
        like = common[i % len(common)]
        aces.append(like._replace(sid=f"{DOMAIN}-{1000 + number * own + i}"))
    return build_descriptor(f"{DOMAIN}-512", aces)


def ours(data: list[bytes]) -> int:
    """Rights of every object: distinct descriptors once, as the reader of entries does."""
    known: dict[bytes, int] = {}
    total = 0
    for one in data:
        found = known.get(one)
        if found is None:
            found = known[one] = len(rights_of(read_descriptor(one), "user"))
        total += found
    return total


def impacket(data: list[bytes]) -> int:
    """Entries of every object, by impacket."""
    from impacket.ldap.ldaptypes import SR_SECURITY_DESCRIPTOR

    total = 0
    for one in data:
        total += len(SR_SECURITY_DESCRIPTOR(data=one)["Dacl"].aces)
    return total


READERS: dict[str, Callable[[list[bytes]], int]] = {"rempart": ours, "impacket": impacket}


def measure(reader: str, series: str) -> None:
    """Measure one reader on one series, alone in its process; the result goes to standard output as JSON."""
    data = descriptors(series)
    if reader != "rempart":
        data = data[:: max(len(data) // PEER_OBJECTS, 1)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    READERS[reader](data)
    seconds = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"rate": len(data) / seconds, "megabytes": grown / 1024}))


def _measured(reader: str, series: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.descriptors", reader, series]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(ROUNDS)
    ]
    return tuple(statistics.median(run[key] for run in runs) for key in ("rate", "megabytes"))


def main() -> None:
    """Print the table."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("rempart", "impacket"))
    print(
        f"Security descriptors of {ENTRIES} entries: objects per CPU second, median of {ROUNDS} runs."
    )
    print(
        f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}, {versions}"
    )
    print(
        f"{'series':<32}{'rempart':>12}{'impacket':>12}{'ratio':>8}{'MB ours':>10}{'MB peer':>10}"
    )
    for label, series in SERIES.items():
        rate, size = _measured("rempart", series)
        peer_rate, peer_size = _measured("impacket", series)
        ratio = rate / peer_rate
        print(
            f"{label:<32}{rate:>12,.0f}{peer_rate:>12,.0f}{ratio:>8,.0f}{size:>10.0f}{peer_size:>10.0f}"
        )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], sys.argv[2])
    else:
        main()
