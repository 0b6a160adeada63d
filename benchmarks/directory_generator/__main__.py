"""The command: `python -m benchmarks.directory_generator --objects 100000 --format ldif --output DIR`."""

import argparse
from pathlib import Path

from benchmarks.directory_generator.writing import FORMATS, generate


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(
        description="Write a synthetic Active Directory in several formats."
    )
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--format", default=",".join(FORMATS))
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    formats = tuple(options.format.split(","))
    for name, path in generate(options.output, options.objects, options.seed, formats).items():
        print(name, path)


if __name__ == "__main__":
    main()
