"""What the whole analysis costs as the directory grows: time and memory an object must not grow with it.

python -m benchmarks.scale [OBJECTS…]     by default 1 000, 10 000, 100 000 and 1 000 000
"""

import sys
import tempfile
from pathlib import Path

from benchmarks._measure import heading, measured
from benchmarks.directory_generator.writing import generate

SIZES = ("1000", "10000", "100000", "1000000")


def main(sizes: tuple[str, ...]) -> None:
    """Print a line a size."""
    heading("A SharpHound zip of growing size, to the data of the report.", "numpy", "scipy")
    print(
        f"{'objects':>10}{'relations':>12}{'zip MB':>9}{'wall s':>8}{'CPU s':>8}{'MB':>7}{'µs an object':>14}"
        f"{'exposed':>9}{'actions':>9}"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            source = str(generate(Path(folder), int(size), 1, ("sharphound",))["sharphound"])
            read = Path(source).stat().st_size
            m = measured("sharphound", "ours", source, rounds=1 if int(size) > 100_000 else 3)
        r = m.result
        each = m.wall / r["objects"] * 1e6
        print(
            f"{r['objects']:>10,}{r['relations']:>12,}{read / 1e6:>9.1f}{m.wall:>8.2f}{m.cpu:>8.2f}{m.megabytes:>7.0f}{each:>14.0f}"
            f"{r['exposed']:>9,}{r['actions']:>9}",
            flush=True,
        )


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or SIZES)
