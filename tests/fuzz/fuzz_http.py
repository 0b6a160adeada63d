"""Fuzz all that reads a web site: PYTHONPATH=tests python tests/fuzz/fuzz_http.py -max_total_time=600

Wants atheris (pip install atheris), which is no part of the project.
"""

import sys

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure.probe"]):
    from support.exposure_parsers import read_web


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_web)
    atheris.Fuzz()
