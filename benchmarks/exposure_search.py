"""« Qui expose ce produit ? » over 1 000 and over 30 000 establishments, with eight findings and eight services each.

`python -m benchmarks.exposure_search [N…]`. One process a database and a size; as the national CERT, which searches
those that opened themselves to it, and as the officer of a group of hospitals. The map of who is covered beside it.
"""

import json
import os
import sys
from unittest.mock import patch

from benchmarks._measure import heading
from benchmarks.portfolio import databases, run

SIZES = (1_000, 30_000)
LIMIT_CPU_MS, LIMIT_QUERIES = 1_500, 14


def child(count: int) -> None:
    """In a process of its own: an empty database, the rows, the requests; prints one line of JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "rempart.web.config.settings.test"
    import django

    django.setup()
    from benchmarks import _exposed, _portfolio
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    _exposed.fill(count, timezone.localdate())
    found = {}
    with patch.object(_portfolio, "ROUNDS", 5):
        for who, pages in (
            ("nadia", _exposed.PAGES | _exposed.COVERAGE),
            ("gaelle", _exposed.PAGES),
            ("rose", _exposed.COVERAGE),
        ):
            for page, address in pages.items():
                found[f"{who} {page}"] = _portfolio.timed(f"{who}@exemple.test", address, base="")
    print(json.dumps(found))


def shown(figures: dict) -> bool:
    """One line for each page; whether one of them takes or asks more than what is promised."""
    missed = False
    for page, found in figures.items():
        over = found["cpu"] > LIMIT_CPU_MS or found["queries"] > LIMIT_QUERIES
        missed |= over
        print(
            f"  {page:<40} {found['wall']:8.1f} ms {found['cpu']:8.1f} ms CPU"
            f" {found['queries']:4.0f} queries {found['bytes'] / 1000:7.0f} kB{'  MISSED' * over}"
        )
    return missed


def main() -> int:
    """Print the tables; 1 when a page takes or asks more than what is promised."""
    heading("Who exposes a product: median milliseconds, CPU milliseconds, queries", "django")
    missed = False
    for count in [int(n) for n in sys.argv[1:]] or SIZES:
        for name, server, _ in databases():
            with server as url:
                found = run(url, count, "benchmarks.exposure_search")
            print(f"\n{name}, {count} establishments")
            missed |= shown(found)
    return int(missed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(int(sys.argv[2]))
    else:
        sys.exit(main())
