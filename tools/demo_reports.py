"""Write the reports of the demonstration: the real engine on directories made from the bundled sample.

python -m tools.demo_reports: each report is one of a small or a large directory, after so many of its faults were mended.
"""

import lzma
import tempfile
from datetime import date
from pathlib import Path

import msgspec
from tools.sample_directories import MENDS, made

from rempart import __version__
from rempart.content.catalogue import directory_catalogue
from rempart.engines.directory.reading import read
from rempart.engines.directory.report import Report
from rempart.engines.directory.run import audit, collection_day
from rempart.kernel.progress import Silent

TARGET = Path(__file__).parents[1] / "src/rempart/web/demo/data/reports.json.xz"
SIZES = {"home": 60, "hospital": 520}
DOMAIN = "exemple-invente.test"


def audited(size: str, mended: int) -> Report:
    """The report of one directory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collecte-inventee.zip"
        path.write_bytes(made(DOMAIN, users=SIZES[size], mended=mended))
        directories = read([path], Silent())
        return audit(
            directories,
            catalogue=directory_catalogue(),
            today=collection_day(directories, date(2026, 11, 21)),
            tool_version=__version__,
        )


if __name__ == "__main__":
    reports = {size: [audited(size, n) for n in range(len(MENDS) + 1)] for size in SIZES}
    TARGET.write_bytes(lzma.compress(msgspec.json.encode(reports), preset=6 | lzma.PRESET_EXTREME))
    print(
        f"{TARGET.name}: {TARGET.stat().st_size} bytes",
        {s: [r.level.value for r in found] for s, found in reports.items()},
    )
