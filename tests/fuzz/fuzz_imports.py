"""Fuzz the readers of other tools' files and of feed bundles: PYTHONPATH=tests python tests/fuzz/fuzz_imports.py DIR -max_total_time=600

Wants atheris (pip install atheris), which is no part of the project. A seed corpus: tests/data/exposure/imports.
"""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure"]):
    from datetime import date

    from rempart.engines.exposure.feeds.cve_records import Holes
    from rempart.engines.exposure.feeds.envelope import MARK, opened
    from rempart.engines.exposure.feeds.spans import spans_of_text
    from rempart.engines.exposure.read.imports import read_import
    from rempart.engines.exposure.read.source import Limits
    from rempart.kernel.errors import UnreadableSource

FILE = Path(tempfile.mkdtemp()) / "import"
SMALL = Limits(file=1 << 22, inflated=1 << 22, grace=1 << 20, document=1 << 22, line=1 << 20)


def one(data: bytes) -> None:
    """A refusal is an answer; anything else that is raised is a fault."""
    FILE.write_bytes(data)
    try:
        for claim in read_import(FILE, limits=SMALL).claims:
            if len(claim.evidence) > 300 or not 0 <= claim.endpoint.port <= 65535:
                raise RuntimeError("a claim goes past its bounds")
    except UnreadableSource:
        pass
    with suppress(UnreadableSource):
        opened(MARK + data, {}, date(2026, 3, 1))
    text = data[:200].decode("utf-8", "replace")
    list(spans_of_text(text))
    records = [{"status": "affected", "version": text[:40], "lessThan": text[40:80]}]
    condensed = {"id": "CVE-2099-0001", "aff": [{"v": text[:20], "p": text[20:], "ver": records}]}
    Holes().add_condensed(condensed)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
