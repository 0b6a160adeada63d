"""The command: `python -m benchmarks.registry_generator --establishments 100000 --output DIR [--later]`."""

import argparse
from pathlib import Path

from benchmarks.registry_generator.writing import generate


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(
        description="Write an invented registry in the official format."
    )
    parser.add_argument("--establishments", type=int, default=10_000)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--later", action="store_true", help="the next stock of the same registry")
    options = parser.parse_args()
    made = generate(options.output, options.establishments, seed=options.seed, later=options.later)
    for path in (made.operators, made.establishments, made.located):
        print(path)


if __name__ == "__main__":
    main()
